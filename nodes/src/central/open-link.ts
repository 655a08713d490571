/**
 * A node's whole link to central: registers, keeps the lease by syncing, and hands out what handlers
 * see. When central knows the epoch no more (its database was restored), the node registers anew and
 * goes on without its players; when a newer start of the same node has taken over, it ends.
 */
import { randomInt } from 'node:crypto'
import type { Consistency, NodeLoad, ServerAssignment } from '@citygate/schema/contract'
import { type Log, named } from '../log.ts'
import type { Call } from './client.ts'
import type { Clock } from './clock.ts'
import { createDraining, type Draining, type DrainOrder } from './draining.ts'
import { entrySide } from './entry-side.ts'
import { createHearing } from './hearing.ts'
import { createHolds } from './holds.ts'
import { inTurn } from './in-turn.ts'
import type { Files } from './journal/index.ts'
import { grantedLease } from './lease.ts'
import type { EntryLink, WorldLink } from './link.ts'
import { createLiveAnswers } from './live.ts'
import { createOutbox } from './outbox.ts'
import { createPolicies, openState, type Policies, reportOf } from './own-state.ts'
import { createReach } from './reach.ts'
import { type Epoch, type Registration, register } from './registration.ts'
import { keepSaving } from './saving.ts'
import type { SocialLink } from './social.ts'
import { socialSide } from './social-side.ts'
import { directoryNow, standingOf } from './standing.ts'
import { type SyncEnd, type SyncLoop, startSync } from './sync-loop.ts'
import { createTravellers } from './travellers.ts'
import { createVoice, type NodeVoice } from './voice.ts'
import { worldLink } from './world-link.ts'

export interface LinkOptions {
  readonly call: Call
  readonly registration: Registration
  readonly log: Log
  /** Of the journal and of what this node knows by itself: no other process uses it. */
  readonly folder: string
  readonly files?: Files
  /** Most bytes that wait in the journal. Default 64 MiB. */
  readonly journalBytes?: number
  /** As long as no operator orders otherwise. Default `autonomous`. */
  readonly consistency?: Consistency
  /** How long a console waits for a decision about what concerns two, before it is told that it will come. Default 3000. */
  readonly decisionMs?: number
  /** What this node has to do now; told with syncs. */
  readonly load?: (players: number) => NodeLoad
  /** How long central may hold a sync. Default 20 000. */
  readonly holdMs?: number
  readonly clock: Clock
  /** In [0, 1). */
  readonly random?: () => number
  /** Gives up a registration that central does not answer. */
  readonly signal?: AbortSignal
}

/** Why a link ended by itself, in words for the log and the operator. */
export interface LinkEnd {
  readonly reason: 'superseded' | 'refused' | 'servers-changed'
  readonly words: string
}

export interface Link {
  readonly nodeId: string
  readonly entry: EntryLink
  readonly world: WorldLink
  readonly social: SocialLink
  /** Tells central that this node takes no new players. */
  drain(): void
  /**
   * Told when an operator orders this node to be emptied, with the time that quests have, and null when he takes it
   * back. One listener; told at once of an order that stands.
   */
  onDrainOrder(listener: (order: DrainOrder | null) => void): void
  /** Called once, when this node must stop serving; every hold has been lost before. */
  onEnd(listener: (end: LinkEnd) => void): void
  /** Tells central what is left, within `deadlineMs`. Resolves to whether everything was told. */
  close(deadlineMs: number): Promise<boolean>
}

/** Calls for players that are under way at the same time: about what central's connections can take. */
const callsAtOnce = 8
/** A console gives up by itself after some 90 s (login.md 2.3). */
const longestWaitMs = 60_000

