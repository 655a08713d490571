/** Which ports and doors each worker of a host has, by the way in which connections find their node. */
import type { DoorName, DoorPlan, DoorPlans, NodeOptions } from '@citygate/nodes/host'
import type { NodeJob } from '../hosted-node.ts'
import type { NodeStatus } from '../status-file.ts'
import type { Accept } from './plan.ts'
import type { SharedPorts } from './shared-ports.ts'

export interface DoorsParts {
  readonly accept: Accept
  /** From 0. */
  readonly index: number
  readonly job: NodeJob
  /** Of the acceptor, where there is one. */
  readonly accepted: Partial<Readonly<Record<DoorName, number>>>
  /** The first worker, as soon as it serves. */
  readonly first: NodeStatus | null
  readonly sharedPorts: SharedPorts
}

export interface Doors {
  readonly ports: NodeOptions['ports']
  readonly doors: DoorPlans
  /** Bound sockets that the worker is to be given. */
  readonly shared: readonly (readonly [DoorName, object])[]
}

/** Of the second worker, from the first one's (surface.md: 8221 and 8211, from 8201 and 8202). */
const further = { lmp: 20, fmp: 9 } as const

/** Throws a ConfigError when a shared port cannot be had. */
export function planDoors(parts: DoorsParts): Doors {
  switch (parts.accept) {
    case 'own-port':
      return ownPorts(parts)
    case 'reuse-port':
      return sharedDoors(parts)
    case 'dispatch':
      return handed(parts)
  }
}

/** One worker serves OPN and RFP; the others' consoles are told of its RFP. */
function ownPorts({ index, job: { ports }, first }: DoorsParts): Doors {
  if (index === 0) return { ports, doors: {}, shared: [] }
  return {
    ports: {
      ...ports,
      lmp: furtherPort(ports.lmp, further.lmp, index),
      fmp: furtherPort(ports.fmp, further.fmp, index),
    },
    doors: { opn: { by: 'none' }, rfp: elsewhere(first?.rfp) },
    shared: [],
  }
}

/** Entry doors on the same ports; a player belongs to one world, so each has its own port. */
function sharedDoors({ index, job: { ports, roles }, sharedPorts }: DoorsParts): Doors {
  const fmp = index === 0 ? ports.fmp : furtherPort(ports.fmp, further.fmp, index)
  if (!roles.includes('entry')) return { ports: { ...ports, fmp }, doors: {}, shared: [] }
  const doors: Partial<Record<DoorName, DoorPlan>> = {}
  const numbers = { ...ports, fmp }
  const shared: [DoorName, object][] = []
  for (const door of ['opn', 'lmp', 'rfp'] as const) {
    const { port, socket } = sharedPorts.of(door, index, ports[door])
    doors[door] = { by: 'shared-port', socket: null }
    numbers[door] = port
    if (socket) shared.push([door, socket])
  }
  return { ports: numbers, doors, shared }
}

/** Nobody listens but the acceptor. */
function handed({ job: { ports }, accepted }: DoorsParts): Doors {
  const doors = Object.entries(accepted).map(([door, port]) => [door, { by: 'hand', port }])
  return { ports, doors: Object.fromEntries(doors) as DoorPlans, shared: [] }
}

const furtherPort = (port: number, step: number, index: number): number =>
  port === 0 ? 0 : port + step + index - 1

function elsewhere(address: string | undefined): DoorPlan {
  return address === undefined
    ? { by: 'none' }
    : { by: 'other-node', port: Number(address.slice(address.lastIndexOf(':') + 1)) }
}
