import type { Bytes } from './bytes.ts'

/** A payload's size is a u16 (wire.md 1), the header's 8 bytes come before it. */
const largestFrame = 0xffff + 8

/** Frames are cut from a common piece of memory: their own would cost more than their bytes. */
const slabSize = 0x4000

/**
 * Collects bytes up to the largest frame. Values that do not fit their type are programming errors
 * and throw a RangeError, so that nothing is ever cut silently.
 *
 * What is written begins behind what was taken before, and moves to new memory when it outgrows the old.
 */
export class Writer {
  #bytes: Uint8Array
  #start = 0
  #at = 0

  /** `size` is a guess; the memory grows. */
  constructor(size = 1024) {
    this.#bytes = new Uint8Array(size)
  }

  get length(): number {
    return this.#at - this.#start
  }

  /** Drops what was written since the last {@link take}. */
  reset(): void {
    this.#at = this.#start
  }

  #room(count: number): number {
    const at = this.#at
    if (at + count > this.#bytes.length) return this.#move(count)
    this.#at = at + count
    return at
  }

  #move(count: number): number {
    const { length } = this
    if (length + count > largestFrame) throw new RangeError('frame over 65535 bytes')
    const grown = new Uint8Array(Math.max(2 * (length + count), this.#start > 0 ? slabSize : 64))
    grown.set(this.#bytes.subarray(this.#start, this.#at))
    this.#bytes = grown
    this.#start = 0
    this.#at = length + count
    return length
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

  /** Overwrites a u16 that was written before, for lengths that are known afterwards. `at` counts from the first byte. */
  patch16(at: number, value: number): void {
    if (value > 0xffff) throw new RangeError(`not a u16: ${value}`)
    this.#bytes[this.#start + at] = value >>> 8
    this.#bytes[this.#start + at + 1] = value
  }

  /** A copy of what was written, of exactly that size, in memory of its own. */
  copy(): Bytes {
    return this.#bytes.slice(this.#start, this.#at)
  }

  /** What was written, in memory that it shares with what is taken before and after. */
  take(): Bytes {
    const taken = this.#bytes.subarray(this.#start, this.#at)
    this.#start = this.#at
    return taken
  }
}
