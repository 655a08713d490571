/**
 * A connection whose socket stays in one thread while its conversation runs in another: bytes go to and
 * fro as messages. For world nodes in threads behind an acceptor, where the socket has been read from
 * and can be moved no more. Each side sends only as much as the other has room for.
 */

import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'

type Message =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  /** So many bytes were taken: there is room for as many again. */
  | { readonly type: 'taken'; readonly count: number }
  | { readonly type: 'end' }

/** Bytes that may be under way in one direction. */
const window = 0x10000

/** One end. The other one is made from the other port of the same channel. */
export class RelayEnd extends Duplex {
  readonly #port: MessagePort
  readonly remoteAddress: string | undefined
  #underWay = 0
  #taken = 0
  /** Goes on writing when the other side has made room. */
  #waiting: (() => void) | null = null

  constructor(port: MessagePort, remoteAddress?: string) {
    super({ allowHalfOpen: false })
    this.#port = port
    this.remoteAddress = remoteAddress
    port.on('message', (message: Message) => this.#hear(message))
    port.once('close', () => this.destroy())
  }

  override _read(): void {
    if (this.#taken === 0) return
    this.#tell({ type: 'taken', count: this.#taken })
    this.#taken = 0
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // A copy of its own: a slice of a pool must not be moved away under others.
    const bytes = new Uint8Array(chunk)
    this.#underWay += bytes.length
    this.#port.postMessage({ type: 'bytes', bytes } satisfies Message, [bytes.buffer])
    if (this.#underWay < window) done()
    else this.#waiting = done
  }

  override _final(done: () => void): void {
    this.#tell({ type: 'end' })
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close()
    done(error)
  }

  #tell(message: Message): void {
    this.#port.postMessage(message)
  }

  #hear(message: Message): void {
    switch (message.type) {
      case 'bytes':
        this.#taken += message.bytes.length
        if (this.push(Buffer.from(message.bytes.buffer))) this._read()
        break
      case 'taken': {
        this.#underWay -= message.count
        const go = this.#waiting
        if (!go || this.#underWay >= window) break
        this.#waiting = null
        go()
        break
      }
      case 'end':
        this.push(null)
        break
    }
  }
}

/** Joins a socket of this thread to a channel's port. What breaks on one side ends the other. */
export function relay(socket: Socket, port: MessagePort): void {
  const end = new RelayEnd(port)
  socket.on('error', () => undefined)
  end.on('error', () => undefined)
  socket.pipe(end)
  end.pipe(socket)
  socket.once('close', () => end.destroy())
  end.once('close', () => {
    // What the conversation said last is still on its way out.
    if (socket.writableEnded) setTimeout(() => socket.destroy(), lingerMs).unref()
    else socket.destroySoon()
  })
}

/** For the peer to take the last words and to close its side. */
const lingerMs = 5000
