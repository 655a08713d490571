/**
 * A node's whole link to central: registers, keeps the lease by syncing, and hands out what handlers
 * see. When central knows the epoch no more (its database was restored), the node registers anew and
 * goes on without its players; when a newer start of the same node has taken over, it ends.
 */
import { randomInt } from 'node:crypto'
import {
  type Consistency,
  type Directory,
  type JournalPart,
  knownLetter,
  type Letter,
  type NodeLoad,
  type ServerAssignment,
} from '@citygate/schema/contract'
import { type Log, named } from '../log.ts'
import type { Call } from './client.ts'
import type { Clock } from './clock.ts'
import { createHolds } from './holds.ts'
import { inTurn } from './in-turn.ts'
import type { Files } from './journal/index.ts'
import { grantedLease } from './lease.ts'
import type { EntryLink, WorldLink } from './link.ts'
import { createLiveAnswers } from './live.ts'
import { createOutbox, type Draw } from './outbox.ts'
import { createPolicies, openState, type Policies, reportOf } from './own-state.ts'
import { createReach } from './reach.ts'
import { type Epoch, type Registration, register } from './registration.ts'
import type { SocialLink } from './social.ts'
import { socialSide } from './social-side.ts'
import { type Speech, type SyncAnswer, type SyncEnd, type SyncLoop, startSync } from './sync-loop.ts'
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

