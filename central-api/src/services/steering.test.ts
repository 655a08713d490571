/** Where players are sent before anything is full, and what nodes may bring. */
import {
  type Input,
  limitNode,
  limitNodes,
  listAudit,
  listServers,
  type registerNode,
  releaseOwnServers,
  syncNode,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { logIn, newHunter, newTicket, syncBody } from '../testing/hunters.ts'

const refusal = (code: string) => expect.objectContaining({ code })
type Wish = Extract<Input<typeof registerNode>['body']['servers'], readonly unknown[]>

let central: TestCentral
beforeAll(async () => {
  central = await testCentral()
})
afterAll(() => central[Symbol.asyncDispose]())

const world = (servers: Wish) => central.node({ roles: ['world'], servers })

describe('soft caps', () => {
  test('as the host says, else four fifths of the capacity; told with the assignment and in the directory', async () => {
    const node = await world([
      { name: 'Own', type: 'open', capacity: 100, soft: 30, region: 'Attic' },
      { name: 'Usual', type: 'open', capacity: 2000 },
      { name: 'Small', type: 'open', capacity: 4 },
    ])
    const { servers, directory } = node.registration
    expect(servers).toMatchObject([
      { name: 'Own', soft: 30, region: 'Attic' },
      { name: 'Usual', soft: 1600, region: null },
      { name: 'Small', soft: 4 },
    ])
    const ids = servers.map(({ id }) => id)
    const listed = directory.servers.filter(({ id }) => ids.includes(id))
    expect(listed.map(({ soft }) => soft)).toEqual([30, 1600, 4])
    // As the node that registers anew after a restore of the database says it.
    expect((await node.again({ servers })).registration.servers).toEqual(servers)
  })

  test('none above the capacity', async () => {
    const wrong = world([{ name: 'Wrong', type: 'open', capacity: 10, soft: 11 }])
    await expect(wrong).rejects.toMatchObject({
      code: 'bad_request',
      document: { errors: [{ field: 'servers.0.soft' }] },
    })
  })
})

describe('limits', () => {
  const set = (node: TestNode, limits: Input<typeof limitNode>['body']['limits']) =>
    central.call(limitNode, { params: { nodeId: node.nodeId }, body: { limits } }, central.operatorKey)
  const setAll = (limits: Input<typeof limitNodes>['body']['limits']) =>
    central.call(limitNodes, { body: { limits } }, central.operatorKey)

  test('of one node: what is too much is refused by name, and the same within them is not', async () => {
    const node = await world([])
    const limits = { servers: 1, capacity: 500, types: ['rookie' as const], regions: ['Attic', 'Cellar'] }
    expect(await set(node, limits)).toEqual({ own: limits, all: null })
    const fitting = { name: 'A', type: 'rookie' as const, capacity: 500, region: 'Cellar' }
    const wrong: [Wish, string][] = [
      [[fitting, { ...fitting, name: 'B' }], 'servers'],
      [[{ ...fitting, capacity: 501 }], 'servers.0.capacity'],
      [[{ ...fitting, type: 'open' }], 'servers.0.type'],
      [[{ ...fitting, region: 'Roof' }], 'servers.0.region'],
      [[{ name: 'A', type: 'rookie', capacity: 1 }], 'servers.0.region'],
    ]
    for (const [servers, field] of wrong) {
      await expect(node.again({ servers })).rejects.toMatchObject({
        code: 'forbidden',
        document: { errors: [{ field }] },
      })
    }
    const kept = await node.again({ servers: [fitting] })
    expect(kept.registration.servers).toMatchObject([fitting])
    await set(node, null)
    await node.again({ servers: [{ ...fitting, capacity: 6400 }] })
  })

  test('of all nodes, where a node has none of its own; the default world is not limited', async () => {
    const [own, other] = [await world([]), await world([])]
    await set(own, { servers: 3 })
    expect(await setAll({ servers: 0 })).toEqual({ own: null, all: { servers: 0 } })
    const wish = [{ name: 'A', type: 'open' as const }]
    await expect(other.again({ servers: wish })).rejects.toEqual(refusal('forbidden'))
    await own.again({ servers: wish })
    const first = await central.node({ servers: 'default' })
    expect(first.registration.servers).toHaveLength(12)
    await setAll(null)
    await other.again({ servers: wish })
  })

  test('what a node carries stays when limits come; a refused start leaves the older one in service', async () => {
    const node = await world([{ name: 'A', type: 'open' }])
    await set(node, { servers: 0 })
    await expect(node.again()).rejects.toEqual(refusal('forbidden'))
    const sync = await central.call(syncNode, { body: syncBody(node.epoch, 1) }, node.key)
    expect(sync.directory.servers.find(({ name }) => name === 'A')?.status).toBe('up')
  })

  test('by an owner only, for a node that is known, written down', async () => {
    const node = await world([])
    const call = (key: string, nodeId = node.nodeId) =>
      central.call(limitNode, { params: { nodeId }, body: { limits: { servers: 1 } } }, key)
    await expect(call(node.key)).rejects.toEqual(refusal('forbidden'))
    await expect(call(central.operatorKey, crypto.randomUUID())).rejects.toEqual(refusal('node_not_found'))
    await call(central.operatorKey)
    const { items } = await central.call(listAudit, { query: { action: 'limit-node' } }, central.operatorKey)
    expect(items[0]).toMatchObject({ subject: `node:${node.nodeId}`, detail: { limits: { servers: 1 } } })
  })
})

test('entry nodes: least loaded first, by dialogues under way and players held, as central counts them', async () => {
  await using realm = await testCentral()
  const entry = (name: string) => realm.node({ name, servers: [{ name, type: 'open' }] })
  const [busy, holding, free] = [await entry('busy'), await entry('holding'), await entry('free')]
  const hunters = await Promise.all([1, 2, 3, 4].map(() => newHunter(realm, free)))
  const [first, ...others] = hunters
  if (!first) throw new Error('no hunter')
  await newTicket(realm, busy, first)
  for (const hunter of others) {
    await logIn(realm, holding, holding, hunter)
  }
  const { directory } = (await free.again()).registration
  expect(directory.entries.map(({ nodeId, load }) => [nodeId, load])).toEqual([
    [free.nodeId, 0],
    [holding.nodeId, 3 / 20],
    [busy.nodeId, 1],
  ])
})

test('a node whose call broke off is offered last, long before its lease is over, until it calls again', async () => {
  await using realm = await testCentral('node')
  const start = (name: string) => realm.node({ name, servers: [{ name, type: 'open' }] })
  const [gone, here] = [await start('gone'), await start('here')]
  const sync = (node: TestNode, number: number, holdMs: number, version = 0, signal?: AbortSignal) =>
    realm.call(
      syncNode,
      { body: syncBody(node.epoch, number, { holdMs, directoryVersion: version }) },
      node.key,
      signal,
    )
  /** Soft caps and entries, as the node that is there is told. */
  const offer = ({ directory }: Awaited<ReturnType<typeof sync>>) => ({
    soft: Object.fromEntries(directory.servers.map(({ name, soft }) => [name, soft])),
    entries: directory.entries.map(({ nodeId }) => nodeId),
  })
  await sync(gone, 1, 0)
  const { directory } = await sync(here, 1, 0)
  const usual = {
    soft: { gone: 1600, here: 1600 },
    entries: expect.arrayContaining([gone.nodeId, here.nodeId]),
  }
  expect(offer(await sync(here, 2, 0))).toEqual(usual)

  const dies = new AbortController()
  const broken = sync(gone, 2, 20_000, directory.version, dies.signal)
  const waits = sync(here, 3, 20_000, directory.version)
  await vi.waitFor(async () => {
    const [row] = await realm.sql`select last_sync from node_epochs where node_id = ${gone.nodeId}`
    expect(Number(row?.last_sync)).toBe(2)
  })
  dies.abort()
  await expect(broken).rejects.toThrow()
  // The call that is held hears of it.
  expect(offer(await waits)).toEqual({
    soft: { gone: 0, here: 1600 },
    entries: [here.nodeId, gone.nodeId],
  })
  const { items } = await realm.call(listServers, {})
  expect(items.map(({ status }) => status)).toEqual(['up', 'up'])

  // It calls another instance by now, and this one sees it in the database.
  await realm.sql`update node_epochs set last_sync = 3 where node_id = ${gone.nodeId}`
  await realm.sql`update directory set version = version + 1`
  expect(offer(await sync(here, 4, 0))).toEqual(usual)
  await realm.sql`update node_epochs set last_sync = 2 where node_id = ${gone.nodeId}`
  await realm.sql`update directory set version = version + 1`
  expect(offer(await sync(here, 5, 0)).entries).toEqual([here.nodeId, gone.nodeId])

  await sync(gone, 3, 0)
  expect(offer(await sync(here, 6, 0))).toEqual(usual)
})

test('a console is shown as many game servers as it can list, whatever numbers nobody carries any more', async () => {
  await using realm = await testCentral()
  const left = await realm.node({ servers: 'default' })
  await realm.call(releaseOwnServers, {}, left.key)
  const servers = Array.from({ length: 80 }, (_, index) => ({
    name: `Own${index + 1}`,
    type: 'open' as const,
  }))
  const node = await realm.node({ servers })
  const { directory, servers: carried } = node.registration
  const up = directory.servers.filter(({ status }) => status === 'up')
  expect(up.map(({ id }) => id)).toEqual(carried.map(({ id }) => id))
  expect(up).toHaveLength(80)
})
