/** How many nodes this host runs, as what, and how connections find them: from settings and machine. Pure. */
import type { Role } from '@citygate/schema/contract'
import { ConfigError } from '../config.ts'
import type { Config } from '../settings.ts'

export interface Machine {
  readonly cores: number
  /** Bytes that this process may have. */
  readonly memory: number
  readonly platform: string
  /** Whether several sockets can listen on one port and the system spreads connections over them. */
  readonly sharesPorts: boolean
  /** Whether an accepted socket can be moved into a thread. */
  readonly movesSockets: boolean
  /** Whether a socket that was read from can be stopped, so that it goes to another process without a loss. */
  readonly stopsReading: boolean
}

export type WorkerKind = 'here' | 'threads' | 'processes'
export type Accept = 'own-port' | 'reuse-port' | 'dispatch'

export interface Plan {
  /** `here`: one node, in this process. */
  readonly kind: WorkerKind
  readonly count: number
  readonly accept: Accept
  /** For the log: what was chosen, and why; empty where everything was set. */
  readonly reasons: readonly string[]
}

const gib = 2 ** 30

/** Throws a ConfigError that names the nearest that works where the settings cannot be had here. */
export function planWorkers(
  settings: Config<'workers' | 'accept' | 'profile'>,
  roles: readonly Role[],
  machine: Machine,
): Plan {
  const reasons: string[] = []
  const { kind, count } = workersOf(settings, machine, reasons)
  const accept = acceptOf(settings.accept, { kind, count }, roles, machine, reasons)
  return { kind, count, accept, reasons }
}

function workersOf(
  { workers, profile }: Config<'workers' | 'profile'>,
  { cores, memory }: Machine,
  reasons: string[],
): Pick<Plan, 'kind' | 'count'> {
  if (workers === '1') return { kind: 'here', count: 1 }
  if (workers !== 'auto') {
    const [kind, count] = workers.split(':')
    // One thread or process of its own still survives a stuck event loop: it is started again.
    return { kind: kind === 'threads' ? 'threads' : 'processes', count: Number(count) }
  }
  const has = `${cores} ${cores === 1 ? 'core' : 'cores'} and ${(memory / gib).toFixed(1)} GiB`
  if (profile === 'modest') {
    reasons.push('workers: 1, as the profile modest has it')
    return { kind: 'here', count: 1 }
  }
  const most = Math.min(Math.floor(memory / (gib / 4)), 64)
  if (profile === 'robust' && cores > 1 && most > 1) {
    const count = Math.min(cores, most)
    reasons.push(`workers: processes:${count}, one per core, as the profile robust has it (${has})`)
    return { kind: 'processes', count }
  }
  if (cores < 8 || memory < 8 * gib) {
    reasons.push(
      `workers: 1, on ${has}: one event loop carries some thousand players, and the other cores are for the database and everything else`,
    )
    return { kind: 'here', count: 1 }
  }
  const count = Math.min(Math.floor(cores / 2), 8)
  reasons.push(
    `workers: processes:${count}, on ${has}: a crash costs the players of one of them only, and half of the cores are for the database and everything else`,
  )
  return { kind: 'processes', count }
}

function acceptOf(
  wanted: Config<'accept'>['accept'],
  { kind, count }: Pick<Plan, 'kind' | 'count'>,
  roles: readonly Role[],
  machine: Machine,
  reasons: string[],
): Accept {
  if (wanted === 'auto') return chooseAccept(kind, count, roles, machine, reasons)
  if (wanted === 'own-port') return wanted
  if (kind === 'here') {
    reasons.push(`accept: own-port, for there is one node and nothing to spread (${wanted} was asked for)`)
    return 'own-port'
  }
  const why = obstacle(wanted, kind, roles, machine)
  if (why === null) return wanted
  const nearest = alternatives(wanted, kind, roles).filter(
    (other) => obstacle(other.accept, other.kind, roles, machine) === null,
  )
  const named = nearest.map((other) => (other.kind === kind ? other.accept : `--workers ${other.kind}:N`))
  throw new ConfigError(
    `accept: "${wanted}" cannot work ${why}. The nearest that works: ${named.join(', or ')}`,
  )
}

/** What stands against it, in words that go on from "cannot work"; null where nothing does. */
function obstacle(accept: Accept, kind: WorkerKind, roles: readonly Role[], machine: Machine): string | null {
  const { platform, sharesPorts, movesSockets } = machine
  if (accept === 'reuse-port' && !roles.includes('entry')) {
    return 'for world nodes alone: the system would bring players to any of them, and a player belongs to one'
  }
  if (accept === 'reuse-port' && !sharesPorts) {
    return `here: ${platform} does not spread connections over sockets of one port`
  }
  // In front of worlds in threads bytes are relayed, and no socket moves.
  if (accept === 'dispatch' && kind === 'threads' && roles.includes('entry') && !movesSockets) {
    return 'with threads here: this Node.js does not move sockets into threads'
  }
  const isRead = roles.includes('world')
  if (accept === 'dispatch' && kind === 'processes' && isRead && !givesReadSockets(machine)) {
    return `for worlds in processes here: on ${platform}, with this Node.js, a socket that was read from is not safely given to another process`
  }
  return null
}

/** Nearest first. Own ports always work. */
function alternatives(
  wanted: Accept,
  kind: WorkerKind,
  roles: readonly Role[],
): readonly { readonly accept: Accept; readonly kind: WorkerKind }[] {
  const ownPort = { accept: 'own-port', kind } as const
  if (wanted === 'dispatch') {
    return [{ accept: 'dispatch', kind: kind === 'threads' ? 'processes' : 'threads' }, ownPort]
  }
  const dispatch = { accept: 'dispatch', kind } as const
  // A world has a port of its own with `reuse-port` too.
  return roles.includes('entry') ? [dispatch, ownPort] : [ownPort, dispatch]
}

/** On Windows reads are under way in the system when a socket is given away. */
const givesReadSockets = ({ platform, stopsReading }: Machine): boolean =>
  stopsReading && platform !== 'win32'

function chooseAccept(
  kind: WorkerKind,
  count: number,
  roles: readonly Role[],
  machine: Machine,
  reasons: string[],
): Accept {
  const choose = (accept: Accept, why: string) => {
    reasons.push(`accept: ${accept}, ${why}`)
    return accept
  }
  if (count === 1) return choose('own-port', 'for there is one node')
  if (kind === 'processes' && givesReadSockets(machine)) {
    return choose(
      'dispatch',
      'for processes here take sockets over: one set of ports in front of all of them',
    )
  }
  if (roles.includes('entry') && machine.sharesPorts) {
    return choose('reuse-port', 'for the system spreads log-ins, and threads could only be relayed to')
  }
  return choose('own-port', `for nothing else is known to work well with ${kind} on ${machine.platform}`)
}
