/** One lasting connection to central: one request at a time, written in one piece. */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { AnswerReader, type WholeAnswer } from './answer-reader.ts'

/** Where a connection goes to, and how. */
export interface Origin {
  readonly secure: boolean
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  readonly port: number
}

interface Exchange {
  readonly reader: AnswerReader
  readonly done: (answer: WholeAnswer) => void
  readonly failed: (error: Error) => void
}

/** What is read is taken before the next read: one buffer is enough for all connections. */
let readInto: Buffer | undefined
const readSize = 64 * 1024
const keepAliveMs = 60_000

export class HttpLine {
  readonly #socket: Socket
  #exchange: Exchange | null = null
  #restsUntil = 0
  #fault: Error | null = null

  /** `session` of an earlier connection there saves half a TLS handshake; `onSession` is given the next one. */
  constructor(origin: Origin, session: Buffer | undefined, onSession: (session: Buffer) => void) {
    this.#socket = open(origin, session, onSession, (bytes) => this.#read(bytes))
    this.#socket.on('error', (error) => {
      this.#fault = error
    })
    this.#socket.once('close', () => this.#closed())
  }

  /** Whether the next request may go here. */
  get usable(): boolean {
    return !this.#socket.destroyed && !this.#socket.readableEnded && performance.now() < this.#restsUntil
  }

  /** Rejects when there was no whole answer: with the system's error, or in words. */
  ask(request: string): Promise<WholeAnswer> {
    return new Promise((done, failed) => {
      this.#exchange = { reader: new AnswerReader(), done, failed }
      this.#socket.ref()
      this.#socket.write(request)
    })
  }

  destroy(error?: Error): void {
    this.#fault ??= error ?? null
    this.#socket.destroy()
  }

  #read(bytes: Uint8Array): void {
    const exchange = this.#exchange
    try {
      if (!exchange) throw new Error('central speaks without being asked')
      const answer = exchange.reader.take(bytes)
      if (answer) this.#answered(exchange, answer)
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #answered(exchange: Exchange, answer: WholeAnswer): void {
    this.#exchange = null
    this.#restsUntil = performance.now() + answer.restMs
    if (answer.restMs === 0) this.#socket.destroy()
    // A connection that rests keeps no program from its end.
    else this.#socket.unref()
    exchange.done(answer)
  }

  #closed(): void {
    const exchange = this.#exchange
    if (!exchange) return
    this.#exchange = null
    const answer = this.#fault ? null : exchange.reader.ended()
    if (answer) exchange.done(answer)
    else exchange.failed(this.#fault ?? new Error(exchange.reader.begun ? 'aborted' : 'socket hang up'))
  }
}

function open(
  { secure, host, port }: Origin,
  session: Buffer | undefined,
  onSession: (session: Buffer) => void,
  read: (bytes: Uint8Array) => void,
): Socket {
  readInto ??= Buffer.allocUnsafeSlow(readSize)
  const onread = {
    buffer: readInto,
    callback: (size: number, buffer: Uint8Array) => {
      read(buffer.subarray(0, size))
      return true
    },
  }
  const to = { host, port, onread, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs }
  const net = process.getBuiltinModule('node:net')
  if (!secure) return net.connect(to)
  // Where central has no TLS, this part of Node.js stays out of memory.
  const tls = process.getBuiltinModule('node:tls')
  const named = net.isIP(host) === 0 ? { servername: host } : {}
  const known = session ? { session } : {}
  const socket: TLSSocket = tls.connect({ ...to, ...named, ...known, ALPNProtocols: ['http/1.1'] })
  return socket.on('session', onSession)
}
