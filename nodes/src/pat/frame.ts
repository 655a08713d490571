/**
 * Frames: an 8-byte header (u16 payload size, u16 sequence, u32 packet id) and the payload, all
 * big-endian (wire.md 1).
 */
import { type Bytes, noBytes } from './bytes.ts'
import { ProtocolError } from './errors.ts'

export const headerSize = 8

/** The client's receive buffer is 0x4000 bytes, header included: a larger frame never completes there (extras.md 8.3). */
export const largestClientFrame = 0x4000

/** What an unfinished frame is kept in at first; it doubles as bytes arrive. */
const smallestHold = 64

export interface Frame {
  readonly id: number
  readonly sequence: number
  /** A view into received bytes, good as long as the chunk that was pushed is left alone. */
  readonly payload: Bytes
}

/**
 * Cuts a stream of chunks into frames. Push a chunk, then take its frames, by {@link take} or by
 * iterating over what `push` returns, before the next push.
 *
 * A frame that lies whole in one chunk is a view into it. Of a frame that does not, the bytes that
 * have arrived are kept in a buffer at most twice as large; there is never more than one.
 */
export class FrameSplitter implements IterableIterator<Frame, undefined> {
  #chunk: Bytes = noBytes
  #at = 0
  /** Start of a frame that is not complete; its first `#heldLength` bytes have arrived. */
  #held: Uint8Array = noBytes
  #heldLength = 0
  #fault: ProtocolError | undefined

  readonly #limit: number

  /** `limit` bounds a frame, header included; a longer announcement is refused before memory is taken. */
  constructor(limit = largestClientFrame) {
    this.#limit = limit
  }

  /** Bytes of a frame that is not complete yet; 0 between frames. Right once every frame has been taken. */
  get pending(): number {
    return this.#heldLength
  }

  /** Bytes of memory that the unfinished frame takes. */
  get reserved(): number {
    return this.#held.length
  }

  /** `chunk` must not be changed as long as a frame of it is in use. Throws while earlier frames are untaken. */
  push(chunk: Bytes): this {
    if (this.#at < this.#chunk.length) throw new RangeError('frames of the chunk before are not taken yet')
    this.#chunk = chunk
    this.#at = 0
    return this
  }

  /**
   * The next frame that is complete; undefined when the chunk is used up. Raises a ProtocolError for a
   * frame over the limit, after all frames before it; the splitter is of no use afterwards.
   */
  take(): Frame | undefined {
    if (this.#fault) throw this.#fault
    if (this.#heldLength > 0) return this.#takeHeld()
    const { length } = this.#chunk
    const at = this.#at
    if (length - at >= headerSize) {
      const size = this.#sizeAt(this.#chunk, at)
      if (length - at >= size) {
        this.#at = at + size
        return frameAt(this.#chunk, at, size)
      }
    }
    if (at < length) this.#hold(length - at)
    this.#release()
    return undefined
  }

  next(): IteratorResult<Frame, undefined> {
    const value = this.take()
    return value ? { value, done: false } : { value, done: true }
  }

  [Symbol.iterator](): this {
    return this
  }

  /** Completes the frame whose start is held, if the chunk has enough. */
  #takeHeld(): Frame | undefined {
    if (!this.#fill(headerSize)) return undefined
    const size = this.#sizeAt(this.#held, 0)
    if (!this.#fill(size)) return undefined
    const frame = frameAt(this.#held, 0, size)
    this.#held = noBytes
    this.#heldLength = 0
    return frame
  }

  /** Moves bytes from the chunk until `wanted` are held; false when there are too few. */
  #fill(wanted: number): boolean {
    const missing = wanted - this.#heldLength
    if (missing > 0) this.#hold(Math.min(missing, this.#chunk.length - this.#at))
    if (this.#heldLength >= wanted) return true
    this.#release()
    return false
  }

  #hold(count: number): void {
    const length = this.#heldLength + count
    if (length > this.#held.length) {
      const grown = new Uint8Array(Math.max(length, smallestHold, 2 * this.#held.length))
      grown.set(this.#held.subarray(0, this.#heldLength))
      this.#held = grown
    }
    this.#held.set(this.#chunk.subarray(this.#at, this.#at + count), this.#heldLength)
    this.#heldLength = length
    this.#at += count
  }

  #release(): void {
    this.#chunk = noBytes
    this.#at = 0
  }

  #sizeAt(bytes: Bytes, at: number): number {
    const size = headerSize + u16At(bytes, at)
    if (size > this.#limit) {
      this.#fault = new ProtocolError('frame', `${size} bytes announced, ${this.#limit} allowed`)
      this.#held = noBytes
      this.#release()
      throw this.#fault
    }
    return size
  }
}

function u16At(bytes: Bytes, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

function frameAt(bytes: Bytes, at: number, size: number): Frame {
  return {
    id: ((u16At(bytes, at + 4) << 16) | u16At(bytes, at + 6)) >>> 0,
    sequence: u16At(bytes, at + 2),
    // Not `subarray`: of a Buffer that gives a Buffer, whose `slice` does not copy.
    payload:
      size === headerSize
        ? noBytes
        : new Uint8Array(bytes.buffer, bytes.byteOffset + at + headerSize, size - headerSize),
  }
}

/** Writes a header into `bytes` at 0. */
export function writeHeader(bytes: Bytes, size: number, sequence: number, id: number): void {
  bytes[0] = size >>> 8
  bytes[1] = size
  bytes[2] = sequence >>> 8
  bytes[3] = sequence
  bytes[4] = id >>> 24
  bytes[5] = id >>> 16
  bytes[6] = id >>> 8
  bytes[7] = id
}
