/** Connections are given away with everything that was read: not a byte lost, doubled or out of order. */
import { type ChildProcess, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { MessageChannel, type Transferable, Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../log.ts'
import { AnsConnection, ConnectionData, encodeFrame, ReqConnection } from '../pat/index.ts'
import { Acceptor, type AcceptorParts, type Arrival } from './acceptor.ts'
import { relay } from './relay.ts'

const hello = Buffer.from(encodeFrame(ReqConnection, 0, { unused: 0 }))
const heirFile = new URL('./testing/heir.ts', import.meta.url)

async function takeFmp(over: Partial<AcceptorParts>): Promise<{ acceptor: Acceptor; port: number }> {
  const acceptor = await Acceptor.take({
    bind: '127.0.0.1',
    ports: { fmp: 0 },
    helloMs: 0,
    log: silentLog,
    onEntry: () => undefined,
    onArrival: ({ socket }) => socket.destroy(),
    movesSockets: true,
    ...over,
  })
  acceptor.open()
  return { acceptor, port: acceptor.ports.fmp ?? 0 }
}

/** A door whose connections go on as they came: nobody greets, nobody reads. */
async function takeLmp(give: (socket: Socket) => void) {
  const acceptor = await Acceptor.take({
    ...{ bind: '127.0.0.1', ports: { lmp: 0 }, helloMs: 0, log: silentLog, movesSockets: true },
    onEntry: (_door, socket) => give(socket),
    onArrival: ({ socket }) => socket.destroy(),
  })
  acceptor.open()
  return { acceptor, port: acceptor.ports.lmp ?? 0 }
}
const unspoken = Buffer.alloc(0)

function introduction(ticket: Uint8Array): Buffer {
  return Buffer.from(
    encodeFrame(AnsConnection, 0, { connectionData: ConnectionData.of({ patTicket: ticket }) }),
  )
}

/** Cut into pieces at random places; some go out at once, some in a later turn. */
async function sayInPieces(socket: Socket, bytes: Buffer, random: () => number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() ** 3 * 400)
    socket.write(bytes.subarray(at, at + size))
    at += size
    const pause = random()
    if (pause < 0.2) await new Promise((later) => setImmediate(later))
    else if (pause < 0.3) await new Promise((later) => setTimeout(later, 1))
  }
}

/** One console: waits for the greeting or not, says its piece, and gives what came back. */
async function converse(port: number, greeting: Buffer, said: Buffer, random: () => number): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1')
  const heard: Buffer[] = []
  let length = 0
  const all = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk)
      length += chunk.length
      if (length >= greeting.length + said.length) resolve()
    })
    socket.on('error', reject)
    socket.on('close', () =>
      reject(new Error(`closed after ${length} of ${greeting.length + said.length} bytes`)),
    )
  })
  await once(socket, 'connect')
  if (greeting.length > 0 && random() < 0.7) await once(socket, 'data')
  await Promise.all([sayInPieces(socket, said, random), all])
  socket.destroy()
  return Buffer.concat(heard)
}

