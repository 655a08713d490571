/**
 * The log-ins that went through this node's entry, while they are on their way: what goes on without central goes on
 * from here. A ticket that was made while central was away is known nowhere else.
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
  /** The game server of this node that it was armed for last. */
  serverId: number | null
}

export interface LocalTickets {
  find(ticket: Bytes): LocalTicket | null
  keep(ticket: Bytes, made: Omit<LocalTicket, 'hash' | 'serverId'>): void
  forget(ticket: Bytes): void
}

/** As central's own tickets (shared-state.md, "Time"), from the last time that one was shown. */
const inTransitMs = 90_000
const ticketsAtMost = 20_000

export function createTickets(clock: Clock): LocalTickets {
  const kept = new Map<string, { ticket: LocalTicket; shownAt: number }>()

  function sweep(): void {
    for (const [hash, { shownAt }] of kept) {
      if (clock.now() - shownAt < inTransitMs && kept.size <= ticketsAtMost) break
      kept.delete(hash)
    }
  }

  return {
    find(ticket) {
      sweep()
      const hash = hashOf(ticket)
      const found = kept.get(hash)
      if (!found) return null
      kept.delete(hash)
      kept.set(hash, { ...found, shownAt: clock.now() })
      return found.ticket
    },
    keep(ticket, made) {
      sweep()
      const hash = hashOf(ticket)
      kept.set(hash, { ticket: { ...made, hash, serverId: null }, shownAt: clock.now() })
    },
    forget: (ticket) => void kept.delete(hashOf(ticket)),
  }
}
