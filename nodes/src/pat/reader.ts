import type { Bytes } from './bytes.ts'
import { ProtocolError } from './errors.ts'

/**
 * A cursor over one payload. Every read stays inside `bytes` or raises a {@link ProtocolError}.
 *
 * Byte strings come out as views into `bytes`, not copies: whoever keeps one beyond the handling of
 * its frame copies it.
 */
export class Reader {
  /** Names the place in an error; set by the packet codec before each field. */
  packet = 'payload'
  field = ''
  #bytes: Bytes
  #at = 0

  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  /** Starts again, with other bytes under another name. */
  reset(bytes: Bytes, packet: string): this {
    this.#bytes = bytes
    this.#at = 0
    this.packet = packet
    this.field = ''
    return this
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  fail(reason: string): never {
    throw new ProtocolError(this.field ? `${this.packet}.${this.field}` : this.packet, reason)
  }

  #take(count: number): number {
    const at = this.#at
    if (count > this.#bytes.length - at) this.fail(`${count} bytes wanted, ${this.#bytes.length - at} left`)
    this.#at = at + count
    return at
  }

  u8(): number {
    return this.#bytes[this.#take(1)] as number
  }

  u16(): number {
    const at = this.#take(2)
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number)
  }

  u32(): number {
    const at = this.#take(4)
    const b = this.#bytes
    return (
      (((b[at] as number) << 24) |
        ((b[at + 1] as number) << 16) |
        ((b[at + 2] as number) << 8) |
        (b[at + 3] as number)) >>>
      0
    )
  }

  u64(): bigint {
    const high = this.u32()
    return (BigInt(high) << 32n) | BigInt(this.u32())
  }

  take(count: number): Bytes {
    const at = this.#take(count)
    if (count === this.#bytes.length) return this.#bytes
    return this.#bytes.subarray(at, at + count)
  }

  /** A reader of the next `count` bytes alone, under the same name. */
  within(count: number): Reader {
    const inside = new Reader(this.take(count))
    inside.packet = this.packet
    inside.field = this.field
    return inside
  }

  rest(): Bytes {
    return this.take(this.remaining)
  }
}
