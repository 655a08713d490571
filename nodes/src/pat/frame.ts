/**
 * Frames: an 8-byte header (u16 payload size, u16 sequence, u32 packet id) and the payload, all
 * big-endian (wire.md 1).
 */
import { type Bytes, noBytes } from './bytes.ts'
import { ProtocolError } from './errors.ts'

export const headerSize = 8

/** The client's receive buffer is 0x4000 bytes, header included: a larger frame never completes there (extras.md 8.3). */
export const largestClientFrame = 0x4000

export interface Frame {
  readonly id: number
  readonly sequence: number
  /** A view into received bytes, good until the next push. */
  readonly payload: Bytes
}

/**
 * Cuts a stream of chunks into frames. Keeps at most one unfinished frame, in a buffer that is
 * only as large as what has really arrived needs.
 */
export class FrameSplitter {
  #held: Uint8Array = noBytes
  #length = 0

  readonly #limit: number

  /** `limit` bounds a frame, header included; a longer announcement is refused before memory is taken. */
  constructor(limit = largestClientFrame) {
    this.#limit = limit
  }

  /** Bytes of a frame that is not complete yet; 0 between frames. */
  get pending(): number {
    return this.#length
  }

  /**
   * Gives every frame that is complete now. `chunk` may be kept only until the next call.
   * Raises a ProtocolError for a frame over the limit; the splitter is of no use afterwards.
   */
  *push(chunk: Bytes): Generator<Frame, void, undefined> {
    let input = chunk
    if (this.#length > 0) {
      input = this.#join(chunk)
    }
    let at = 0
    while (input.length - at >= headerSize) {
      const size = ((input[at] as number) << 8) | (input[at + 1] as number)
      const end = at + headerSize + size
      if (headerSize + size > this.#limit) {
        throw new ProtocolError('frame', `${headerSize + size} bytes announced, ${this.#limit} allowed`)
      }
      if (end > input.length) break
      const sequence = ((input[at + 2] as number) << 8) | (input[at + 3] as number)
      const id =
        (((input[at + 4] as number) << 24) |
          ((input[at + 5] as number) << 16) |
          ((input[at + 6] as number) << 8) |
          (input[at + 7] as number)) >>>
        0
      const payload = input.subarray(at + headerSize, end)
      at = end
      yield { id, sequence, payload }
    }
    this.#keep(input, at)
  }

  #join(chunk: Bytes): Bytes {
    const joined = new Uint8Array(this.#length + chunk.length)
    joined.set(this.#held.subarray(0, this.#length))
    joined.set(chunk, this.#length)
    return joined
  }

  #keep(input: Bytes, at: number): void {
    this.#length = input.length - at
    this.#held = this.#length === 0 ? noBytes : input.slice(at)
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
