/** How fast something may go on: a burst at once, then so many a second. Whoever is out of it waits. */
export class Pace {
  readonly #perMs: number
  readonly #burst: number
  #left: number
  #at: number

  constructor(now: number, { perSecond, burst }: { perSecond: number; burst: number }) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#left = burst
    this.#at = now
  }

  /** Takes one if there is one. */
  take(now: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + (now - this.#at) * this.#perMs)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
