/**
 * The players that this node holds, one hold for each. Letters may overtake the answer of a claim: a hold that one says is
 * lost is dead on arrival, and of a player of whom one tells anything the answer is out of date. Pure.
 */
import type { Hold } from './link.ts'

export interface Holds {
  /** Before a claim is sent. The function that comes back is called once, with the hold or null for none. */
  claiming(): (hold: Hold | null) => Arrived
  /** This very hold: without central one fence may be held again on the same node. */
  has(hold: Hold): boolean
  all(): readonly Hold[]
  /** The hold of a player; null when this node does not hold him. */
  of(capcomId: string): Hold | null
  /** A letter has told something of a player whom this node does not hold, or not yet. */
  missed(capcomId: string): void
  /** False when the hold was not this node's any more. */
  remove(hold: Hold): boolean
  /** The fence is not this node's: what it holds of this player under it, or under a lower one, is lost. */
  lose(capcomId: string, fence: number): Hold | null
  loseAll(): Hold[]
  /** Players held on this game server. */
  population(serverId: number): number
}

/** `older`: a hold of the same player that the new one has replaced. `overtaken`: by a letter about him. */
interface Arrived {
  readonly kept: boolean
  readonly older: Hold | null
  readonly overtaken: boolean
}

export function createHolds(): Holds {
  const held = new Map<string, Hold>()
  /** Fences lost while claims are under way, whose answers may still bring them. */
  const lostMeanwhile = new Map<string, number>()
  /** Players of whom letters have told meanwhile. */
  const missedMeanwhile = new Set<string>()
  /** Counted along: every list that a console is shown asks for all of them. */
  const counts = new Map<number, number>()
  let claims = 0

  const count = ({ serverId }: Hold, by: 1 | -1) => counts.set(serverId, (counts.get(serverId) ?? 0) + by)

  function set(hold: Hold): void {
    drop(hold.capcomId)
    held.set(hold.capcomId, hold)
    count(hold, 1)
  }

  function drop(capcomId: string): void {
    const hold = held.get(capcomId)
    if (hold && held.delete(capcomId)) count(hold, -1)
  }

  function arrived(hold: Hold | null): Arrived {
    const dead = hold !== null && (lostMeanwhile.get(hold.capcomId) ?? 0) >= hold.fence
    const overtaken = hold !== null && missedMeanwhile.has(hold.capcomId)
    claims--
    if (claims === 0) {
      lostMeanwhile.clear()
      missedMeanwhile.clear()
    }
    const older = hold ? (held.get(hold.capcomId) ?? null) : null
    if (!hold || dead || (older && older.fence > hold.fence)) return { kept: false, older: null, overtaken }
    set(hold)
    return { kept: true, older, overtaken }
  }

  return {
    claiming() {
      claims++
      return arrived
    },
    all: () => [...held.values()],
    of: (capcomId) => held.get(capcomId) ?? null,
    missed(capcomId) {
      if (claims > 0) missedMeanwhile.add(capcomId)
    },
    has: (hold) => held.get(hold.capcomId) === hold,
    remove(hold) {
      if (held.get(hold.capcomId) !== hold) return false
      drop(hold.capcomId)
      return true
    },
    lose(capcomId, fence) {
      if (claims > 0) lostMeanwhile.set(capcomId, Math.max(fence, lostMeanwhile.get(capcomId) ?? 0))
      const hold = held.get(capcomId)
      if (!hold || hold.fence > fence) return null
      drop(capcomId)
      return hold
    },
    loseAll() {
      const all = [...held.values()]
      held.clear()
      counts.clear()
      return all
    },
    population: (serverId) => counts.get(serverId) ?? 0,
  }
}
