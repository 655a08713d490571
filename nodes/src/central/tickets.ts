/**
 * The log-ins that went through this node's entry, while they are on their way or play here: what goes on without
 * central goes on from here. A ticket that was made while central was away is known nowhere else.
 */
import type { Bytes } from '../pat/index.ts'
import type { Clock } from './clock.ts'
import { hashOf } from './entry-link.ts'

export interface LocalTicket {
  readonly hash: string
  readonly login: string
  readonly consoleId: string
  readonly capcomId: string | null
  /** Central does not know it. */
  readonly alone: boolean
  /** The game server that it was armed for last, and whether this node did that by itself. */
  armed: { readonly serverId: number; readonly here: boolean } | null
}

export interface LocalTickets {
  find(ticket: Bytes): LocalTicket | null
  /** The newest of a hunter who plays here. */
  of(capcomId: string): LocalTicket | null
  keep(ticket: Bytes, made: Omit<LocalTicket, 'hash' | 'armed'>): void
  forget(ticket: Bytes): void
}

/** As central's own tickets (shared-state.md, "Time"), from the last time that one was shown. */
const inTransitMs = 90_000
const ticketsAtMost = 20_000
const sweepEveryMs = 1000

/** `plays`: the ticket of who plays here has no end. */
export function createTickets(clock: Clock, plays: (capcomId: string) => boolean): LocalTickets {
  const kept = new Map<string, { readonly ticket: LocalTicket; shownAt: number }>()
  const newest = new Map<string, string>()
  let sweptAt = Number.NEGATIVE_INFINITY

  function drop(hash: string): void {
    const capcomId = kept.get(hash)?.ticket.capcomId
    kept.delete(hash)
    if (capcomId && newest.get(capcomId) === hash) newest.delete(capcomId)
  }

  function sweep(): void {
    if (clock.now() - sweptAt < sweepEveryMs) return
    sweptAt = clock.now()
    for (const [hash, one] of kept) {
      const { capcomId } = one.ticket
      if (capcomId !== null && plays(capcomId)) one.shownAt = clock.now()
      else if (clock.now() - one.shownAt >= inTransitMs || kept.size > ticketsAtMost) drop(hash)
    }
  }

  return {
    find(ticket) {
      sweep()
      const found = kept.get(hashOf(ticket))
      if (!found) return null
      found.shownAt = clock.now()
      return found.ticket
    },
    of(capcomId) {
      const hash = newest.get(capcomId)
      return (hash !== undefined && kept.get(hash)?.ticket) || null
    },
    keep(ticket, made) {
      sweep()
      const hash = hashOf(ticket)
      kept.set(hash, { ticket: { ...made, hash, armed: null }, shownAt: clock.now() })
      if (made.capcomId !== null) newest.set(made.capcomId, hash)
    },
    forget: (ticket) => drop(hashOf(ticket)),
  }
}
