import type { AnyPacket, Bytes } from '@citygate/nodes/pat'

/** Something that came and is no answer to a request of this console. */
export interface Arrival {
  readonly spec: AnyPacket
  readonly sequence: number
  readonly payload: Bytes
}

interface Waiter {
  readonly wants: (arrival: Arrival) => boolean
  readonly take: (arrival: Arrival) => void
  readonly fail: (error: Error) => void
}

/**
 * Notifications in the order of their arrival. Nobody polls: who asks for one that is not there yet
 * is woken by its arrival.
 */
export class Inbox {
  readonly #limit: number
  #kept: Arrival[] = []
  readonly #waiters = new Set<Waiter>()

  /** Beyond `limit` the oldest is forgotten; 0 keeps nothing but what is being waited for. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** What came and was not taken, oldest first. */
  get kept(): readonly Arrival[] {
    return this.#kept
  }

  put(arrival: Arrival): void {
    for (const waiter of this.#waiters) {
      if (!waiter.wants(arrival)) continue
      this.#waiters.delete(waiter)
      waiter.take(arrival)
      return
    }
    this.#kept.push(arrival)
    if (this.#kept.length > this.#limit) this.#kept.shift()
  }

  /** Takes the first that is wanted, now or when it comes; `onWait` is told how to give up. */
  take(
    wants: (arrival: Arrival) => boolean,
    onWait: (giveUp: (error: Error) => void) => void,
  ): Promise<Arrival> {
    const at = this.#kept.findIndex(wants)
    const [found] = at < 0 ? [] : this.#kept.splice(at, 1)
    if (found) return Promise.resolve(found)
    return new Promise((take, fail) => {
      const waiter: Waiter = { wants, take, fail }
      this.#waiters.add(waiter)
      onWait((error) => {
        if (this.#waiters.delete(waiter)) fail(error)
      })
    })
  }

  /** Fails everyone who waits. What is kept can still be taken. */
  close(error: Error): void {
    for (const { fail } of this.#waiters) fail(error)
    this.#waiters.clear()
  }

  clear(): void {
    this.#kept = []
  }
}
