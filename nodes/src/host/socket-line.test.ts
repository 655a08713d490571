import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { SocketLine } from './socket-line.ts'

const server = createServer({ noDelay: true })
const sockets: Socket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
})

/** A line, what it wrote in which pieces, and the other end. */
async function pair(drained = () => {}) {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const accepted = once(server, 'connection')
  const far = connect({ port, host: '127.0.0.1' })
  const [near] = (await accepted) as [Socket]
  sockets.push(far, near)
  const writes: number[] = []
  const write = near.write.bind(near) as (bytes: Uint8Array) => boolean
  near.write = (bytes: string | Uint8Array): boolean => {
    writes.push(bytes.length)
    return write(bytes as Uint8Array)
  }
  return { line: new SocketLine(near, drained), near, far, writes }
}

async function received(far: Socket, count: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  while (length < count) {
    const [chunk] = (await once(far, 'data')) as [Buffer]
    chunks.push(chunk)
    length += chunk.length
  }
  return Buffer.concat(chunks)
}

test('what is queued in one turn leaves as one write, in order', async () => {
  const { line, far, writes } = await pair()
  for (const byte of [1, 2, 3]) line.write(Uint8Array.of(byte, byte))
  expect(line.backlog).toBe(6)
  expect((await received(far, 6)).toString('hex')).toBe('010102020303')
  line.write(Uint8Array.of(4))
  await received(far, 1)
  expect(writes).toEqual([6, 1])
  expect(line.backlog).toBe(0)
})

test('the end takes along what is queued, and nothing after it', async () => {
  const { line, far } = await pair()
  const ended = once(far, 'end')
  const goodbye = received(far, 2)
  line.write(Uint8Array.of(1, 2))
  line.end()
  line.write(Uint8Array.of(3))
  line.end()
  expect((await goodbye).toString('hex')).toBe('0102')
  await ended
})

test('it tells when everything has gone out, also what the system took at once', async () => {
  const told = Promise.withResolvers<void>()
  const { line, far } = await pair(told.resolve)
  far.resume()
  line.write(new Uint8Array(200_000))
  await told.promise
  expect(line.backlog).toBe(0)
})
