/**
 * What hunters keep of each other, on an autonomous node: a player's own is the node's copy while it holds him, his
 * writes are in the journal before he is answered, and what concerns two is an intent that central decides.
 */
import {
  answerFriend,
  askFriend,
  type Change,
  type JournalOutcome,
  Problem,
  type ProblemCode,
  problems,
  readKnown,
  setBlacklisted,
} from '@citygate/schema/contract'
import type { Clock } from './clock.ts'
import type { Direct } from './direct.ts'
import type { Holds } from './holds.ts'
import type { Pending } from './journal/index.ts'
import type { Copy, Known as KnownHere } from './known.ts'
import { CentralUnreachable, type Hold } from './link.ts'
import type { Reach } from './reach.ts'
import type { Acquaintances, Known, SocialLink, SocialNews } from './social.ts'
import { known as hunterOf, request as requestOf, wireMessage } from './social-link.ts'
import { within } from './within.ts'

export interface OwnSocialParts {
  readonly direct: Direct['social']
  readonly reach: Reach
  readonly clock: Clock
  readonly holds: Holds
  readonly known: KnownHere
  /** Resolves when the change is on the disk. */
  readonly write: (hold: Hold, change: Change) => Promise<Pending>
  /** Rejects with `CentralUnreachable` while central does not know of the hold. */
  readonly confirmed: (hold: Hold) => Promise<void>
  /** The copy of a held player. */
  readonly copyOf: (hold: Hold) => Copy
  /** How long a console waits for central's decision before it is told that it will come. */
  readonly decisionMs: number
  /** Something that a player was told to be pending has been decided. */
  readonly tell: (hold: Hold, news: SocialNews) => void
}

/** Where others are: good for so long. */
const foundMs = 3000

export interface OwnSocial {
  readonly link: Omit<SocialLink, 'onLetter'>
  learned(hold: Hold, acquaintances: Acquaintances): void
  heard(hold: Hold, news: SocialNews): void
}

