/**
 * Players who logged in on this node while central was away, each from the copy that the node took under its own last
 * fence. When central is back each is adopted, if nobody has claimed him since, or ends in words.
 */
import { adoptSession, Problem } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import type { Call } from './client.ts'
import type { Clock } from './clock.ts'
import type { Holds } from './holds.ts'
import type { Journal } from './journal/index.ts'
import type { Hold } from './link.ts'
import type { Reach } from './reach.ts'

/** How he logged in: central gets to know of it with the adoption. */
interface LogIn {
  readonly login: string
  readonly ticketHash: string
  readonly consoleId: string
}

type Mutable = { -readonly [K in keyof Hold]: Hold[K] }

interface Guest extends LogIn {
  readonly hold: Mutable
  readonly incarnation: string
  /** His writes wait while it is decided under which fence they are. */
  deciding: Promise<void> | null
}

export interface ProvisionalParts {
  readonly call: Call
  readonly clock: Clock
  readonly log: Log
  readonly holds: Holds
  readonly journal: Journal
  readonly reach: Reach
  readonly epoch: () => number
  /** He may not stay; `words` are for him. */
  readonly end: (hold: Hold, words: string) => void
  readonly adopted: (hold: Hold) => void
}

export interface Provisional {
  has(hold: Hold): boolean
  readonly count: number
  begin(hold: Hold, incarnation: string, logIn: LogIn): Hold
  /** False when he is none of these. */
  release(hold: Hold): boolean
  /** Resolves when the fence of the hold is the one to write under. */
  settled(hold: Hold): Promise<void>
  /** Central answers: asks for everybody. */
  adoptAll(): void
}

const retryMs = 1000
const atOnce = 4

const provisionalWords = {
  takenOver: 'While the community server was away your hunter was used elsewhere. Please log in again.',
  refused: 'The community server does not take over your log-in. Please log in again.',
} as const

export function createProvisional(parts: ProvisionalParts): Provisional {
  const { holds, log, reach, clock } = parts
  const guests = new Map<Hold, Guest>()
  let adopting = false

  async function adopt(guest: Guest): Promise<void> {
    const { hold, login, ticketHash, consoleId, incarnation } = guest
    // What he wrote was written under the fence of the copy.
    await parts.journal.decided(hold.capcomId)
    if (!holds.has(hold)) return
    const body = {
      ...{ epoch: parts.epoch(), incarnation, fence: hold.fence, serverId: hold.serverId },
      ...{ login, ticketHash, consoleId },
    }
    const { fence } = await parts.call(adoptSession, { params: { capcomId: hold.capcomId }, body })
    const { capcomId } = hold
    log.info({ capcomId, fence }, 'central has adopted a log-in that was made without it')
    guests.delete(hold)
    hold.fence = fence
    parts.adopted(hold)
  }

  async function decide(guest: Guest): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    guest.deciding = promise
    try {
      await adopt(guest)
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500 || error.code === 'still_running') throw error
      const { capcomId } = guest.hold
      log.warn({ capcomId, code: error.code }, 'central does not adopt a log-in that was made without it')
      guests.delete(guest.hold)
      parts.end(guest.hold, wordsOf(error))
    } finally {
      guest.deciding = null
      resolve()
    }
  }

  async function run(): Promise<void> {
    const waiting = [...guests.values()]
    const worker = async () => {
      for (let guest = waiting.shift(); guest; guest = waiting.shift()) {
        if (guests.has(guest.hold)) await decide(guest)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }

  const provisional: Provisional = {
    has: (hold) => guests.has(hold),
    get count() {
      return guests.size
    },
    begin(hold, incarnation, logIn) {
      guests.set(hold, { ...logIn, hold, incarnation, deciding: null })
      return hold
    },
    release: (hold) => guests.delete(hold),
    async settled(hold) {
      await guests.get(hold)?.deciding
    },
    adoptAll() {
      if (adopting || guests.size === 0 || !reach.up) return
      adopting = true
      run()
        .catch((error: unknown) => log.info({ reason: String(error) }, 'adoption is tried again'))
        .finally(() => {
          adopting = false
          if (guests.size > 0) clock.after(retryMs, provisional.adoptAll)
        })
    },
  }
  return provisional
}

function wordsOf(error: Problem): string {
  if (error.code === 'player_banned') return error.message
  return error.code === 'fence_lost' ? provisionalWords.takenOver : provisionalWords.refused
}
