/**
 * One port of a node: accepts connections, plain or TLS, and hands each to a receiver. Nothing slow
 * happens on the accept path: a TLS handshake runs beside everything else and has a deadline of its own.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls'
import type { Line, Log } from '../dialogue/ports.ts'
import type { SharedSocket } from './door-plan.ts'
import { SocketLine } from './socket-line.ts'

/** Who gets the bytes of a connection. */
export interface Receiver {
  receive(chunk: Uint8Array): void
  /** Everything that was written has gone out. */
  drained(): void
  /** The peer has left. May come twice. */
  gone(): void
  /** Ends the connection with words for the player. */
  shut(text: string): void
}

export interface Limits {
  /** Connections to this port at a time, those in a TLS handshake included. */
  readonly total: number
  /** The same from one address: a household, a café, a carrier's NAT. */
  readonly perAddress: number
}

const defaultLimits: Limits = { total: 16_384, perAddress: 4096 }

/** `handed`: with {@link Listener.adopt} only; `shared`: with others who listen on the same port. */
type Source = 'handed' | 'shared' | { readonly socket: SharedSocket }

export interface ListenerParts {
  readonly bind: string
  /** 0 takes any free port. */
  readonly port: number
  /** Null for plain TCP. */
  readonly tls: SecureContextOptions | null
  readonly log: Log
  /** `greeted`: somebody else has spoken first already, and what the peer said is on its way. */
  readonly accept: (line: Line, greeted: boolean) => Receiver
  /** How connections come, where that is not by listening on `port` alone. */
  readonly source?: Source
  readonly limits?: Limits
  readonly handshakeMs?: number
}

const defaultHandshakeMs = 10_000
const crowdTellingMs = 10_000
const backlog = 1024

export class Listener {
  readonly #server: Server
  readonly #parts: ListenerParts
  readonly #limits: Limits
  /** Every accepted socket, in a handshake or beyond. */
  readonly #sockets = new Set<Socket>()
  readonly #perAddress = new Map<string, number>()
  readonly #receivers = new Set<Receiver>()
  #turnedAway = 0
  #crowdToldAt = Number.NEGATIVE_INFINITY

  private constructor(parts: ListenerParts) {
    this.#parts = parts
    this.#limits = parts.limits ?? defaultLimits
    const options = { noDelay: true, allowHalfOpen: false }
    if (parts.tls) {
      const server = createTlsServer({
        ...options,
        ...parts.tls,
        handshakeTimeout: parts.handshakeMs ?? defaultHandshakeMs,
      })
      server.on('secureConnection', (socket) => this.#serve(socket))
      server.on('tlsClientError', (error, socket) => {
        parts.log.info({ code: codeOf(error) }, 'a TLS handshake failed')
        socket.destroy()
      })
      server.on('connection', (socket) => this.#admit(socket))
      this.#server = server
    } else {
      this.#server = createServer(options, (socket) => {
        if (this.#admit(socket)) this.#serve(socket)
      })
    }
  }

  /** Rejects with the system's error, such as EADDRINUSE, when the port cannot be had. */
  static async open(parts: ListenerParts): Promise<Listener> {
    const listener = new Listener(parts)
    if (parts.source === undefined) {
      const listening = once(listener.#server, 'listening')
      listener.#server.listen({ host: parts.bind, port: parts.port, backlog })
      await listening
    }
    listener.#server.on('error', (error) => parts.log.error({ err: error }, 'a listener failed'))
    return listener
  }

  /**
   * Takes its part of what comes to a shared port. Not before everything is ready: others take what comes until then,
   * or it waits at the socket that was lent, and nobody has to be turned away.
   */
  listen(): void {
    const { source, bind, port } = this.#parts
    if (source === 'shared') this.#server.listen({ host: bind, port, backlog, reusePort: true })
    else if (typeof source === 'object') this.#server.listen(source.socket, backlog)
  }

  /** The one that was named, where it is not this listener's alone. */
  get port(): number {
    const { source, port } = this.#parts
    return source === undefined ? (this.#server.address() as AddressInfo).port : port
  }

  /**
   * Takes over a connection that somebody else has accepted and not read from, or not beyond `head`.
   * With a `head` the peer has been greeted.
   */
  adopt(socket: Socket, head?: Uint8Array): void {
    if (this.#parts.tls) this.#server.emit('connection', socket)
    else if (this.#admit(socket)) this.#serve(socket, head)
    socket.resume()
  }

  /** Connections at this moment. */
  get size(): number {
    return this.#sockets.size
  }

  /** Takes no more connections, from this very moment; those that are open go on. */
  stopListening(): void {
    this.#server.close()
  }

  /** Takes no more connections and ends those that are open, in words; after `graceMs` without words. */
  async close(text: string, graceMs: number): Promise<void> {
    const ends = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    )
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const receiver of [...this.#receivers]) receiver.shut(text)
    const grace = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, graceMs)
    await Promise.all([closed, ...ends])
    clearTimeout(grace)
  }

  /** Counts a connection, or closes it when there are too many. */
  #admit(socket: Socket): boolean {
    socket.on('error', () => undefined)
    const address = socket.remoteAddress
    if (address === undefined) {
      socket.destroy()
      return false
    }
    const present = this.#perAddress.get(address) ?? 0
    if (this.#sockets.size >= this.#limits.total || present >= this.#limits.perAddress) {
      this.#tellOfCrowd(present)
      socket.destroy()
      return false
    }
    this.#sockets.add(socket)
    this.#perAddress.set(address, present + 1)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      const left = (this.#perAddress.get(address) ?? 1) - 1
      if (left > 0) this.#perAddress.set(address, left)
      else this.#perAddress.delete(address)
    })
    return true
  }

  /** Once a while: whoever floods a port is not to flood the log. */
  #tellOfCrowd(fromThere: number): void {
    this.#turnedAway++
    const now = performance.now()
    if (now - this.#crowdToldAt < crowdTellingMs) return
    const { size: total } = this.#sockets
    this.#parts.log.warn({ total, fromThere, turnedAway: this.#turnedAway }, 'too many connections')
    this.#crowdToldAt = now
    this.#turnedAway = 0
  }

  #serve(socket: Socket, head?: Uint8Array): void {
    const line = new SocketLine(socket, () => receiver.drained())
    const receiver: Receiver = this.#parts.accept(line, head !== undefined)
    this.#receivers.add(receiver)
    const gone = (): void => {
      this.#receivers.delete(receiver)
      receiver.gone()
    }
    socket.on('data', (chunk: Buffer) => receiver.receive(chunk))
    socket.on('end', gone)
    socket.on('error', gone)
    socket.on('close', gone)
    if (head) receiver.receive(head)
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
