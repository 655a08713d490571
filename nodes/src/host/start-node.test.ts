import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Fetch } from '../central/send.ts'
import { silentLog } from '../log.ts'
import { FrameSplitter, NtcShut, ReqConnection } from '../pat/index.ts'
import { PortUnavailable } from './door.ts'
import { type NodeOptions, startNode } from './start-node.ts'

const nodeId = '0b9b5d2e-6a1f-4c6e-8a77-0c8c1f0f3a11'
const directory = { version: 1, servers: [], entries: [] }
const valor = { id: 1, name: 'Valor1', type: 'open', gates: 2, cities: 2, capacity: 2000 }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate node '))
})
afterEach(() => rm(folder, { recursive: true }))

function options(fetch: Fetch, over: Partial<NodeOptions> = {}): NodeOptions {
  return {
    central: { url: 'http://central', fetch },
    identity: { nodeId, name: 'Loc Lac', key: `cgn_${'k'.repeat(43)}`, roles: ['entry', 'world'] },
    roles: ['entry', 'world'],
    bind: '127.0.0.1',
    advertise: '127.0.0.1',
    ports: { opn: 0, lmp: 0, fmp: 0, rfp: 0 },
    tls: 'off',
    helloDelayMs: 0,
    contentFolder: join(folder, 'content'),
    home: folder,
    servers: 'default',
    log: silentLog,
    ...over,
  }
}

/** The wire-level least of a central: it registers, and holds syncs until the test lets it answer. */
function central() {
  const bodies: Record<string, unknown>[] = []
  let registered = 0
  const refusals: Response[] = []
  let heldMs = 0
  let release = () => {}
  const fetch: Fetch = async (request) => {
    const body = (await request.json()) as Record<string, unknown>
    if (refusals[0]) return refusals[0].clone()
    if (request.url.endsWith('/epochs')) {
      registered++
      bodies.push(body)
      return Response.json({
        nodeId,
        epoch: registered,
        incarnation: nodeId,
        leaseMs: 60_000,
        servers: [valor],
        directory,
      })
    }
    heldMs = Number(body.holdMs)
    if (heldMs > 0) await new Promise<void>((resolve) => (release = resolve))
    const refusedMeanwhile = refusals.at(-1)
    if (refusedMeanwhile) return refusedMeanwhile.clone()
    const presence = { generation: 'g', wantFull: false }
    return Response.json({
      number: body.number,
      leaseMs: 60_000,
      presence,
      refused: [],
      directory,
      mail: [],
      nextSyncMs: 0,
    })
  }
  return {
    fetch,
    bodies,
    refuse(code: string, status: number) {
      const document = { type: 'about:blank', title: code, status, detail: code, code }
      refusals.push(Response.json(document, { status }))
      release()
    },
  }
}

async function dial(address: string | undefined): Promise<Socket> {
  const [host, port] = (address ?? '').split(':')
  const socket = connect({ host: host ?? '', port: Number(port) })
  await once(socket, 'connect')
  return socket
}

/** Ids of the packets until the other side closes. */
async function packetsOf(socket: Socket, each: (id: number) => void): Promise<void> {
  const splitter = new FrameSplitter()
  socket.on('data', (chunk: Buffer) => {
    for (const frame of splitter.push(chunk)) each(frame.id)
  })
  await once(socket, 'close')
}

