import { type Bytes, type Frame, FrameSplitter } from '../pat/index.ts'

/** What has arrived and waits to be handled: chunks as they came, cut into frames one at a time. */
export class Inbox {
  readonly #splitter = new FrameSplitter()
  #chunks: Bytes[] = []
  #size = 0
  #taken = 0

  /** Bytes of whole chunks that have not been looked at. */
  get size(): number {
    return this.#size
  }

  /** Frames that were taken so far. */
  get taken(): number {
    return this.#taken
  }

  /** Whether everything was looked at and a frame has begun that is not complete. */
  get holdsHalfFrame(): boolean {
    return this.#size === 0 && this.#splitter.pending > 0
  }

  push(chunk: Bytes): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
  }

  /** The next complete frame. Raises a ProtocolError for one that is over the limit. */
  take(): Frame | undefined {
    for (;;) {
      const frame = this.#splitter.take()
      if (frame) {
        this.#taken++
        return frame
      }
      const chunk = this.#chunks.shift()
      if (!chunk) return undefined
      this.#size -= chunk.length
      this.#splitter.push(chunk)
    }
  }

  clear(): void {
    this.#chunks = []
    this.#size = 0
  }
}
