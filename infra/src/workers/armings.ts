/** Which game server a console is on its way to, by its ticket: filled by the nodes of this host as they arm. */
export class Armings {
  readonly #targets = new Map<string, number>()

  /** The last arming counts, as at central. */
  add(ticketHash: string, serverId: number): void {
    this.#targets.delete(ticketHash)
    this.#targets.set(ticketHash, serverId)
    if (this.#targets.size <= largest) return
    const [oldest] = this.#targets.keys()
    if (oldest !== undefined) this.#targets.delete(oldest)
  }

  of(ticketHash: string | null): number | undefined {
    return ticketHash === null ? undefined : this.#targets.get(ticketHash)
  }
}

/** More than travel at a time; a console that is forgotten is taken to any node, and turned away in words. */
const largest = 100_000