export function ownSocial(parts: OwnSocialParts): OwnSocial {
  const { direct, reach, clock, holds, known } = parts

  /** Rises with everything that a copy was told. */
  const revisions = new WeakMap<Copy, number>()

  function change(hold: Hold, how: (before: Acquaintances) => Acquaintances): void {
    const copy = parts.copyOf(hold)
    revisions.set(copy, (revisions.get(copy) ?? 0) + 1)
    if (copy.acquaintances) copy.acquaintances = how(copy.acquaintances)
    known.changed()
  }

  const befriend = (hold: Hold, friend: Known) =>
    change(hold, (before) => ({
      ...before,
      friends: [...without(before.friends, friend.capcomId), friend],
      requests: before.requests.filter(({ from }) => from.capcomId !== friend.capcomId),
    }))

  const unfriend = (hold: Hold, other: string) =>
    change(hold, (before) => ({ ...before, friends: without(before.friends, other) }))

  /**
   * The decision when it comes soon, and null when it does not: it will, and `later` is called then.
   *
   * @throws Problem as the endpoint of the same name
   */
  async function decided(
    pending: Pending,
    later: (outcome: JournalOutcome) => void,
  ): Promise<JournalOutcome | null> {
    pending.awaited = true
    let outcome: JournalOutcome
    try {
      if (!reach.up) throw new CentralUnreachable('central does not answer at present')
      outcome = await within(clock, parts.decisionMs, pending.decided, 'a record')
    } catch (error) {
      if (!(error instanceof CentralUnreachable)) throw error
      pending.awaited = false
      void pending.decided.then(later)
      return null
    }
    if (outcome.refused) throw asProblem(outcome.refused)
    return outcome
  }

  /** What was told to be pending, and is refused: the player hears of it, and his copy is read anew. */
  function decidedLate(hold: Hold, other: string, outcome: JournalOutcome, then: () => void): void {
    if (!holds.has(hold)) return
    if (!outcome.refused) {
      then()
      return
    }
    parts.copyOf(hold).acquaintances = null
    parts.tell(hold, { kind: 'refused', other, code: outcome.refused.code })
  }

  /** To somebody on this same node, whom central leaves to it. */
  function tellHere(capcomId: string, news: SocialNews): void {
    const hold = holds.of(capcomId)
    if (!hold) return
    heard(hold, news)
    parts.tell(hold, news)
  }

  const self = ({ capcomId, name }: Hold): Known => ({ capcomId, name })

  function nameOf(hold: Hold, other: string): Known {
    const { acquaintances } = parts.copyOf(hold)
    const all = [
      ...(acquaintances?.friends ?? []),
      ...(acquaintances?.blacklist ?? []),
      ...(acquaintances?.requests.map(({ from }) => from) ?? []),
    ]
    const here = holds.of(other)
    return (
      all.find(({ capcomId }) => capcomId === other) ??
      (here ? self(here) : { capcomId: other, name: new TextEncoder().encode(other) })
    )
  }

  let found: {
    readonly key: string
    readonly at: number
    readonly online: ReturnType<Direct['social']['findOnline']>
  } | null = null

  /** For a call that acts for him: under a fence that central has not given it would be refused, and he lost. */
  async function askFor<T>(hold: Hold, work: () => Promise<T>): Promise<T> {
    await parts.confirmed(hold)
    return reach.ask(work)
  }

  const link: Omit<SocialLink, 'onLetter'> = {
    keeps: { own: true, othersMs: foundMs, searchesAlone: true },

    async acquaintances(hold) {
      const copy = parts.copyOf(hold)
      if (copy.acquaintances) return copy.acquaintances
      const before = revisions.get(copy) ?? 0
      const read = await askFor(hold, () => direct.acquaintances(hold))
      // What was told meanwhile may be newer than this answer: then the next question reads it anew.
      if ((revisions.get(copy) ?? 0) === before) copy.acquaintances = read
      known.changed()
      return read
    },

    async askFriend(hold, other, message) {
      const pending = await parts.write(hold, { kind: 'ask-friend', other, message: wireMessage(message) })
      const asked = (outcome: JournalOutcome) =>
        readKnown(askFriend.output, outcome.result).data?.request ?? null
      const outcome = await decided(pending, (late) =>
        decidedLate(hold, other, late, () => {
          const request = asked(late)
          if (request) tellHere(other, { kind: 'friend-request', request: requestOf(request) })
        }),
      )
      if (!outcome) parts.tell(hold, { kind: 'pending', other })
      const request = outcome && asked(outcome)
      return request && requestOf(request)
    },

    async answerFriend(hold, asker, accepted) {
      const pending = await parts.write(hold, { kind: 'answer-friend', other: asker, accepted })
      const answered = (outcome: JournalOutcome) => {
        const { data } = readKnown(answerFriend.output, outcome.result)
        return { friend: data?.friend ? hunterOf(data.friend) : null, made: data?.made ?? false }
      }
      const outcome = await decided(pending, (late) =>
        decidedLate(hold, asker, late, () => {
          const { friend, made } = answered(late)
          if (!accepted) return
          if (friend) tellHere(hold.capcomId, { kind: 'friend-answer', by: friend })
          else parts.copyOf(hold).acquaintances = null
          if (made) tellHere(asker, { kind: 'friend-answer', by: self(hold) })
        }),
      )
      change(hold, (before) => ({
        ...before,
        requests: before.requests.filter(({ from }) => from.capcomId !== asker),
      }))
      if (!outcome) {
        if (accepted) parts.tell(hold, { kind: 'pending', other: asker })
        return { friend: null, made: false }
      }
      const result = answered(outcome)
      if (result.friend) befriend(hold, result.friend)
      const other = result.made ? holds.of(asker) : null
      if (other) befriend(other, self(hold))
      return result
    },

    /** One's own row alone: nobody decides about it. */
    async deleteFriend(hold, friend) {
      await parts.write(hold, { kind: 'delete-friend', other: friend })
      unfriend(hold, friend)
    },

    async setBlacklisted(hold, other, listed) {
      const pending = await parts.write(hold, { kind: 'blacklist', other, listed })
      const outcome = await decided(pending, (late) => decidedLate(hold, other, late, () => undefined))
      if (!outcome) parts.tell(hold, { kind: 'pending', other })
      const { data } = readKnown(setBlacklisted.output, outcome?.result)
      const entry = data ? hunterOf(data.entry) : nameOf(hold, other)
      change(hold, (before) => ({
        ...before,
        friends: listed ? without(before.friends, other) : before.friends,
        blacklist: listed ? [...without(before.blacklist, other), entry] : without(before.blacklist, other),
      }))
      const there = listed ? holds.of(other) : null
      if (there) unfriend(there, hold.capcomId)
      return entry
    },

    async setDeniesRequests(hold, denies) {
      await parts.write(hold, { kind: 'denies-requests', denies })
      change(hold, (before) => ({ ...before, deniesRequests: denies }))
    },

    tell: (hold, other, message) => askFor(hold, () => direct.tell(hold, other, message)),

    searchOnline: (hold, wanted) => reach.ask(() => direct.searchOnline(hold, wanted)),
    searchCities: (serverId, conditions) => reach.ask(() => direct.searchCities(serverId, conditions)),

    findOnline(hold, capcomIds) {
      const key = [hold.capcomId, ...capcomIds].join()
      if (found && found.key === key && clock.now() - found.at < foundMs) return found.online
      const online = reach.ask(() => direct.findOnline(hold, capcomIds))
      found = { key, at: clock.now(), online }
      online.catch(() => {
        if (found?.online === online) found = null
      })
      return online
    },
  }

  function heard(hold: Hold, news: SocialNews): void {
    switch (news.kind) {
      case 'friend-request': {
        const { request } = news
        change(hold, (before) => ({
          ...before,
          requests: [
            ...before.requests.filter(({ from }) => from.capcomId !== request.from.capcomId),
            request,
          ],
        }))
        return
      }
      case 'friend-answer':
        befriend(hold, news.by)
        return
      case 'friend-deleted':
        unfriend(hold, news.by)
        return
      default:
    }
  }

  function learned(hold: Hold, acquaintances: Acquaintances): void {
    parts.copyOf(hold).acquaintances = acquaintances
    known.changed()
  }

  return { link, learned, heard }
}

const without = (list: readonly Known[], capcomId: string) => list.filter((one) => one.capcomId !== capcomId)

function asProblem({ code, detail }: { readonly code: string; readonly detail: string }): Problem {
  return new Problem(Object.hasOwn(problems, code) ? (code as ProblemCode) : 'internal', detail)
}
