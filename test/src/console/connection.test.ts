import { createServer, type Server, type Socket } from 'node:net'
import {
  AnsLayerUp,
  AnsServerTime,
  ascii,
  ConnectionData,
  encodeFrame,
  FrameSplitter,
  NtcLayerOut,
  NtcLogin,
  NtcShut,
  ReqConnection,
  ReqLayerUp,
  ReqLineCheck,
  ReqServerTime,
  refusalOf,
} from '@citygate/nodes/pat'
import { afterEach, expect, test } from 'vitest'
import { Connection } from './connection.ts'
import { ConnectionLost, NotInTime, Refused, ShutByServer } from './errors.ts'
import { openPlain } from './socket.ts'

const cleanUp: (() => void)[] = []

afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo()
})

interface Heard {
  readonly id: number
  readonly sequence: number
}

/** A server of one connection: `answer` says what goes back for each frame that came. */
async function serve(
  answer: (heard: Heard, socket: Socket) => void,
  patience = 5_000,
): Promise<{ console: Connection; heard: Heard[] }> {
  const heard: Heard[] = []
  const server: Server = createServer((socket) => {
    const splitter = new FrameSplitter()
    socket.on('error', () => {})
    socket.write(encodeFrame(ReqConnection, 0, { unused: 0 }))
    socket.on('data', (chunk) => {
      for (const { id, sequence } of splitter.push(chunk)) {
        heard.push({ id, sequence })
        answer({ id, sequence }, socket)
      }
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as { port: number }
  const settings = { patience, inboxLimit: 100, random: () => 0.5 }
  const console = new Connection('fmp', openPlain('127.0.0.1', port), settings)
  cleanUp.push(
    () => console.kill(),
    () => server.close(),
  )
  return { console, heard }
}

const data = ConnectionData.of({ mediaVersion: ascii('1001301045') })

test('the opening: the server speaks first, the status is given', async () => {
  const { console, heard } = await serve(({ sequence }, socket) => {
    socket.write(encodeFrame(NtcLogin, sequence, { status: 3 }))
  })
  expect(await console.open(data)).toBe(3)
  expect(heard).toEqual([{ id: 0x60200200, sequence: 0 }])
})

test('an answer belongs to the request whose sequence it carries, whatever comes in between', async () => {
  const held: Heard[] = []
  const { console } = await serve((heard, socket) => {
    held.push(heard)
    if (held.length < 2) return
    const [first, second] = held as [Heard, Heard]
    socket.write(encodeFrame(NtcLayerOut, second.sequence, { capcomId: ascii('AB12CD') }))
    socket.write(encodeFrame(AnsLayerUp, second.sequence, {}))
    socket.write(encodeFrame(AnsServerTime, first.sequence, { serverTime: 7, currentTime: 8 }))
  })
  const time = console.call(ReqServerTime, { convertedCountryCode: 1 }, AnsServerTime)
  const up = console.call(ReqLayerUp, {}, AnsLayerUp)
  await up
  expect((await time).serverTime).toBe(7)
  expect((await console.next(NtcLayerOut)).capcomId).toEqual(ascii('AB12CD'))
})

test('sequence numbers start where chance says and skip 0', async () => {
  const { console, heard } = await serve(({ sequence }, socket) => {
    socket.write(encodeFrame(AnsLayerUp, sequence, {}))
  })
  for (let i = 0; i < 3; i++) await console.call(ReqLayerUp, {}, AnsLayerUp)
  expect(heard.map(({ sequence }) => sequence)).toEqual([32768, 32769, 32770])
})

test('a refusal carries its words without mark-up', async () => {
  const { console } = await serve(({ sequence }, socket) => {
    const text = ascii('<LF=8><BODY><CENTER>The gate<BR><BODY>is full<END>')
    socket.write(encodeFrame(refusalOf(AnsLayerUp), sequence, { show: 1, text }))
  })
  const refused = console.call(ReqLayerUp, {}, AnsLayerUp)
  await expect(refused).rejects.toThrow(Refused)
  await expect(refused).rejects.toMatchObject({ text: 'The gate\nis full' })
})

test('NtcShut fails what is pending and what comes later, with its text', async () => {
  const { console } = await serve((_heard, socket) => {
    socket.end(encodeFrame(NtcShut, 0, { hasMessage: 1, message: ascii('<BODY>Please log in again<END>') }))
  })
  const words = { text: 'Please log in again' }
  const asked = console.call(ReqLayerUp, {}, AnsLayerUp)
  const awaited = console.next(NtcLayerOut)
  await expect(asked).rejects.toThrow(ShutByServer)
  await expect(awaited).rejects.toMatchObject(words)
  await expect(console.call(ReqLayerUp, {}, AnsLayerUp)).rejects.toMatchObject(words)
})

test('a connection that is closed fails what is pending', async () => {
  const { console } = await serve((_heard, socket) => {
    socket.end()
  })
  await expect(console.call(ReqLayerUp, {}, AnsLayerUp)).rejects.toThrow(ConnectionLost)
  await expect(console.next(NtcLayerOut)).rejects.toThrow(ConnectionLost)
})

test('patience ends: for an answer and for a notification', async () => {
  const { console } = await serve(() => {}, 50)
  await expect(console.call(ReqLayerUp, {}, AnsLayerUp)).rejects.toThrow(NotInTime)
  await expect(console.next(NtcLayerOut)).rejects.toThrow(NotInTime)
})

test('a notification can be chosen, and the others stay', async () => {
  const { console } = await serve((_heard, socket) => {
    for (const id of ['AAAAAA', 'BBBBBB']) {
      socket.write(encodeFrame(NtcLayerOut, 0, { capcomId: ascii(id) }))
    }
  })
  console.send(ReqLayerUp, {})
  const b = await console.next(NtcLayerOut, ({ capcomId }) => capcomId[0] === 0x42)
  expect(b.capcomId).toEqual(ascii('BBBBBB'))
  expect((await console.next(NtcLayerOut)).capcomId).toEqual(ascii('AAAAAA'))
})

test('line checks are answered with their sequence, unless the console plays dead', async () => {
  const { console, heard } = await serve(({ id, sequence }, socket) => {
    if (id === 0x64150100) {
      socket.write(encodeFrame(ReqLineCheck, 9, {}))
      socket.write(encodeFrame(AnsLayerUp, sequence, {}))
    }
  })
  await console.call(ReqLayerUp, {}, AnsLayerUp)
  console.answersLineChecks = false
  await console.call(ReqLayerUp, {}, AnsLayerUp)
  expect(console.lineChecks).toBe(2)
  expect(heard.filter(({ id }) => id === 0x60010200)).toEqual([{ id: 0x60010200, sequence: 9 }])
})
