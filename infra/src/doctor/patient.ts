/** What the doctor knows of a host before it looks: its settings, its data folder, and what runs on that. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Identity, loadIdentity } from '@citygate/nodes/central'
import type { DoorName } from '@citygate/nodes/host'
import { homeOf } from '../identities.ts'
import { advertised } from '../lan-address.ts'
import type { Config } from '../settings.ts'
import { type NodeStatus, readRunning, type Status } from '../status-file.ts'

export const patientKeys = [
  ...(['data', 'bind', 'advertise', 'opnPort', 'lmpPort', 'fmpPort', 'rfpPort', 'tls', 'roles'] as const),
  ...(['httpPort', 'httpBind', 'database', 'central'] as const),
] as const

export type PatientConfig = Config<(typeof patientKeys)[number]>

export interface Patient {
  readonly config: PatientConfig
  readonly folder: string
  /** Null where nothing runs on the data folder. */
  readonly running: Status | null
  /** The node that is looked at, as it runs. */
  readonly node: NodeStatus | null
  /** Null before the first start, or where its file is damaged. */
  readonly identity: Identity | null
  /** Central and its database are of this host. */
  readonly hasCentral: boolean
  readonly centralUrl: string
  /** As consoles are told. */
  readonly host: string
  /** Of the roles that this host has; 0 is any free port. */
  readonly ports: Readonly<Partial<Record<DoorName, number>>>
}

const doors = { entry: ['opn', 'lmp', 'rfp'], world: ['fmp'] } as const satisfies Record<
  string,
  readonly DoorName[]
>

/** Each node of this host, as it runs; of a host that rests, the first one as it would start. */
export async function readPatients(config: PatientConfig): Promise<readonly [Patient, ...Patient[]]> {
  const folder = resolve(config.data)
  const running = readRunning(folder)
  const identities = await identitiesIn(folder)
  const [first = null] = identities
  const [node = null, ...others] = running?.nodes ?? []
  const identityOf = ({ id }: NodeStatus) => identities.find((known) => known?.nodeId === id) ?? null
  return [
    patientOf(config, folder, running, node, (node && identityOf(node)) ?? first),
    ...others.map((other) => patientOf(config, folder, running, other, identityOf(other))),
  ]
}

/** Null where a file is damaged. */
async function identitiesIn(folder: string): Promise<readonly (Identity | null)[]> {
  const found: (Identity | null)[] = []
  for (let index = 0; index === 0 || existsSync(homeOf(folder, index)); index++) {
    found.push(await loadIdentity(homeOf(folder, index)).catch(() => null))
  }
  return found
}

function patientOf(
  config: PatientConfig,
  folder: string,
  running: Status | null,
  node: NodeStatus | null,
  identity: Identity | null,
): Patient {
  const hasCentral =
    running?.http !== undefined || config.database !== undefined || existsSync(join(folder, 'operator.key'))
  const roles = node?.roles ?? identity?.roles ?? (hasCentral ? (['entry', 'world'] as const) : config.roles)
  const set = { opn: config.opnPort, lmp: config.lmpPort, fmp: config.fmpPort, rfp: config.rfpPort }
  const names = roles.flatMap((role) => doors[role])
  /** A running node has the doors that it tells; another node of its host may have the rest. */
  const portOf = (name: DoorName): number | undefined => {
    if (!node) return set[name]
    const address = node[name]
    return address === undefined ? undefined : addressOf(address).port
  }
  const ports = names.map((name) => [name, portOf(name)] as const)
  return {
    ...{ config, folder, running, node, identity, hasCentral },
    centralUrl: hasCentral ? (running?.http ?? urlOf(config)) : config.central,
    host:
      node?.opn || node?.fmp
        ? addressOf(node.opn ?? node.fmp ?? '').host
        : advertised(config.bind, config.advertise),
    ports: Object.fromEntries(ports.filter(([, port]) => port !== undefined)),
  }
}

/** Of `host:port`. */
function addressOf(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':')
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) }
}

function urlOf({ httpBind, httpPort }: PatientConfig): string {
  const host = httpBind === '0.0.0.0' || httpBind === '::' ? '127.0.0.1' : httpBind
  return `http://${host.includes(':') ? `[${host}]` : host}:${httpPort}`
}