interface DrainOrder {
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
/** What a node tells of itself is as old as this at most, where its syncs are not further apart. */
const reportEveryMs = 5000
/** After a call whose records central did not take. */
const journalRestMs = 1000
/** What this node knows of consoles and hunters costs a whole file. */
const saveEveryMs = 30_000
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
  let epoch = await register(registering, options.registration)
  await journal.begin(epoch.incarnation)
  const registration = fixedServers(options.registration, epoch.servers)
  let directory = epoch.directory
  let mailSeen = 0
  const newOutbox = () => createOutbox((capcomId) => journal.waitingOf(capcomId) === 0)
  let outbox = newOutbox()
  let sync: SyncLoop | null = null
  /** What earlier starts still hold ends when everything that they wrote has been told. */
  let earlierDone = false
  let earlierTold = false
  /** Central did not take the records of a call: not before this moment. */
  let journalNotBefore = Number.NEGATIVE_INFINITY
  /** A call was not answered: the next one asks for an answer at once. */
  let doubted = false
  let reportedAt = Number.NEGATIVE_INFINITY
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
    const shown = policies.current().directory(directory)
    const servers = shown.servers.map((server) =>
      own.has(server.id) ? { ...server, population: populations.get(server.id) ?? 0 } : server,
    )
    return { ...shown, servers }
  }

  const poke = () => sync?.poke()
  const reach = createReach(() => {
    doubted = true
    poke()
  })
  const social = socialSide(() => policies.current(), holds, log)
  const policies: Policies = createPolicies(
    {
      ...own,
      ...{ call: callInTurn, clock, log, reach, holds, poke, tell: social.tell },
      epoch: () => epoch.epoch,
      incarnation: () => epoch.incarnation,
      servers: () => epoch.servers,
      ownAddress: () => registration.fmp,
      lose: ({ capcomId, fence }, words) => world.lose(capcomId, fence, words),
      adopted: (hold) => world.adopted(hold),
    },
    options.consistency ?? 'autonomous',
  )

  const world = worldLink({
    ...{ log, holds, poke },
    policy: policies.current,
    provisional: policies.provisional,
    directory: liveDirectory,
    servers: () => epoch.servers,
    outbox: () => outbox,
    forget: known.forget,
  })

  const live = createLiveAnswers({
    ...{ clock, holds, whereabouts: world.whereabouts },
    isProvisional: policies.provisional.has,
    waitingOf: (capcomId) => journal.waitingOf(capcomId),
    servers: () => epoch.servers,
    report: () => reportOf(policies.current(), journal, options.load?.(holds.all().length) ?? null),
  })

  const voice = {
    hasNews: () =>
      outbox.hasNews() || doubted || journalSpeaks() || live.hasNews() || (earlierDone && !earlierTold),
    draw(news: boolean): Speech {
      doubted = false
      const part = news && journalSpeaks() ? journal.draw() : null
      return {
        ...outbox.draw(),
        ...{ mailSeen, directoryVersion: directory.version, incarnation: epoch.incarnation },
        ...{
          journal: part,
          earlierDone: earlierDone && !earlierTold,
          answers: news ? live.draw() : [],
          report: report(),
        },
      }
    },
    putBack(speech: Speech) {
      outbox.putBack(speech satisfies Draw)
      live.putBack(speech.answers ?? [])
    },
  }

  function journalSpeaks(): boolean {
    return journal.hasNews() && clock.now() >= journalNotBefore
  }

  function report() {
    if (clock.now() - reportedAt < reportEveryMs) return null
    reportedAt = clock.now()
    return reportOf(policies.current(), journal, options.load?.(holds.all().length) ?? null)
  }

  function decided(sent: JournalPart | null | undefined, answer: SyncAnswer['journal']): void {
    if (answer) journal.answered(answer)
    else if (sent) {
      journalNotBefore = clock.now() + journalRestMs
      clock.after(journalRestMs, poke)
    }
  }

  function heard(answer: SyncAnswer, said: Speech): void {
    directory = answer.directory
    outbox.heard(answer.presence)
    earlierTold ||= said.earlierDone === true
    decided(said.journal, answer.journal)
    reach.answered()
    if (policies.order(answer.orders.consistency ?? null)) {
      // It is told at once how it is now.
      reportedAt = Number.NEGATIVE_INFINITY
      doubted = true
    }
    // Letters first: they say why a hold is lost, a refusal only that it is.
    for (const letter of [...answer.mail].sort((a, b) => a.number - b.number)) {
      if (letter.number <= mailSeen) continue
      mailSeen = letter.number
      const known = knownLetter(letter)
      if (known) read(known)
      else log.warn({ kind: letter.kind }, 'a letter of a kind that this release does not know')
    }
    for (const { capcomId, fence } of answer.refused) {
      // Of a provisional player the adoption decides: what is refused here is his release from before.
      const held = holds.of(capcomId)
      if (!held || !policies.provisional.has(held)) world.lose(capcomId, fence)
    }
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
        live.ask(letter)
        poke()
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
      voice,
      onAnswer: heard,
      onSilence: reach.silent,
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
    if (why === 'stranger') {
      end({ reason: 'refused', words: 'central does not know the key of this node: enrol it anew' })
      return
    }
    log.error('central does not know this epoch any more: registering anew, without the players')
    world.loseAll()
    outbox = newOutbox()
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
    await journal.begin(next.incarnation)
    if (!signal.aborted) sync = syncing()
  }

  function end(why: LinkEnd): void {
    ended = why
    log.error({ reason: why.reason }, why.words)
    world.loseAll()
    for (const listener of endListeners) listener(why)
  }

  earlierDone = journal.waiting === 0
  sync = syncing()
  if (!earlierDone) await replay()
  const saving = { cancel: saveLater() }

  /** Nobody is let in before central has decided about everything that earlier starts wrote. */
  async function replay(): Promise<void> {
    log.info({ records: journal.waiting }, 'replaying the journal of an earlier start')
    const given = Promise.withResolvers<never>()
    const giveUp = () => given.reject(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    await Promise.race([journal.decided(), given.promise]).finally(() =>
      signal.removeEventListener('abort', giveUp),
    )
    earlierDone = true
    poke()
  }

  function saveLater(): () => void {
    return clock.after(saveEveryMs, () => {
      known
        .save()
        .catch((error: unknown) => log.warn({ reason: String(error) }, 'what is known could not be saved'))
        .finally(() => {
          if (!signal.aborted) saving.cancel = saveLater()
        })
    })
  }

  const entry = () => policies.current().entry
  return {
    nodeId: epoch.nodeId,
    entry: {
      get directory() {
        return liveDirectory()
      },
      identifyConsole: (...of) => entry().identifyConsole(...of),
      chooseHunter: (...of) => entry().chooseHunter(...of),
      issueTicket: (login, consoleId, capcomId) => entry().issueTicket(login, consoleId, capcomId),
      readTicket: (ticket) => entry().readTicket(ticket),
      armTicket: (ticket, serverId) => entry().armTicket(ticket, serverId),
      endTicket: (ticket) => entry().endTicket(ticket),
    },
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
      saving.cancel()
      await journal.close()
      await known.save('ending').catch((error: unknown) => {
        log.warn({ reason: String(error) }, 'what is known could not be saved')
      })
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
