/**
 * What does not play: connections that only stand, stammer, scan or flood, in a process of its own. Arguments: kind, host:port,
 * count. Prints a line when it stands, and goes on until it is ended.
 */
import { connect, type Socket } from 'node:net'

const [kind = 'idle', address = '', count = '0'] = process.argv.slice(2)
const [host = '', port = '0'] = address.split(':')
const wanted = Number(count)
/** The limit for one address is far below ten thousand. */
const addresses = 16
const held: Socket[] = []
/** How many the server has greeted: a system accepts before its program does. */
let greeted = 0

function open(index: number, onOpen: (socket: Socket) => void): Promise<void> {
  return new Promise((done) => {
    const localAddress = host === '127.0.0.1' ? `127.0.1.${1 + (index % addresses)}` : undefined
    const socket = connect({ host, port: Number(port), ...(localAddress ? { localAddress } : {}) })
    socket.on('error', () => done())
    socket.on('close', () => done())
    socket.once('connect', () => {
      onOpen(socket)
      done()
    })
  })
}

/** Of a TLS record, and of a frame: the beginning. */
const beginnings: Readonly<Record<string, Uint8Array>> = {
  idle: new Uint8Array(0),
  'silent-tls': new Uint8Array(0),
  'half-tls': Uint8Array.from([0x16, 3, 1, 0, 200, 1, 0]),
  'half-frame': Uint8Array.from([0x10, 0, 0, 1, 0x60]),
}

async function stand(): Promise<void> {
  for (let index = 0; index < wanted; index += 100) {
    const batch = Array.from({ length: Math.min(100, wanted - index) }, (_, at) =>
      open(index + at, (socket) => {
        held.push(socket)
        socket.once('data', () => greeted++)
        socket.write(beginnings[kind] ?? new Uint8Array(0))
        socket.resume()
        // Whom the server sends away comes again.
        socket.once('close', () => void (kind === 'idle' ? null : again(index + at)))
      }),
    )
    await Promise.all(batch)
  }
  while (kind === 'idle' && greeted < held.length) await new Promise((resolve) => setTimeout(resolve, 50))
  process.stdout.write(`${held.length}\n`)
}

function again(index: number): void {
  setTimeout(() => {
    void open(index, (socket) => {
      socket.write(beginnings[kind] ?? new Uint8Array(0))
      socket.resume()
      socket.once('close', () => again(index))
    })
  }, 100)
}

/** Connects, says nothing or garbage, and goes: `wanted` at the same time, without end. */
async function flood(): Promise<void> {
  process.stdout.write('flooding\n')
  const one = async (index: number): Promise<void> => {
    for (;;) {
      await open(index, (socket) => {
        if (kind === 'scan') socket.write('GET / HTTP/1.0\r\n\r\n')
        socket.destroySoon()
      })
      // One after the other from each: the machine has other work as well.
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  await Promise.all(Array.from({ length: wanted }, (_, index) => one(index)))
}

process.on('disconnect', () => process.exit())
await (kind === 'flood' || kind === 'scan' ? flood() : stand())
setInterval(() => {}, 60_000)
