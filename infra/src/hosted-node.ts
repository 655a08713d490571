/** One node of this host, in this process or in a worker: from settings to a running node, and its end. */
import { join } from 'node:path'
import type { CentralPlace, Identity } from '@citygate/nodes/central'
import {
  type DoorPlans,
  type NodeOptions,
  PortUnavailable,
  type RunningNode,
  startNode,
} from '@citygate/nodes/host'
import type { Role } from '@citygate/schema/contract'
import { ConfigError } from './config.ts'
import { advertised } from './lan-address.ts'
import type { Wish } from './server-shares.ts'
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

export type NodeConfig = Config<(typeof nodeKeys)[number]>

/** What one node of a host is to do. Plain data: it may go to another thread or process. */
export interface NodeJob {
  /** The host's data folder. */
  readonly folder: string
  /** The node's own folder in it. */
  readonly home: string
  readonly roles: readonly Role[]
  readonly centralUrl: string
  readonly ports: NodeOptions['ports']
  readonly doors: DoorPlans
  readonly servers: Wish
}

export interface NodeSurroundings extends Pick<NodeOptions, 'log' | 'signal' | 'onArmed'> {
  readonly central: CentralPlace
  readonly identity: Identity
}

export const portsOf = (config: NodeConfig): NodeJob['ports'] => ({
  opn: config.opnPort,
  lmp: config.lmpPort,
  fmp: config.fmpPort,
  rfp: config.rfpPort,
})

/** Rejects as `startNode` does, with a ConfigError where a setting is to blame. */
export async function runNode(
  config: NodeConfig,
  job: NodeJob,
  surroundings: NodeSurroundings,
): Promise<RunningNode> {
  const contentFolder = config.content ?? join(job.folder, 'content')
  makeFolder('content', contentFolder)
  try {
    return await startNode({
      ...surroundings,
      roles: job.roles,
      bind: config.bind,
      advertise: advertised(config.bind, config.advertise),
      ports: job.ports,
      doors: job.doors,
      tls: config.tls === 'on' ? { folder: job.folder } : 'off',
      helloDelayMs: config.helloDelay,
      drainMs: config.drainTime * 1000,
      contentFolder,
      home: job.home,
      consistency: config.consistency,
      servers: job.servers,
    })
  } catch (error) {
    throw error instanceof PortUnavailable ? portTrouble(error) : error
  }
}

/** Lets the players leave, unless nobody waits for that, and ends the node. */
export async function endNode(node: RunningNode, config: NodeConfig, hurry: boolean): Promise<void> {
  if (!hurry) await node.drain(config.drainTime * 1000, config.questTime * 1000)
  await node.close()
}

/** A port that cannot be had is a matter of settings. */
export function portTrouble(error: PortUnavailable): ConfigError {
  const key = error.code === 'EADDRNOTAVAIL' ? 'bind' : `${error.server}-port`
  return new ConfigError(`${key}: ${error.message}`)
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
