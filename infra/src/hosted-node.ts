/** A node as a part of this process: its identity, its servers, and what the status file says of it. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type CentralPlace, createCentral, enrol, type Identity, loadIdentity } from '@citygate/nodes/central'
import { type NodeOptions, PortUnavailable, type RunningNode, startNode } from '@citygate/nodes/host'
import { Problem, type Role, ServerOffer } from '@citygate/schema/contract'
import { z } from 'zod'
import { ConfigError } from './config.ts'
import { advertised } from './lan-address.ts'
import type { Lasting } from './lasting.ts'
import type { Config } from './settings.ts'
import type { NodeStatus } from './status-file.ts'
import { makeFolder } from './trouble.ts'

export const nodeKeys = [
  'bind',
  'advertise',
  'opnPort',
  'lmpPort',
  'fmpPort',
  'rfpPort',
  'tls',
  'helloDelay',
  'content',
  'name',
  'servers',
  'workers',
  'accept',
  'consistency',
  'profile',
  'drainTime',
  'questTime',
] as const

export interface NodePlace {
  readonly central: CentralPlace
  readonly roles: readonly Role[]
  /** Gets an enrolment token when the node has no identity that central knows; null where nobody has one. */
  readonly enrolToken: () => Promise<string | null>
}

export async function startHostedNode(
  config: Config<(typeof nodeKeys)[number]>,
  { life, log, folder }: Lasting,
  place: NodePlace,
): Promise<RunningNode> {
  const home = join(folder, 'node')
  const contentFolder = config.content ?? join(folder, 'content')
  makeFolder('content', contentFolder)
  const options: Omit<NodeOptions, 'identity'> = {
    central: place.central,
    roles: place.roles,
    bind: config.bind,
    advertise: advertised(config.bind, config.advertise),
    ports: { opn: config.opnPort, lmp: config.lmpPort, fmp: config.fmpPort, rfp: config.rfpPort },
    tls: config.tls === 'on' ? { folder } : 'off',
    helloDelayMs: config.helloDelay,
    contentFolder,
    servers: config.servers ? readServers(config.servers) : 'default',
    log,
    signal: life.ending,
  }
  const known = await loadIdentity(home)
  const node = await startKnown(known, options, () => newIdentity(config, home, place)).catch(nameKey)
  life.onEnd(async ({ hurry }) => {
    if (!hurry) await node.drain(config.drainTime * 1000)
    await node.close()
  })
  node.stopped.then(({ words }) => life.fail(new Error(`the node has stopped: ${words}`)))
  return node
}

/** A port that cannot be had is a matter of settings. */
function nameKey(error: unknown): never {
  if (!(error instanceof PortUnavailable)) throw error
  const key = error.code === 'EADDRNOTAVAIL' ? 'bind' : `${error.server}-port`
  throw new ConfigError(`${key}: ${error.message}`)
}

/** An identity that central does not know (a database of another time) is replaced where a token can be had. */
async function startKnown(
  known: Identity | null,
  options: Omit<NodeOptions, 'identity'>,
  anew: () => Promise<Identity>,
): Promise<RunningNode> {
  if (!known) return startNode({ ...options, identity: await anew() })
  try {
    return await startNode({ ...options, identity: known })
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'unauthorized') throw error
    return startNode({ ...options, identity: await anew() })
  }
}

async function newIdentity(config: Config<'name'>, home: string, place: NodePlace): Promise<Identity> {
  const token = await place.enrolToken()
  if (!token) {
    throw new ConfigError(
      'enrol: central does not know this node. Ask an operator for a token and give it with --enrol',
    )
  }
  const { call } = createCentral({ ...place.central, key: token })
  return enrol(call, config.name ?? hostname().slice(0, 63), home)
}

const Offers = z.array(ServerOffer).min(1).max(80)

function readServers(file: string): z.output<typeof Offers> {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new ConfigError(`servers: ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  const offers = Offers.safeParse(parsed)
  if (offers.success) return offers.data
  throw new ConfigError(`servers: ${file}: ${z.prettifyError(offers.error)}`)
}

export function statusOf(node: RunningNode): NodeStatus {
  const { id, name, roles, servers, opn, lmp, fmp, rfp } = node
  return {
    id,
    name,
    pid: process.pid,
    roles,
    servers,
    ...(opn ? { opn } : {}),
    ...(lmp ? { lmp } : {}),
    ...(fmp ? { fmp } : {}),
    ...(rfp ? { rfp } : {}),
  }
}
