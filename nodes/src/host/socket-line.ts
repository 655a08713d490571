import type { Socket } from 'node:net'
import type { Line } from '../dialogue/ports.ts'
import { sourceOf } from './source.ts'

/** After the goodbye the peer has this long to take it and to close its side. */
const lingerMs = 5_000

let connections = 0

/** A socket as the dialogue sees it: frames of one turn leave together, in a single write. */
export class SocketLine implements Line {
  readonly id = ++connections
  readonly #socket: Socket
  readonly #drained: () => void
  #queue: Uint8Array[] = []
  #queued = 0
  #ending = false

  /** `drained` is called when queued bytes have gone out, never from inside of `write`. */
  constructor(socket: Socket, drained: () => void) {
    this.#socket = socket
    this.#drained = drained
    socket.on('drain', drained)
  }

  /** Lines with something to send when this turn of the event loop is over. */
  static #due: SocketLine[] = []

  static #flushSoon(line: SocketLine): void {
    if (SocketLine.#due.push(line) === 1) setImmediate(SocketLine.#flushAll)
  }

  static #flushAll(): void {
    const lines = SocketLine.#due
    SocketLine.#due = []
    for (const line of lines) line.#flush()
  }

  get source(): string | null {
    const { remoteAddress, localAddress } = this.#socket
    return sourceOf(remoteAddress, localAddress)
  }

  get backlog(): number {
    return this.#queued + this.#socket.writableLength
  }

  write(bytes: Uint8Array): void {
    if (this.#ending) return
    if (this.#queue.length === 0) SocketLine.#flushSoon(this)
    this.#queue.push(bytes)
    this.#queued += bytes.length
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Goes on reading, into nothing: closing over unread bytes would reset the connection and lose the goodbye. */
  end(): void {
    if (this.#ending) return
    this.#flush()
    this.#ending = true
    this.#socket.end()
    const linger = setTimeout(() => this.#socket.destroy(), lingerMs)
    this.#socket.once('close', () => clearTimeout(linger))
  }

  destroy(): void {
    this.#ending = true
    this.#queue = []
    this.#queued = 0
    this.#socket.destroy()
  }

  #flush(): void {
    const [first, ...others] = this.#queue
    if (!first || this.#ending) return
    const bytes = others.length === 0 ? first : Buffer.concat(this.#queue, this.#queued)
    this.#queue = []
    this.#queued = 0
    // A write that the system took at once, however large, brings no `drain`.
    if (this.#socket.write(bytes)) this.#drained()
  }
}
