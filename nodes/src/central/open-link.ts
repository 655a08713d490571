/**
 * A node's whole link to central: registers, keeps the lease by syncing, and hands out what handlers
 * see. When central knows the epoch no more (its database was restored), the node registers anew and
 * goes on without its players; when a newer start of the same node has taken over, it ends.
 */
import { randomInt } from 'node:crypto'
import { type Directory, knownLetter, type Letter, type ServerAssignment } from '@citygate/schema/contract'
import { type Log, named } from '../log.ts'
import type { Call } from './client.ts'
import type { Clock } from './clock.ts'
import { entryLink } from './entry-link.ts'
import { createHolds } from './holds.ts'
import { inTurn } from './in-turn.ts'
import { grantedLease } from './lease.ts'
import type { EntryLink, WorldLink } from './link.ts'
import { createOutbox } from './outbox.ts'
import { type Epoch, type Registration, register } from './registration.ts'
import type { SocialLink } from './social.ts'
import { socialLink } from './social-link.ts'
import { type SyncAnswer, type SyncEnd, type SyncLoop, startSync } from './sync-loop.ts'
import { worldLink } from './world-link.ts'

export interface LinkOptions {
  readonly call: Call
  readonly registration: Registration
  readonly log: Log
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

export interface DrainOrder {
  readonly questMs: number
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
/** Where central names none: the longest quest and the way home from it. */
const usualQuestSeconds = 3600
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

  let epoch = await register(registering, options.registration)
  const registration = fixedServers(options.registration, epoch.servers)
  let directory = epoch.directory
  let mailSeen = 0
  let outbox = createOutbox()
  let sync: SyncLoop | null = null
  /** By its host, or by an operator. */
  let draining = { here: false, ordered: false }
  let drainOrder: DrainOrder = { questMs: usualQuestSeconds * 1000 }
  let drainListener: (order: DrainOrder | null) => void = () => {}
  let ended: LinkEnd | null = null
  const endListeners = new Set<(end: LinkEnd) => void>()

  const holds = createHolds()
  const callInTurn = inTurn(call, { clock, atOnce: callsAtOnce, longestWaitMs })

  /** Central's counts are as old as the last sync; this node's own players are counted here and now. */
  function liveDirectory(): Directory {
    const own = new Set(epoch.servers.map(({ id }) => id))
    const populations = holds.populations()
    const servers = directory.servers.map((server) =>
      own.has(server.id) ? { ...server, population: populations.get(server.id) ?? 0 } : server,
    )
    return { ...directory, servers }
  }

  const world = worldLink({
    call: callInTurn,
    log,
    holds,
    epoch: () => epoch.epoch,
    directory: liveDirectory,
    servers: () => epoch.servers,
    outbox: () => outbox,
    poke: () => sync?.poke(),
  })

  const social = socialLink({
    call: callInTurn,
    log,
    holds,
    epoch: () => epoch.epoch,
    lose: world.lose,
  })

  function heard(answer: SyncAnswer): void {
    directory = answer.directory
    // Letters first: they say why a hold is lost, a refusal only that it is.
    for (const letter of [...answer.mail].sort((a, b) => a.number - b.number)) {
      if (letter.number <= mailSeen) continue
      mailSeen = letter.number
      const known = knownLetter(letter)
      if (known) read(known)
      else log.warn({ kind: letter.kind }, 'a letter of a kind that this release does not know')
    }
    for (const { capcomId, fence } of answer.refused) world.lose(capcomId, fence)
    drainOrder = { questMs: (answer.orders.questSeconds ?? usualQuestSeconds) * 1000 }
    setDraining({ ...draining, ordered: answer.orders.drain })
  }

  function read(letter: Letter): void {
    switch (letter.kind) {
      case 'session-taken':
        world.lose(letter.capcomId, letter.fence)
        break
      case 'kick':
        world.lose(letter.capcomId, letter.fence, letter.text)
        break
      case 'announce':
        world.announce(letter.text, letter.serverId)
        break
      case 'question':
        break
      case 'orders':
        // It has brought the answer whose orders are read.
        break
      default:
        social.heard(letter)
    }
  }

  function setDraining(next: typeof draining): void {
    if (next.here === draining.here && next.ordered === draining.ordered) return
    const ordered = next.ordered !== draining.ordered
    draining = next
    if (ordered) {
      log.info({ drain: next.ordered }, 'an operator has ordered whether this node takes new players')
      drainListener(next.ordered ? drainOrder : null)
    }
    outbox.drain(draining.here || draining.ordered)
    sync?.poke()
  }

  function syncing(): SyncLoop {
    log.info({ epoch: epoch.epoch, servers: epoch.servers.length }, 'registered with central')
    return startSync({
      call,
      clock,
      random,
      log,
      epoch: epoch.epoch,
      lease: grantedLease(epoch.sentAt, epoch.leaseMs),
      holdMs: options.holdMs ?? 20_000,
      outbox,
      seen: () => ({ mailSeen, directoryVersion: directory.version }),
      onAnswer: heard,
      onEnd: (why) => void over(why),
    })
  }

  async function over(why: SyncEnd): Promise<void> {
    sync = null
    if (why === 'superseded') {
      end({
        reason: 'superseded',
        words: 'a newer start of this node has taken over: is its data folder in use twice?',
      })
      return
    }
    if (why === 'banned') {
      end({ reason: 'refused', words: 'an operator has banned this node' })
      return
    }
    log.error('central does not know this epoch any more: registering anew, without the players')
    world.loseAll()
    outbox = createOutbox()
    outbox.drain(draining.here || draining.ordered)
    mailSeen = 0
    let next: Epoch
    try {
      next = await register(registering, registration)
    } catch (error) {
      if (!signal.aborted)
        end({ reason: 'refused', words: `central does not take this node back: ${String(error)}` })
      return
    }
    if (!sameServers(next.servers, epoch.servers)) {
      end({
        reason: 'servers-changed',
        words: 'central gave this node other game servers than it carries: start it anew',
      })
      return
    }
    epoch = next
    directory = next.directory
    if (!signal.aborted) sync = syncing()
  }

  function end(why: LinkEnd): void {
    ended = why
    log.error({ reason: why.reason }, why.words)
    world.loseAll()
    for (const listener of endListeners) listener(why)
  }

  sync = syncing()

  return {
    nodeId: epoch.nodeId,
    entry: entryLink(callInTurn, liveDirectory),
    world: world.link,
    social: social.link,
    drain() {
      setDraining({ ...draining, here: true })
    },
    onDrainOrder(listener) {
      drainListener = listener
      if (draining.ordered) listener(drainOrder)
    },
    onEnd(listener) {
      endListeners.add(listener)
      if (ended) listener(ended)
    },
    async close(deadlineMs) {
      const told = (await sync?.stop(deadlineMs)) ?? false
      closing.abort(new Error('the node is closing'))
      return told
    },
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
