/**
 * Lists in three steps: Head finds, Data gives pages, Foot forgets (wire.md 8.5). Each kind of list has
 * a cursor of its own on each connection (gap 45).
 */

/** The client keeps at most this many rows of a list (extras.md 8.3). */
const mostRows = 100

export class Cursor<Row> {
  #rows: readonly Row[] = []
  #first = 1
  readonly #page: number

  /** `page`: the most rows that surely fit the client's receive buffer. */
  constructor(page: number) {
    this.#page = page
  }

  /** Rows kept. */
  get size(): number {
    return this.#rows.length
  }

  /** Keeps `count` of the rows found, from number `first` (1-based) on, and tells how many those are. */
  head(found: readonly Row[], first: number, count: number): number {
    this.#first = Math.max(first, 1)
    this.#rows = found.slice(this.#first - 1, this.#first - 1 + Math.min(count, mostRows))
    return this.#rows.length
  }

  /** Rows from number `first` on, as many as asked for and fit. */
  data(first: number, count: number): readonly Row[] {
    const from = Math.max(first - this.#first, 0)
    return this.#rows.slice(from, from + Math.min(count, this.#page))
  }

  foot(): void {
    this.#rows = []
  }
}
