/**
 * One node put together. The ports are taken first, so that central can be told of them; nobody is let
 * in before central has opened an epoch. At the end players are told in words, and central of their
 * leaving, before the process goes.
 */
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Address, Consistency, Role } from '@citygate/schema/contract'
import { type CentralPlace, createCentral } from '../central/client.ts'
import type { Identity } from '../central/identity.ts'
import { type Link, type LinkEnd, openLink } from '../central/open-link.ts'
import type { Registration } from '../central/registration.ts'
import { ContentFolder } from '../content/index.ts'
import { lmp } from '../entry/lmp.ts'
import { opn } from '../entry/opn.ts'
import { rfp } from '../entry/rfp.ts'
import { type Crowd, createFmp } from '../game/index.ts'
import { type Log, named } from '../log.ts'
import { tellingArmings } from './armings.ts'
import { systemClock } from './clock.ts'
import { Door, type DoorName, type DoorParts } from './door.ts'
import type { DoorPlan, DoorPlans } from './door-plan.ts'
import { drainCrowd } from './drain.ts'
import { followDrainOrders } from './drain-orders.ts'
import { watchLoad } from './load.ts'
import { proverOf } from './probe.ts'
import { watchReach } from './reach.ts'
import { consoleTls } from './tls.ts'
import { tlsFiles } from './tls-files.ts'

export interface NodeOptions {
  /** How central is reached; the node's own key goes with every call. */
  readonly central: CentralPlace
  readonly identity: Identity
  /** At least one, and only what the enrolment granted. */
  readonly roles: readonly Role[]
  /** Address that the ports listen on. */
  readonly bind: string
  /** Address that consoles are told. */
  readonly advertise: string
  /** 0 takes any free port. */
  readonly ports: Readonly<Record<DoorName, number>>
  /** The doors that are not a port of this node's own. */
  readonly doors?: DoorPlans
  /** Told of every ticket that this node arms, by its hash, before the console can travel with it. */
  readonly onArmed?: (ticketHash: string, serverId: number) => void
  /** On OPN: with the certificates of this data folder, made when they are not there. */
  readonly tls: 'off' | { readonly folder: string }
  /** From the accept to the server's first packet. */
  readonly helloDelayMs: number
  readonly contentFolder: string
  /** What is this node's alone: its journal, and what it knows of those who were here. */
  readonly home: string
  /** As long as no operator orders otherwise. Default `autonomous`. */
  readonly consistency?: Consistency
  /** `default`: what central gives; a list: the node's own. */
  readonly servers: Registration['servers']
  readonly log: Log
  /** How long players who are in no quest have when an operator orders a drain. Default 10 000. */
  readonly drainMs?: number
  /** How long central may hold a sync. Default 20 000. */
  readonly holdMs?: number
  /** Gives up a start whose registration central does not answer. */
  readonly signal?: AbortSignal
}

/** Addresses are as advertised, `host:port`; a node has those of its roles. */
export interface RunningNode {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
  /** Ids of the game servers that it carries. */
  readonly servers: readonly number[]
  readonly opn?: string
  readonly lmp?: string
  readonly fmp?: string
  readonly rfp?: string
  /** Where the root for patching games lies; only where this node speaks TLS. */
  readonly rootFile?: string
  /** Resolves when the node had to stop by itself, after it has; never rejects. */
  readonly stopped: Promise<LinkEnd>
  /** Lets a connection in that was accepted elsewhere; with a `head`, it was greeted there and read that far. */
  adopt(door: DoorName, socket: Socket, head?: Uint8Array): void
  /** Connections at this moment. */
  load(): Readonly<Record<DoorName, number>>
  /** Takes nothing more from the queues of its ports: what waits there is for who comes after it. For a sudden end. */
  stopListening(): void
  /**
   * Takes no new players, tells those who are here, and waits until the last one has left: for `drainMs`, or as long as
   * somebody is in a quest for `questMs` at most.
   */
  drain(drainMs: number, questMs?: number): Promise<void>
  /** Ends every connection in words, tells central, and lets go of everything. */
  close(): Promise<void>
}

