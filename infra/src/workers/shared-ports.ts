/**
 * Ports that every worker listens on (SO_REUSEPORT), each with a socket of its own. The system puts a
 * connection into the queue of one of the sockets, and what waits in a queue is lost when its socket
 * closes. So this process binds the sockets, keeps them, and lends them to its workers: one that ends, by
 * any means, leaves its queue behind for the one that comes after it.
 */
import net from 'node:net'
import type { DoorName } from '@citygate/nodes/host'
import { PortUnavailable } from '@citygate/nodes/host'
import { ConfigError } from '../config.ts'
import { portTrouble } from '../hosted-node.ts'
import { canCopy, copiesOf } from './copies.ts'
import type { WorkerKind } from './plan.ts'

/** As node:cluster binds one: without listening. Not documented, so its presence is looked at. */
interface Bound {
  getsockname(out: { port?: number }): number
  close(): void
}
type Bind = (host: string, port: number, family: 4 | 6, fd: undefined, flags: number) => Bound | number

/** Sockets, by the door that they are for. */
type Lent = readonly (readonly [DoorName, object])[]

const reusePort = 2

export class SharedPorts {
  readonly #host: string
  readonly #kind: WorkerKind
  #lends: boolean
  readonly #ports = new Map<DoorName, number>()
  readonly #sockets = new Map<string, Bound>()

  constructor(host: string, kind: WorkerKind) {
    this.#host = host
    this.#kind = kind
    this.#lends = kind === 'processes'
  }

  /** Whether workers can be lent sockets here. To be asked before the first one starts. */
  async tryLending(): Promise<boolean> {
    const bind = binder()
    if (this.#kind !== 'threads' || !bind) return this.#lends && bind !== null
    const socket = bind('127.0.0.1', 0, 4, undefined, reusePort)
    if (typeof socket !== 'object') return false
    this.#lends = await canCopy(socket)
    socket.close()
    return this.#lends
  }

  /** What a worker is given in place of the sockets that stay here: for a process, its channel makes copies. */
  async lend(sockets: Lent): Promise<Lent> {
    if (this.#kind === 'processes' || sockets.length === 0) return sockets
    return copiesOf(sockets)
  }

  /** The port of a door, and the socket that worker `index` is to listen on, where it is lent one. */
  of(door: DoorName, index: number, wanted: number): { port: number; socket: object | null } {
    const bind = binder()
    if (!bind) {
      if (wanted !== 0) return { port: wanted, socket: null }
      throw new ConfigError(`${door}-port: a port that workers share has to be a number here, not 0`)
    }
    // In front of workers that listen by themselves a single socket keeps the number; nobody listens on it.
    const key = this.#lends ? `${door} ${index}` : door
    const socket = this.#sockets.get(key) ?? this.#bind(bind, door, this.#ports.get(door) ?? wanted)
    this.#sockets.set(key, socket)
    const name: { port?: number } = {}
    socket.getsockname(name)
    const port = name.port ?? wanted
    this.#ports.set(door, port)
    return { port, socket: this.#lends ? socket : null }
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }

  #bind(bind: Bind, door: DoorName, port: number): Bound {
    const bound = bind(this.#host, port, net.isIPv6(this.#host) ? 6 : 4, undefined, reusePort)
    if (typeof bound === 'object') return bound
    throw portTrouble(new PortUnavailable(door, this.#host, port, codes[bound] ?? String(bound)))
  }
}

function binder(): Bind | null {
  const create = '_createServerHandle' in net ? net._createServerHandle : null
  return typeof create === 'function' ? (create as Bind) : null
}

/** As libuv numbers them on Linux and the BSDs. */
const codes: Readonly<Record<number, string>> = {
  [-98]: 'EADDRINUSE',
  [-48]: 'EADDRINUSE',
  [-99]: 'EADDRNOTAVAIL',
  [-49]: 'EADDRNOTAVAIL',
  [-13]: 'EACCES',
}
