/**
 * One port of a node and the server behind it. The port is taken first, so that its number can be told
 * to central; the door opens when the node has been registered. Who comes earlier is not let in.
 */
import type { Socket } from 'node:net'
import { Conversation } from '../dialogue/conversation.ts'
import type { Clock, Line, Log } from '../dialogue/ports.ts'
import type { ServerKind } from '../dialogue/server-kind.ts'
import { Listener, type ListenerParts, type Receiver } from './listener.ts'
import { answeringProbes, type Prove } from './probe.ts'

export type DoorName = 'opn' | 'lmp' | 'fmp' | 'rfp'

/** The port cannot be had. `code` is the system's, such as EADDRINUSE. */
export class PortUnavailable extends Error {
  override readonly name = 'PortUnavailable'
  readonly server: DoorName
  readonly port: number
  readonly code: string

  constructor(server: DoorName, bind: string, port: number, code: string) {
    const why = reasons[code] ?? `the system says ${code}`
    super(`${bind}:${port} cannot be opened: ${why}`)
    this.server = server
    this.port = port
    this.code = code
  }
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'this user may not listen there',
}

export interface DoorParts extends Pick<ListenerParts, 'bind' | 'port' | 'tls' | 'source'> {
  readonly name: DoorName
  readonly clock: Clock
  readonly log: Log
  readonly helloMs: number
  /** Answers central's dial-back. */
  readonly prove: Prove
}

export class Door {
  readonly name: DoorName
  readonly #listener: Listener
  readonly #parts: DoorParts
  readonly #inside: Inside

  private constructor(parts: DoorParts, listener: Listener, inside: Inside) {
    this.name = parts.name
    this.#parts = parts
    this.#listener = listener
    this.#inside = inside
  }

  /** @throws PortUnavailable */
  static async take(parts: DoorParts): Promise<Door> {
    const { name, bind, port, tls, log, source } = parts
    const inside: Inside = { enter: turnAway, here: new Set(), waiting: [] }
    try {
      const listener = await Listener.open({
        ...{ bind, port, tls, log },
        ...(source ? { source } : {}),
        accept: (line, greeted) => inside.enter(line, greeted),
      })
      return new Door(parts, listener, inside)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      throw new PortUnavailable(name, bind, port, code)
    }
  }

  get port(): number {
    return this.#listener.port
  }

  /** From now on connections are served. */
  open<S>(kind: ServerKind<S>): void {
    const { clock, log, helloMs, prove } = this.#parts
    this.#inside.enter = (line, greeted) => {
      const conversation = new Conversation({ kind, line, clock, log, timing: { helloMs }, greeted })
      return counted(this.#inside, answeringProbes(line, conversation, prove))
    }
    this.#listener.listen()
  }

  /** Lets a connection in that somebody else has accepted; with a `head`, greeted it and read as much. */
  adopt(socket: Socket, head?: Uint8Array): void {
    this.#listener.adopt(socket, head)
  }

  /** Connections at this moment. */
  get size(): number {
    return this.#listener.size
  }

  /** Resolves when nobody is inside. */
  whenEmpty(): Promise<void> {
    if (this.#inside.here.size === 0) return Promise.resolve()
    return new Promise((empty) => this.#inside.waiting.push(empty))
  }

  /** Takes no more connections, from this very moment; those that are inside stay. */
  stopListening(): void {
    this.#listener.stopListening()
  }

  /** Lets nobody in any more and ends every connection, in words; after `graceMs` without. */
  close(text: string, graceMs: number): Promise<void> {
    return this.#listener.close(text, graceMs)
  }
}

interface Inside {
  enter: (line: Line, greeted: boolean) => Receiver
  readonly here: Set<Receiver>
  /** Told when the last one has left. */
  waiting: (() => void)[]
}

function turnAway(line: Line): Receiver {
  line.destroy()
  return { receive() {}, drained() {}, gone() {}, shut() {} }
}

function counted(inside: Inside, receiver: Receiver): Receiver {
  inside.here.add(receiver)
  return {
    receive: (chunk) => receiver.receive(chunk),
    drained: () => receiver.drained(),
    shut: (text) => receiver.shut(text),
    gone() {
      receiver.gone()
      if (!inside.here.delete(receiver) || inside.here.size > 0) return
      for (const empty of inside.waiting.splice(0)) empty()
    },
  }
}