/** Mulberry32: the same cuts every time. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

async function crowd(
  port: number,
  count: number,
  atOnce: number,
  tailSize: (i: number) => number,
  greeting = hello,
) {
  let next = 0
  const wrong: string[] = []
  const one = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      const random = randomFrom(i)
      const said = Buffer.concat([introduction(randomBytes(16)), randomBytes(tailSize(i))])
      const heard = await converse(port, greeting, said, random).catch((error: unknown) => String(error))
      if (typeof heard === 'string') wrong.push(`${i}: ${heard}`)
      else if (!heard.equals(Buffer.concat([greeting, said]))) wrong.push(`${i}: other bytes`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return wrong
}

describe('to a process', () => {
  let heirs: ChildProcess[]
  beforeAll(async () => {
    heirs = [0, 1].map(() => fork(fileURLToPath(heirFile), [], { execArgv: [] }))
    await Promise.all(heirs.map((heir) => once(heir, 'message')))
  })
  afterAll(() => {
    for (const heir of heirs) heir.disconnect()
  })

  test('three thousand connections, with bytes that arrive at every moment', async () => {
    let given = 0
    const onArrival = ({ socket, head }: Arrival): void => {
      heirs[given++ % heirs.length]?.send(Buffer.from(head).toString('base64'), socket, { keepOpen: false })
    }
    const { acceptor, port } = await takeFmp({ onArrival })
    expect(await crowd(port, 3000, 64, (i) => (i % 10 === 0 ? 20_000 : i % 700))).toEqual([])
    expect(given).toBe(3000)
    acceptor.close()
  })

  test('three thousand that nobody has read from', async () => {
    let given = 0
    const { acceptor, port } = await takeLmp((socket) => {
      heirs[given++ % heirs.length]?.send('', socket, { keepOpen: false })
    })
    expect(await crowd(port, 3000, 64, (i) => (i % 10 === 0 ? 20_000 : i % 700), unspoken)).toEqual([])
    expect(given).toBe(3000)
    acceptor.close()
  })
})

test('to a thread, three thousand that nobody has read from', async () => {
  const heir = new Worker(heirFile)
  let given = 0
  const { acceptor, port } = await takeLmp((socket) => {
    given++
    heir.postMessage({ socket }, [socket as unknown as Transferable])
  })
  expect(await crowd(port, 3000, 64, (i) => (i % 10 === 0 ? 20_000 : i % 700), unspoken)).toEqual([])
  expect(given).toBe(3000)
  acceptor.close()
  await heir.terminate()
})

test('to a thread, whose bytes are relayed, also more than fit under way', async () => {
  const heir = new Worker(heirFile)
  const onArrival = ({ socket, head }: Arrival): void => {
    const { port1, port2 } = new MessageChannel()
    heir.postMessage({ port: port2, head }, [port2])
    relay(socket, port1)
  }
  const { acceptor, port } = await takeFmp({ onArrival, movesSockets: false })
  expect(await crowd(port, 400, 32, (i) => (i % 40 === 0 ? 400_000 : i % 700))).toEqual([])
  acceptor.close()
  await heir.terminate()
})

describe('an arrival', () => {
  async function arrivalOf(bytes: Buffer): Promise<Arrival> {
    const { promise, resolve } = Promise.withResolvers<Arrival>()
    const { acceptor, port } = await takeFmp({ onArrival: resolve })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'data')
    socket.write(bytes)
    const arrival = await promise
    arrival.socket.destroy()
    acceptor.close()
    return arrival
  }

  test('is known by its ticket, as central has it', async () => {
    const ticket = randomBytes(16)
    const { ticketHash, head } = await arrivalOf(introduction(ticket))
    expect(ticketHash).toBe(createHash('sha256').update(ticket).digest('hex'))
    expect(head).toEqual(introduction(ticket))
  })

  test.each([
    ['without a ticket', introduction(Buffer.alloc(0))],
    ['with another packet', Buffer.from(encodeFrame(ReqConnection, 7, { unused: 0 }))],
    ['with a frame over the limit', Buffer.alloc(64, 0xff)],
  ])('%s goes on to somebody who will say what is wrong', async (_what, bytes) => {
    const { ticketHash, head } = await arrivalOf(bytes)
    expect(ticketHash).toBeNull()
    expect(head).toEqual(bytes)
  })
})

test('consoles that say nothing are bounded, and do not keep others out for ever', async () => {
  let arrived = 0
  const { acceptor, port } = await takeFmp({
    limits: { openings: 8, perAddress: 5 },
    onArrival: ({ socket }) => {
      arrived++
      socket.destroy()
    },
  })
  const silent = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'))
  await Promise.all(silent.map((socket) => once(socket, 'data')))
  const sixth = connect(port, '127.0.0.1').resume()
  await once(sixth, 'close')
  silent[0]?.destroy()
  for (let tries = 0; arrived === 0 && tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1').resume()
    socket.on('error', () => undefined)
    socket.write(introduction(randomBytes(16)))
    await once(socket, 'close')
  }
  expect(arrived).toBe(1)
  for (const socket of silent) socket.destroy()
  acceptor.close()
})

test('who comes before it opens waits, and a port that is taken is named', async () => {
  const parts = {
    ...{ bind: '127.0.0.1', ports: { lmp: 0 }, helloMs: 0, log: silentLog, movesSockets: true },
    ...{ onEntry: (_: string, socket: Socket) => socket.end('in'), onArrival: () => undefined },
  }
  const acceptor = await Acceptor.take(parts)
  const port = acceptor.ports.lmp ?? 0
  const early = connect(port, '127.0.0.1')
  const heard = once(early, 'data')
  await once(early, 'connect')
  const taken = Acceptor.take({ ...parts, ports: { lmp: port } })
  await expect(taken).rejects.toMatchObject({ server: 'lmp', code: 'EADDRINUSE' })
  acceptor.open()
  expect(String(await heard)).toBe('in')
  acceptor.close()
})