/** Resolves once central has opened an epoch; rejects with the `Problem` of a refusal. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { call, clock } = options
  const random = options.random ?? (() => randomInt(2 ** 32) / 2 ** 32)
  const log = named(options.log, 'link')
  const closing = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal
  const registering = { call, clock, random, log, signal }

  const own = await openState({
    ...{ folder: options.folder, log },
    ...(options.files ? { files: options.files } : {}),
    ...(options.journalBytes === undefined ? {} : { journalBytes: options.journalBytes }),
  })
  const { journal, known } = own
  const first = await register(registering, options.registration)
  await journal.begin(first.incarnation)
  const registration = fixedServers(options.registration, first.servers)
  const newOutbox = () => createOutbox((capcomId) => journal.waitingOf(capcomId) === 0)
  const standing = standingOf(first, newOutbox())
  let sync: SyncLoop | null = null
  let ended: LinkEnd | null = null
  const endListeners = new Set<(end: LinkEnd) => void>()
  const isOver = Promise.withResolvers<void>()

  const holds = createHolds()
  const travellers = createTravellers(clock)
  const poke = () => sync?.poke()
  const reach = createReach(() => {
    voice.doubt()
    poke()
  })
  const social = socialSide(() => policies.current(), holds, log)
  const policies: Policies = createPolicies(
    {
      ...own,
      call: inTurn(call, { clock, atOnce: callsAtOnce, longestWaitMs }),
      ...{ clock, log, reach, holds, poke, tell: social.tell },
      decisionMs: options.decisionMs ?? 3000,
      epoch: () => standing.epoch.epoch,
      incarnation: () => standing.epoch.incarnation,
      servers: () => standing.epoch.servers,
      ownAddress: () => registration.fmp,
      lose: ({ capcomId, fence }, words) => world.lose(capcomId, fence, words),
      adopted: (hold) => world.adopted(hold),
      left(release) {
        standing.outbox.release(release)
        poke()
      },
    },
    options.consistency ?? 'autonomous',
  )
  const { provisional } = policies
  const directory = () =>
    directoryNow(standing, policies.current().directory(standing.directory), holds, travellers)
  const report = () => reportOf(policies.current(), journal, options.load?.(holds.all().length) ?? null)

  const world = worldLink({
    ...{ log, holds, travellers, poke, provisional, directory },
    policy: policies.current,
    servers: () => standing.epoch.servers,
    outbox: () => standing.outbox,
    forget: known.forget,
  })
  const live = createLiveAnswers({
    ...{ clock, holds, report, whereabouts: world.whereabouts },
    isProvisional: provisional.has,
    waitingOf: (capcomId) => journal.waitingOf(capcomId),
    servers: () => standing.epoch.servers,
  })
  const voice: NodeVoice = createVoice({ clock, journal, live, report, poke, standing })
  const draining: Draining = createDraining(log, () => {
    standing.outbox.drain(draining.wanted)
    poke()
  })
  const heard = createHearing({
    ...{ log, standing, voice, reach, holds, travellers, provisional, world, live, draining, social, poke },
    order: policies.order,
  })

  function syncing(): SyncLoop {
    const { epoch, servers, sentAt, leaseMs } = standing.epoch
    log.info({ epoch, servers: servers.length }, 'registered with central')
    return startSync({
      ...{ call, clock, random, log, epoch, voice },
      lease: grantedLease(sentAt, leaseMs),
      holdMs: options.holdMs ?? 20_000,
      onAnswer: heard,
      onSilence: reach.silent,
      onEnd: (why) => void over(why),
    })
  }

  async function over(why: SyncEnd): Promise<void> {
    sync = null
    if (why !== 'unknown') {
      end(endings[why])
      return
    }
    log.error('central does not know this epoch any more: registering anew, without the players')
    world.loseAll()
    standing.outbox = newOutbox()
    standing.outbox.drain(draining.wanted)
    standing.mailSeen = 0
    let next: Epoch
    try {
      next = await register(registering, registration)
    } catch (error) {
      if (!signal.aborted)
        end({ reason: 'refused', words: `central does not take this node back: ${String(error)}` })
      return
    }
    if (!sameServers(next.servers, standing.epoch.servers)) {
      end(endings.serversChanged)
      return
    }
    standing.epoch = next
    standing.directory = next.directory
    await journal.begin(next.incarnation)
    if (!signal.aborted) sync = syncing()
  }

  function end(why: LinkEnd): void {
    ended = why
    log.error({ reason: why.reason }, why.words)
    world.loseAll()
    for (const listener of endListeners) listener(why)
    isOver.resolve()
  }

  const isNew = journal.waiting === 0
  if (isNew) voice.earlierDone()
  sync = syncing()
  if (!isNew) {
    log.info({ records: journal.waiting }, 'replaying the journal of an earlier start')
    // Nobody is let in before central has decided about everything that earlier starts wrote. A start that is over by then
    // says so to who listens.
    await orAborted(Promise.race([journal.decided(), isOver.promise]), signal).catch((error: unknown) => {
      sync?.abandon()
      throw error
    })
    voice.earlierDone()
    poke()
  }
  const saving = keepSaving({ known, clock, log })

  return {
    nodeId: standing.epoch.nodeId,
    entry: entrySide(policies.current, directory, travellers),
    world: world.link,
    social: social.link,
    drain: draining.begin,
    onDrainOrder: draining.onOrder,
    onEnd(listener) {
      endListeners.add(listener)
      if (ended) listener(ended)
    },
    async close(deadlineMs) {
      voice.goodbye()
      const told = (await sync?.stop(deadlineMs)) ?? false
      closing.abort(new Error('the node is closing'))
      await journal.close()
      await saving.end()
      return told
    },
  }
}

const endings = {
  superseded: {
    reason: 'superseded',
    words: 'a newer start of this node has taken over: is its data folder in use twice?',
  },
  banned: { reason: 'refused', words: 'an operator has banned this node' },
  stranger: { reason: 'refused', words: 'central does not know the key of this node: enrol it anew' },
  serversChanged: {
    reason: 'servers-changed',
    words: 'central gave this node other game servers than it carries: start it anew',
  },
} as const satisfies Record<string, LinkEnd>

/** The same promise; rejects with what the signal names as its reason. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const given = Promise.withResolvers<never>()
  const giveUp = () => given.reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([promise, given.promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

/** After the first registration a node carries what it was given: it cannot change under its players. */
function fixedServers(registration: Registration, servers: readonly ServerAssignment[]): Registration {
  const wish = registration.servers
  return { ...registration, servers: Array.isArray(wish) ? [...servers] : wish }
}

function sameServers(a: readonly ServerAssignment[], b: readonly ServerAssignment[]): boolean {
  const ids = (servers: readonly ServerAssignment[]) => servers.map((server) => server.id).join()
  return ids(a) === ids(b)
}
