/**
 * Those who were sent to a game server since central counted last. The game picks by free places alone (login.md 3.3): a
 * crowd that comes between two counts would all be sent to one server, and to the one node that carries it.
 */
import type { Clock } from './clock.ts'

export interface Travellers {
  /** `who`: what he is known by where he is sent from, a ticket's hash or a Capcom ID. A later server replaces the one before. */
  sent(who: string, serverId: number): void
  /** He plays here, and is counted among the held. */
  arrived(who: string): void
  /** Central has counted anew: it sees the seats of all that were sent. */
  counted(): void
  to(serverId: number): number
}

/** As long as their seats (shared-state.md, "Time"). */
const onTheWayMs = 60_000

export function createTravellers(clock: Clock): Travellers {
  /** Oldest first. */
  const sent = new Map<string, { readonly serverId: number; readonly at: number }>()
  const counts = new Map<number, number>()

  const count = (serverId: number, by: 1 | -1) => counts.set(serverId, (counts.get(serverId) ?? 0) + by)

  function drop(who: string): void {
    const found = sent.get(who)
    if (found && sent.delete(who)) count(found.serverId, -1)
  }

  function dropOld(): void {
    for (const [who, { at }] of sent) {
      if (clock.now() - at < onTheWayMs) return
      drop(who)
    }
  }

  return {
    sent(who, serverId) {
      drop(who)
      dropOld()
      sent.set(who, { serverId, at: clock.now() })
      count(serverId, 1)
    },
    arrived: drop,
    counted() {
      sent.clear()
      counts.clear()
    },
    to(serverId) {
      dropOld()
      return counts.get(serverId) ?? 0
    },
  }
}