const software = 'citygate 0.1.0'
const closingText = 'This server is closing. Please log in again in a few minutes.'
const usualDrainMs = 10_000
/** For consoles to take their goodbye. */
const goodbyeMs = 2000
/** For the last word to central. */
const lastWordMs = 3000

/** What was opened on the way, closed in reverse when a start fails. */
type Closer = () => unknown

/** Rejects with a `PortUnavailable`, a `Problem` of central's, a `TlsFilesError`, or an Error in words. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const missing = options.roles.filter((role) => !options.identity.roles.includes(role))
  if (missing.length > 0) {
    throw new Error(
      `This node was enrolled without the role ${missing.join(', ')}, and a token adds none to a node that is enrolled: ` +
        'start it without that role, or enrol another node, with a token that grants it, in another data folder (--data)',
    )
  }
  const opened: Closer[] = []
  try {
    return await start(options, opened)
  } catch (error) {
    for (const close of opened.reverse()) await close()
    throw error
  }
}

async function start(options: NodeOptions, opened: Closer[]): Promise<RunningNode> {
  const { identity, roles } = options
  const log = named(options.log, 'node', { nodeId: identity.nodeId })

  const content = await openContent(options)
  opened.push(() => content.close())
  const { doors, rootFile } = await takeDoors(options, opened)
  const addressOf = (name: DoorName): Address | null => {
    const plan = options.doors?.[name]
    const port = plan?.by === 'other-node' ? plan.port : doors.get(name)?.port
    return port === undefined ? null : { host: options.advertise, port }
  }

  const load = watchLoad(() => [...doors.values()].reduce((sum, door) => sum + door.size, 0))
  opened.push(() => load.stop())
  const { call } = createCentral({ ...options.central, key: identity.key })
  const link = await openLink({
    call,
    clock: systemClock,
    log: options.log,
    folder: join(options.home, 'journal'),
    load: load.read,
    ...(options.consistency === undefined ? {} : { consistency: options.consistency }),
    registration: {
      name: identity.name,
      roles: [...roles],
      software,
      opn: addressOf('opn'),
      lmp: addressOf('lmp'),
      fmp: addressOf('fmp'),
      rfp: addressOf('rfp'),
      servers: roles.includes('world') ? options.servers : [],
    },
    ...(options.holdMs === undefined ? {} : { holdMs: options.holdMs }),
    ...(options.signal ? { signal: options.signal } : {}),
  })
  opened.push(() => link.close(lastWordMs))
  const { onArmed } = options
  const told = onArmed ? { ...link, ...tellingArmings(link, onArmed) } : link
  const crowd = openDoors(doors, { link: told, content, addressOf, log: options.log })
  const ending = [
    watchReach({ call, clock: systemClock, log: named(options.log, 'reach'), opnTls: options.tls !== 'off' }),
    followDrainOrders(link, crowd, { drainMs: options.drainMs ?? usualDrainMs, clock: systemClock, log }),
  ]

  let closing: Promise<void> | null = null
  const close = () => {
    for (const end of ending) end()
    closing ??= closeNode(doors, link, content, log).finally(load.stop)
    return closing
  }
  const stopped = new Promise<LinkEnd>((resolve) => {
    link.onEnd((end) => void close().then(() => resolve(end)))
  })

  const servers = link.world.servers.map((server) => server.id)
  const running = {
    id: identity.nodeId,
    name: identity.name,
    roles: [...roles],
    servers,
    ...addresses(doors, options.advertise),
  }
  log.info(running, 'serving')
  return {
    ...running,
    ...(rootFile === undefined ? {} : { rootFile }),
    stopped,
    close,
    adopt(name, socket, head) {
      const door = doors.get(name)
      if (door) door.adopt(socket, head)
      else socket.destroy()
    },
    stopListening() {
      for (const door of doors.values()) door.stopListening()
    },
    load: () => ({ opn: 0, lmp: 0, fmp: 0, rfp: 0, ...sizes(doors) }),
    async drain(drainMs, questMs = drainMs) {
      link.drain()
      for (const end of ending) end()
      const emptied = drainCrowd(crowd, { drainMs, questMs }, systemClock)
      await Promise.all([emptied.done, emptyWithin(doors, drainMs)])
    },
  }
}

function openContent({ contentFolder, log }: NodeOptions): Promise<ContentFolder> {
  const contentLog = named(log, 'content')
  return ContentFolder.open(contentFolder, {
    reread: (files) => contentLog.info({ files }, 'content was read again'),
    problem: (message) => contentLog.warn(message),
  })
}

async function takeDoors(options: NodeOptions, opened: Closer[]) {
  const { roles, bind, ports, helloDelayMs, log } = options
  const names: DoorName[] = [
    ...(roles.includes('entry') ? (['opn', 'lmp', 'rfp'] as const) : []),
    ...(roles.includes('world') ? (['fmp'] as const) : []),
  ]
  const files = options.tls !== 'off' && names.includes('opn') ? await tlsFiles(options.tls.folder) : null
  const doors = new Map<DoorName, Door>()
  for (const name of names) {
    const plan = options.doors?.[name]
    if (plan?.by === 'none' || plan?.by === 'other-node') continue
    const door = await Door.take({
      name,
      bind,
      port: plan?.by === 'hand' ? plan.port : ports[name],
      ...sourceOf(plan),
      tls: name === 'opn' && files ? consoleTls(files) : null,
      clock: systemClock,
      log: named(log, name === 'fmp' ? 'game' : 'entry'),
      helloMs: helloDelayMs,
      prove: proverOf(options.identity, name),
    })
    opened.push(() => door.close(closingText, 0))
    doors.set(name, door)
  }
  return { doors, rootFile: files?.rootFile }
}

function sourceOf(plan: DoorPlan | undefined): Partial<Pick<DoorParts, 'source'>> {
  if (plan?.by === 'hand') return { source: 'handed' }
  if (plan?.by === 'shared-port') return { source: plan.socket ? { socket: plan.socket } : 'shared' }
  return {}
}

function sizes(doors: ReadonlyMap<DoorName, Door>): Partial<Record<DoorName, number>> {
  return Object.fromEntries([...doors].map(([name, door]) => [name, door.size]))
}

interface Insides {
  readonly link: Link
  readonly content: ContentFolder
  readonly addressOf: (name: DoorName) => Address | null
  readonly log: Log
}

/** Gives the players of the game servers, nobody where there are none. */
function openDoors(doors: ReadonlyMap<DoorName, Door>, { link, content, addressOf, log }: Insides): Crowd {
  const clock = systemClock
  const ownLmp = addressOf('lmp')
  if (ownLmp) {
    doors.get('opn')?.open(opn({ content, link: link.entry, lmp: () => ownLmp }))
    doors.get('lmp')?.open(lmp({ content, link: link.entry, clock, rfp: () => addressOf('rfp') }))
    doors.get('rfp')?.open(rfp())
  }
  const fmp = createFmp({ link: link.world, social: link.social, content, clock, log: named(log, 'game') })
  doors.get('fmp')?.open(fmp)
  return fmp.crowd
}

/** Resolves when nobody is behind any of the doors, or when the time is over. */
async function emptyWithin(doors: ReadonlyMap<DoorName, Door>, ms: number): Promise<void> {
  let cancel = () => {}
  const over = new Promise<void>((resolve) => {
    cancel = systemClock.after(ms, resolve)
  })
  await Promise.race([Promise.all([...doors.values()].map((door) => door.whenEmpty())), over])
  cancel()
}

async function closeNode(
  doors: ReadonlyMap<DoorName, Door>,
  link: Link,
  content: ContentFolder,
  log: Log,
): Promise<void> {
  await Promise.all([...doors.values()].map((door) => door.close(closingText, goodbyeMs)))
  const told = await link.close(lastWordMs)
  content.close()
  log.info({ told }, 'closed')
}

function addresses(doors: ReadonlyMap<DoorName, Door>, host: string): Partial<Record<DoorName, string>> {
  return Object.fromEntries([...doors].map(([name, door]) => [name, `${host}:${door.port}`]))
}