test('a node tells central its ports, speaks first to who comes, and says goodbye', async () => {
  const { fetch, bodies } = central()
  const node = await startNode(options(fetch))
  expect(node).toMatchObject({ id: nodeId, name: 'Loc Lac', roles: ['entry', 'world'], servers: [1] })
  const port = (address: string | undefined) => Number(address?.split(':')[1])
  expect(bodies).toMatchObject([
    {
      roles: ['entry', 'world'],
      opn: { host: '127.0.0.1', port: port(node.opn) },
      lmp: { host: '127.0.0.1', port: port(node.lmp) },
      fmp: { host: '127.0.0.1', port: port(node.fmp) },
      rfp: { host: '127.0.0.1', port: port(node.rfp) },
      servers: 'default',
    },
  ])
  const heard = await Promise.all(
    [node.opn, node.lmp, node.fmp, node.rfp].map(async (address) => {
      const ids: number[] = []
      let greeted = () => {}
      const greeting = new Promise<void>((resolve) => (greeted = resolve))
      const closed = packetsOf(await dial(address), (id) => {
        ids.push(id)
        greeted()
      })
      await greeting
      return { ids, closed }
    }),
  )
  await node.close()
  await Promise.all(heard.map((one) => one.closed))
  for (const { ids } of heard) expect(ids).toEqual([ReqConnection.id, NtcShut.id])
})

test('a role of its own has only its own ports', async () => {
  const { fetch, bodies } = central()
  const node = await startNode(options(fetch, { roles: ['entry'] }))
  expect([node.opn, node.fmp]).toEqual([expect.any(String), undefined])
  expect(bodies).toMatchObject([{ fmp: null, servers: [] }])
  await node.close()
})

test('a role that was not granted stops the start in words', async () => {
  const identity = { nodeId, name: 'x', key: `cgn_${'k'.repeat(43)}`, roles: ['world' as const] }
  await expect(startNode(options(central().fetch, { identity }))).rejects.toThrow(
    /without the role entry.* another data folder .*--data/,
  )
})

test('a port that is taken is named, and those taken before are free again', async () => {
  const first = await startNode(options(central().fetch))
  const taken = Number(first.fmp?.split(':')[1])
  const free = Number(first.opn?.split(':')[1])
  const start = startNode(options(central().fetch, { ports: { opn: 0, lmp: 0, rfp: 0, fmp: taken } }))
  const error = await start.catch((e: unknown) => e)
  expect(error).toBeInstanceOf(PortUnavailable)
  expect(error).toMatchObject({ server: 'fmp', port: taken, code: 'EADDRINUSE' })
  await first.close()
  const second = await startNode(
    options(central().fetch, { ports: { opn: free, lmp: 0, rfp: 0, fmp: taken } }),
  )
  expect(second.fmp).toBe(`127.0.0.1:${taken}`)
  await second.close()
})

test('central’s refusal stops the start', async () => {
  const refusing = central()
  refusing.refuse('unauthorized', 401)
  await expect(startNode(options(refusing.fetch))).rejects.toMatchObject({ code: 'unauthorized' })
})

test('nobody is let in before central has registered the node', async () => {
  const giveUp = new AbortController()
  const registering = new Promise<{ opn: { port: number } }>((resolve) => {
    const fetch: Fetch = async (request) => {
      resolve((await request.json()) as { opn: { port: number } })
      return new Promise<Response>(() => {})
    }
    startNode(options(fetch, { signal: giveUp.signal })).catch(() => undefined)
  })
  const { opn } = await registering
  const socket = await dial(`127.0.0.1:${opn.port}`)
  let heard = 0
  socket.on('data', (chunk) => (heard += chunk.length))
  await once(socket, 'close')
  expect(heard).toBe(0)
  giveUp.abort(new Error('enough'))
})

test('a superseded node stops serving, in words', async () => {
  const superseding = central()
  const node = await startNode(options(superseding.fetch))
  const ids: number[] = []
  const closed = packetsOf(await dial(node.fmp), (id) => {
    ids.push(id)
    if (id === ReqConnection.id) superseding.refuse('epoch_superseded', 409)
  })
  expect(await node.stopped).toMatchObject({ reason: 'superseded' })
  await closed
  expect(ids).toEqual([ReqConnection.id, NtcShut.id])
  await node.close()
})

test('draining waits for the last player, and not for ever', async () => {
  const node = await startNode(options(central().fetch))
  const socket = await dial(node.lmp)
  await once(socket, 'data')
  await node.drain(50)
  const drained = node.drain(20_000)
  socket.destroy()
  await drained
  await node.close()
})
