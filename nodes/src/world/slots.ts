/**
 * A player list with fixed places (game.md 1.4): a newcomer takes the lowest free one, nobody moves
 * when another goes. A place's number never leaves the world except in circles.
 */
export class Slots<T> {
  readonly #places: (T | undefined)[] = []
  #size = 0
  #occupants: readonly T[] | undefined = []

  get size(): number {
    return this.#size
  }

  /** Everybody in the order of places. The array never changes: a later change makes a new one. */
  get occupants(): readonly T[] {
    this.#occupants ??= this.#places.filter((place) => place !== undefined)
    return this.#occupants
  }

  /** The first occupant; undefined when nobody is in. */
  get lowest(): T | undefined {
    return this.occupants[0]
  }

  /** Takes the lowest free place, or keeps the present one, and gives its number from 0. */
  add(one: T): number {
    const present = this.#places.indexOf(one)
    if (present >= 0) return present
    const free = this.#places.indexOf(undefined)
    const place = free < 0 ? this.#places.length : free
    this.#places[place] = one
    this.#size += 1
    this.#occupants = undefined
    return place
  }

  /** Does nothing for somebody who is not in. */
  remove(one: T): void {
    const place = this.#places.indexOf(one)
    if (place < 0) return
    this.#places[place] = undefined
    this.#size -= 1
    this.#occupants = undefined
  }

  has(one: T): boolean {
    return this.#places.includes(one)
  }

  /** From 0; -1 for somebody who is not in. */
  placeOf(one: T): number {
    return this.#places.indexOf(one)
  }

  at(place: number): T | undefined {
    return this.#places[place]
  }
}
