/**
 * Players who logged in on this node while central was away, each from the copy that the node took under its own last
 * fence. When central is back each is adopted, if nobody has claimed him since, or ends in words.
 */
import { adoptSession, Problem, type Release } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import type { Call } from './client.ts'
import type { Clock } from './clock.ts'
import type { Holds } from './holds.ts'
import type { Journal } from './journal/index.ts'
import { CentralUnreachable, type Hold } from './link.ts'
import type { Reach } from './reach.ts'
import { within } from './within.ts'

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
  /** A claim or an adoption of his was not answered: central may have him under a higher fence. */
  inDoubt: boolean
  /** His writes wait while it is decided under which fence they are. */
  deciding: Promise<void> | null
}

/** Has left in doubt: where central has him, it has to hear of it. */
interface Leaver {
  readonly guest: Guest
  readonly reason: Release['reason']
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
  /** Central has somebody who has left. */
  readonly left: (release: Release) => void
}

export interface Provisional {
  has(hold: Hold): boolean
  readonly count: number
  /** `inDoubt`: central may have claimed him, and its answer was lost. */
  begin(hold: Hold, incarnation: string, logIn: LogIn, inDoubt: boolean): void
  /** False when he is none of these. Without a reason he is another's by now. */
  release(hold: Hold, reason: Release['reason'] | null): boolean
  /** Of who is one of these: what central knows him by where its answer was lost. */
  loginOf(hold: Hold): string | null
  /** Of a hunter whom central may have under a log-in that it could tell nobody of. */
  doubtfulLogin(capcomId: string): string | null
  /** Resolves when the fence of the hold is the one to write under. */
  settled(hold: Hold): Promise<void>
  /** Resolves when central knows of the hold; rejects with `CentralUnreachable` while it does not. */
  confirmed(hold: Hold): Promise<void>
  /** Central answers: asks for everybody. */
  adoptAll(): void
}

const retryMs = 1000
const atOnce = 4
/** For central to decide what he wrote: nobody waits longer for one who cannot be adopted yet. */
const journalMs = 5000

const provisionalWords = {
  takenOver: 'While the community server was away your hunter was used elsewhere. Please log in again.',
  refused: 'The community server does not take over your log-in. Please log in again.',
} as const

export function createProvisional(parts: ProvisionalParts): Provisional {
  const { holds, log, reach, clock } = parts
  const guests = new Map<Hold, Guest>()
  const leavers = new Map<string, Leaver>()
  let adopting = false

  /** What he wrote was written under the fence of the copy, which the adoption ends. */
  const journalTold = ({ hold }: Guest) =>
    within(clock, journalMs, parts.journal.decided(hold.capcomId), 'the journal')

  const isDoubtful = (guest: Guest) => guest.inDoubt || guest.deciding !== null

  function doubtfulOf(capcomId: string): Guest | undefined {
    const here = [...guests.values()].find((guest) => guest.hold.capcomId === capcomId && isDoubtful(guest))
    return here ?? leavers.get(capcomId)?.guest
  }

  /** Gives his fence from now on. */
  async function ask(guest: Guest): Promise<number> {
    const { hold, login, ticketHash, consoleId, incarnation } = guest
    const body = {
      ...{ epoch: parts.epoch(), incarnation, fence: hold.fence, serverId: hold.serverId },
      ...{ login, ticketHash, consoleId },
    }
    try {
      return (await parts.call(adoptSession, { params: { capcomId: hold.capcomId }, body })).fence
    } catch (error) {
      guest.inDoubt ||= !isRefusal(error)
      throw error
    }
  }

  async function adopt(guest: Guest): Promise<void> {
    await journalTold(guest)
    const { hold } = guest
    if (!holds.has(hold)) return
    const { capcomId } = hold
    const fence = await ask(guest)
    log.info({ capcomId, fence }, 'central has adopted a log-in that was made without it')
    if (!guests.delete(hold)) {
      // He has left meanwhile.
      const reason = leavers.get(capcomId)?.reason
      leavers.delete(capcomId)
      if (reason) parts.left({ capcomId, fence, reason })
      return
    }
    hold.fence = fence
    parts.adopted(hold)
  }

  async function decide(guest: Guest): Promise<void> {
    // He writes on meanwhile: only what has come since makes him wait.
    await journalTold(guest)
    const { promise, resolve } = Promise.withResolvers<void>()
    guest.deciding = promise
    try {
      await adopt(guest)
    } catch (error) {
      if (!isRefusal(error)) throw error
      const { capcomId } = guest.hold
      log.warn({ capcomId, code: error.code }, 'central does not adopt a log-in that was made without it')
      guests.delete(guest.hold)
      parts.end(guest.hold, wordsOf(error))
    } finally {
      guest.deciding = null
      resolve()
    }
  }

  async function tellOf({ guest, reason }: Leaver): Promise<void> {
    const { capcomId } = guest.hold
    const isGone = () => leavers.get(capcomId)?.guest === guest
    try {
      await journalTold(guest)
      // He has come back since, as this same log-in.
      if (!isGone()) return
      const fence = await ask(guest)
      if (isGone()) parts.left({ capcomId, fence, reason })
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
    if (isGone()) leavers.delete(capcomId)
  }

  async function run(): Promise<void> {
    const waiting = [...guests.values()]
    const worker = async () => {
      for (let guest = waiting.shift(); guest; guest = waiting.shift()) {
        if (guests.has(guest.hold)) await decide(guest)
      }
    }
    const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker))
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed) throw failed.reason
    for (const leaver of [...leavers.values()]) await tellOf(leaver)
  }

  const provisional: Provisional = {
    has: (hold) => guests.has(hold),
    get count() {
      return guests.size
    },
    begin(hold, incarnation, logIn, inDoubt) {
      // Central may have him under the log-in before: it is that one which goes on.
      const before = doubtfulOf(hold.capcomId)
      leavers.delete(hold.capcomId)
      const login = before?.login ?? logIn.login
      guests.set(hold, { ...logIn, login, hold, incarnation, inDoubt: inDoubt || !!before, deciding: null })
    },
    release(hold, reason) {
      const guest = guests.get(hold)
      if (!guest) return false
      guests.delete(hold)
      if (reason && isDoubtful(guest)) leavers.set(hold.capcomId, { guest, reason })
      return true
    },
    loginOf: (hold) => guests.get(hold)?.login ?? null,
    doubtfulLogin: (capcomId) => doubtfulOf(capcomId)?.login ?? null,
    async settled(hold) {
      await guests.get(hold)?.deciding
    },
    async confirmed(hold) {
      await guests.get(hold)?.deciding
      if (guests.has(hold)) throw new CentralUnreachable('central does not know of this log-in yet')
    },
    adoptAll() {
      if (adopting || guests.size + leavers.size === 0 || !reach.up) return
      adopting = true
      run()
        .catch((error: unknown) => log.info({ reason: String(error) }, 'adoption is tried again'))
        .finally(() => {
          adopting = false
          if (guests.size + leavers.size > 0) clock.after(retryMs, provisional.adoptAll)
        })
    },
  }
  return provisional
}

/** Central has decided against it. */
function isRefusal(error: unknown): error is Problem {
  return error instanceof Problem && error.status < 500 && error.code !== 'still_running'
}

function wordsOf(error: Problem): string {
  if (error.code === 'player_banned') return error.message
  return error.code === 'fence_lost' ? provisionalWords.takenOver : provisionalWords.refused
}
