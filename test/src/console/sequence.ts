const largest = 0xffff

/** The client's sequence numbers: they start at a random number and are never 0 (extras.md 8.7, wire.md 3). */
export class SequenceNumbers {
  #last: number

  /** `random` gives 0 to 1, as `Math.random`. */
  constructor(random: () => number) {
    this.#last = Math.floor(random() * largest)
  }

  next(): number {
    this.#last = this.#last === largest ? 1 : this.#last + 1
    return this.#last
  }
}
