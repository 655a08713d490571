/**
 * Outgoing connections of Cloudflare Workers, for dial-back. `connect()` refuses private addresses and those of Cloudflare by
 * itself. Its TLS neither speaks a console's TLS 1.0 nor takes a certificate of a host's own making, so on a TLS port
 * only a console's first words are said: a server that answers them speaks TLS, and the node's other ports prove who it is.
 */
import type { Dialler } from '../deps.ts'

const timeMs = 5000
const readAtMost = 4096
/** Content types of TLS records. */
const handshake = 0x16

interface WorkerSocket {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly opened: Promise<unknown>
  close(): Promise<void>
}
export type Connect = (at: { hostname: string; port: number }) => WorkerSocket

export function workerDialler(
  connect: () => Promise<Connect>,
  resolve: (name: string) => Promise<readonly string[]>,
): Dialler {
  return {
    async resolve(name) {
      try {
        return await resolve(name)
      } catch {
        return []
      }
    },

    async exchange({ address, port, tls }, bytes, done) {
      let socket: WorkerSocket
      const clock = timer(2 * timeMs)
      try {
        socket = (await connect())({ hostname: address.includes(':') ? `[${address}]` : address, port })
        await Promise.race([socket.opened, clock.over])
      } catch {
        clock.stop()
        return { kind: 'unreachable' }
      }
      try {
        const writer = socket.writable.getWriter()
        await writer.write(tls ? clientHello() : bytes)
        const enough = tls ? (received: Uint8Array) => received.length > 0 : done
        const received = await read(socket.readable, enough, clock.over)
        if (!tls) return { kind: 'answered', bytes: received }
        return { kind: received[0] === handshake ? 'speaks-tls' : 'tls-refused' }
      } finally {
        clock.stop()
        socket.close().catch(() => {})
      }
    },
  }
}

function timer(ms: number) {
  let stop = () => {}
  const over = new Promise<never>((_, refuse) => {
    const id = setTimeout(() => refuse(new Error('too late')), ms)
    stop = () => clearTimeout(id)
  })
  over.catch(() => {})
  return { over, stop }
}

/** What has arrived when it was enough, the peer closed, or the time was over. */
async function read(
  readable: ReadableStream<Uint8Array>,
  enough: (received: Uint8Array) => boolean,
  over: Promise<never>,
): Promise<Uint8Array> {
  const reader = readable.getReader()
  let received = new Uint8Array(0)
  try {
    while (received.length < readAtMost && !enough(received)) {
      const { value, done } = await Promise.race([reader.read(), over])
      if (done) break
      const joined = new Uint8Array(received.length + value.length)
      joined.set(received)
      joined.set(value, received.length)
      received = joined
    }
  } catch {
    // What came until then counts.
  }
  return received
}

/** A ClientHello of TLS 1.0 without extensions that offers AES128-SHA and AES256-SHA, as a Wii's. */
function clientHello(): Uint8Array {
  const random = crypto.getRandomValues(new Uint8Array(32))
  const body = [3, 1, ...random, 0, 0, 4, 0x00, 0x2f, 0x00, 0x35, 1, 0]
  const message = [1, 0, 0, body.length, ...body]
  return new Uint8Array([handshake, 3, 1, 0, message.length, ...message])
}
