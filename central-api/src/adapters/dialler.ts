/** Outgoing connections of Node.js, for dial-back. */
import { lookup } from 'node:dns/promises'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Dialler, Met } from '../deps.ts'

export interface DiallerTimes {
  readonly connectMs: number
  /** From the connection to the last byte that is read. */
  readonly answerMs: number
}

const usual: DiallerTimes = { connectMs: 5000, answerMs: 5000 }
/** An answer is 40 bytes, behind a greeting of 12. */
const readAtMost = 4096

/** What a console offers (nodes/src/host/tls.ts); whose certificate it is does not matter, the proof does. */
const asConsole = {
  minVersion: 'TLSv1',
  ciphers: 'AES128-SHA:AES256-SHA:@SECLEVEL=0',
  rejectUnauthorized: false,
} as const

export function nodeDialler({ connectMs, answerMs }: DiallerTimes = usual): Dialler {
  return {
    async resolve(name) {
      try {
        // Consoles speak IPv4 only.
        return (await lookup(name, { all: true, family: 4 })).map(({ address }) => address)
      } catch {
        return []
      }
    },

    exchange: ({ address, port, tls }, bytes, done) =>
      new Promise((resolve) => {
        const plain: Socket = connect({ host: address, port, autoSelectFamily: false })
        let socket: Socket | TLSSocket = plain
        let received = Buffer.alloc(0)
        let met: Met['kind'] = 'unreachable'
        const end = () => {
          clearTimeout(timer)
          plain.destroy()
          socket.destroy()
          resolve(met === 'answered' ? { kind: met, bytes: received } : { kind: met })
        }
        let timer = setTimeout(end, connectMs)
        const talk = () => {
          met = 'answered'
          socket.on('data', (chunk: Buffer) => {
            received = Buffer.concat([received, chunk])
            if (received.length > readAtMost || done(received)) end()
          })
          socket.write(bytes)
        }
        plain.on('error', end)
        plain.on('close', end)
        plain.once('connect', () => {
          clearTimeout(timer)
          timer = setTimeout(end, answerMs)
          if (!tls) return talk()
          met = 'tls-refused'
          socket = connectTls({ ...asConsole, socket: plain }, talk)
          socket.on('error', end)
        })
      }),
  }
}
