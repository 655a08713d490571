/**
 * The node's copies of the players it holds (design.md, "Two ways to be consistent"): taken with the lease, good until it is
 * lost. They are kept in step whichever policy is in force, for an operator may change it while they play.
 */
import { type Bytes, equalBytes } from '../pat/index.ts'
import type { Holds } from './holds.ts'
import type { Copy, Known } from './known.ts'
import type { Hold } from './link.ts'

export interface Copies {
  /** Of a held player. */
  of(hold: Hold): Copy
  /** Taken with the lease. */
  claimed(hold: Hold): void
  /** Whether these are for certain the settings that he was given last: then they need not be written again. */
  has(hold: Hold, settings: Bytes): boolean
  /** They are kept, here or at central. */
  wrote(hold: Hold, settings: Bytes): void
  /** Something of his was changed that this node's copy was not told of, or may have been. */
  doubt(hold: Hold): void
}

export interface CopiesParts {
  readonly known: Known
  readonly holds: Holds
  readonly incarnation: () => string
}

export function createCopies({ known, holds, incarnation }: CopiesParts): Copies {
  /** Settings since the claim. */
  const written = new WeakMap<Hold, Bytes>()
  const doubted = new WeakSet<Hold>()

  const settingsOf = (hold: Hold) => written.get(hold) ?? hold.settings

  function keep(hold: Hold, acquaintances: Copy['acquaintances']): Copy {
    const { capcomId, name, fence } = hold
    const copy = {
      capcomId,
      name,
      settings: settingsOf(hold),
      fence,
      incarnation: incarnation(),
      acquaintances,
    }
    known.keepCopy(copy)
    return copy
  }

  function of(hold: Hold): Copy {
    const copy = known.copy(hold.capcomId)
    if (copy?.fence === hold.fence) return copy
    // An adoption raises the fence, and what is known stays true.
    return keep(hold, copy && holds.has(hold) ? copy.acquaintances : null)
  }

  return {
    of,
    claimed: (hold) => void keep(hold, null),
    has(hold, settings) {
      const now = settingsOf(hold)
      return !doubted.has(hold) && now !== null && equalBytes(now, settings)
    },
    wrote(hold, settings) {
      const own = settings.slice()
      written.set(hold, own)
      doubted.delete(hold)
      if (holds.has(hold)) of(hold).settings = own
      known.changed()
    },
    doubt(hold) {
      doubted.add(hold)
      if (holds.has(hold)) of(hold).acquaintances = null
      known.changed()
    },
  }
}
