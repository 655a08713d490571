/**
 * One set of ports in front of several nodes: accepts every connection, finds out whose it is, gives
 * the socket away and forgets it. For OPN, LMP and RFP any entry node will do, so the socket goes as it
 * came. For FMP the ticket tells, so the acceptor speaks the opening itself (login.md 2.1): it greets,
 * reads AnsConnection, and gives the socket away with the bytes that it has read.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { hashOf } from '../central/entry-link.ts'
import type { Log } from '../dialogue/ports.ts'
import {
  AnsConnection,
  decodeBody,
  encodeFrame,
  FrameSplitter,
  ProtocolError,
  ReqConnection,
} from '../pat/index.ts'
import { type DoorName, PortUnavailable } from './door.ts'
import { stopReading } from './hand-over.ts'

/** A greeted console of FMP. */
export interface Arrival {
  readonly socket: Socket
  /** Everything that it has said so far. */
  readonly head: Uint8Array
  /** Null where it showed none, or something that is no introduction: whoever gets it will say so. */
  readonly ticketHash: string | null
}

export interface AcceptorParts {
  readonly bind: string
  /** 0 takes any free port. */
  readonly ports: Readonly<Partial<Record<DoorName, number>>>
  readonly helloMs: number
  readonly log: Log
  /** Gets a socket that nobody has read from. */
  readonly onEntry: (door: Exclude<DoorName, 'fmp'>, socket: Socket) => void
  readonly onArrival: (arrival: Arrival) => void
  /** False where sockets stay here and only their bytes go on: then reading need not stop. */
  readonly movesSockets: boolean
  readonly limits?: { readonly openings: number; readonly perAddress: number }
}

const backlog = 1024
/** Central dials back as soon as the first node is known to it, which may be before the first node says that it serves. */
const waitingAtMost = 256
/** As long as any silent console (login.md 2.3). */
const openingMs = 75_000
/** Connections that have not introduced themselves, at a time: in all, and from one address. */
const defaultLimits = { openings: 4096, perAddress: 1024 }
const hello = encodeFrame(ReqConnection, 0, { unused: 0 })

export class Acceptor {
  readonly #parts: AcceptorParts
  readonly #servers = new Map<DoorName, Server>()
  readonly #openings = new Set<Socket>()
  readonly #perAddress = new Map<string, number>()
  /** Who came before there was anybody to go to; null from then on. */
  #waiting: [DoorName, Socket][] | null = []

  private constructor(parts: AcceptorParts) {
    this.#parts = parts
  }

  /** Takes the ports; who comes before {@link open} waits for it. Throws a PortUnavailable. */
  static async take(parts: AcceptorParts): Promise<Acceptor> {
    const acceptor = new Acceptor(parts)
    try {
      for (const [name, port] of Object.entries(parts.ports)) await acceptor.#listen(name as DoorName, port)
    } catch (error) {
      acceptor.close()
      throw error
    }
    return acceptor
  }

  get ports(): Readonly<Partial<Record<DoorName, number>>> {
    return Object.fromEntries(
      [...this.#servers].map(([name, server]) => [name, (server.address() as AddressInfo).port]),
    )
  }

  /** Lets everybody in who waits, and from now on whoever comes. */
  open(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const [name, socket] of waiting) this.#letIn(name, socket)
  }

  /** Lets nobody in any more. Connections that were given away are not its own. */
  close(): void {
    for (const server of this.#servers.values()) server.close()
    for (const socket of this.#openings) socket.destroy()
    for (const [, socket] of this.#waiting ?? []) socket.destroy()
    this.#waiting = []
  }

  async #listen(name: DoorName, port: number): Promise<void> {
    const { bind, log } = this.#parts
    const server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: false }, (socket) => {
      socket.on('error', () => undefined)
      if (this.#waiting === null) this.#letIn(name, socket)
      else if (this.#waiting.length < waitingAtMost) this.#waiting.push([name, socket])
      else socket.destroy()
    })
    const listening = once(server, 'listening')
    server.listen({ host: bind, port, backlog })
    try {
      await listening
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      throw new PortUnavailable(name, bind, port, code)
    }
    server.on('error', (error) => log.error({ err: error }, 'a listener failed'))
    this.#servers.set(name, server)
  }

  #letIn(name: DoorName, socket: Socket): void {
    if (name === 'fmp') this.#greet(socket)
    else this.#parts.onEntry(name, socket)
  }

  #greet(socket: Socket): void {
    const address = socket.remoteAddress
    const { openings, perAddress } = this.#parts.limits ?? defaultLimits
    const present = this.#perAddress.get(address ?? '') ?? 0
    if (address === undefined || this.#openings.size >= openings || present >= perAddress) {
      socket.destroy()
      return
    }
    this.#openings.add(socket)
    this.#perAddress.set(address, present + 1)
    let introduced = false
    const over = (): void => {
      clearTimeout(timer)
      socket.off('close', over)
      if (!this.#openings.delete(socket)) return
      const left = (this.#perAddress.get(address) ?? 1) - 1
      if (left > 0) this.#perAddress.set(address, left)
      else this.#perAddress.delete(address)
    }
    let timer = setTimeout(() => {
      timer = setTimeout(() => socket.destroy(), openingMs)
      // The hello has to be out before the socket can go on.
      socket.write(hello, () => {
        if (introduced || socket.destroyed) return
        introduced = true
        this.#listenTo(socket, over)
      })
    }, this.#parts.helloMs)
    socket.once('close', over)
  }

  #listenTo(socket: Socket, over: () => void): void {
    const splitter = new FrameSplitter()
    const chunks: Buffer[] = []
    const hear = (chunk: Buffer): void => {
      chunks.push(chunk)
      const ticketHash = introduction(splitter, chunk)
      if (ticketHash === undefined) return
      socket.off('data', hear)
      if (this.#parts.movesSockets) chunks.push(stopReading(socket))
      else socket.pause()
      over()
      this.#parts.onArrival({ socket, head: Buffer.concat(chunks), ticketHash })
    }
    socket.on('data', hear)
    socket.resume()
  }
}

/** The hash of the ticket, null where there is none, undefined as long as the frame is not complete. */
function introduction(splitter: FrameSplitter, chunk: Buffer): string | null | undefined {
  try {
    splitter.push(chunk)
    const frame = splitter.take()
    if (!frame) return undefined
    if (frame.id !== AnsConnection.id) return null
    const ticket = decodeBody(AnsConnection, frame.payload).connectionData.get('patTicket')
    return ticket && ticket.length > 0 ? hashOf(ticket) : null
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}
