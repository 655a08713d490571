import type { Bytes } from './bytes.ts'

/** A payload's size is a u16 (wire.md 1). */
export const largestPayload = 0xffff

/**
 * Collects bytes up to the largest frame. Values that do not fit their type are programming errors
 * and throw a RangeError, so that nothing is ever cut silently.
 */
export class Writer {
  #bytes: Uint8Array
  #at = 0

  /** `size` is a guess; the buffer grows. */
  constructor(size = 1024) {
    this.#bytes = new Uint8Array(size)
  }

  get length(): number {
    return this.#at
  }

  reset(): void {
    this.#at = 0
  }

  #room(count: number): number {
    const at = this.#at
    const end = at + count
    if (end > this.#bytes.length) {
      if (end > largestPayload + 8) throw new RangeError('frame over 65535 bytes')
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#at = end
    return at
  }

  u8(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError(`not a u8: ${value}`)
    const at = this.#room(1)
    this.#bytes[at] = value
  }

  u16(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw new RangeError(`not a u16: ${value}`)
    const at = this.#room(2)
    this.#bytes[at] = value >>> 8
    this.#bytes[at + 1] = value
  }

  u32(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
      throw new RangeError(`not a u32: ${value}`)
    const at = this.#room(4)
    const b = this.#bytes
    b[at] = value >>> 24
    b[at + 1] = value >>> 16
    b[at + 2] = value >>> 8
    b[at + 3] = value
  }

  u64(value: bigint): void {
    if (value < 0n || value > 0xffffffffffffffffn) throw new RangeError(`not a u64: ${value}`)
    this.u32(Number(value >> 32n))
    this.u32(Number(value & 0xffffffffn))
  }

  raw(bytes: Bytes): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** Overwrites a u16 that was written before, for lengths that are known afterwards. */
  patch16(at: number, value: number): void {
    if (value > 0xffff) throw new RangeError(`not a u16: ${value}`)
    this.#bytes[at] = value >>> 8
    this.#bytes[at + 1] = value
  }

  /** A copy of what was written, of exactly that size. */
  copy(): Bytes {
    return this.#bytes.slice(0, this.#at)
  }
}
