/** A call that says nothing where central does not hold calls: one statement, which decides as the usual transaction does. */
import { drainNode, syncNode } from '@citygate/schema/contract'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createApp } from '../app.ts'
import { openDatabase } from '../db/database.ts'
import type { Deps } from '../deps.ts'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { logIn, newHunter, syncBody } from '../testing/hunters.ts'
import { settle } from './incarnation.ts'
import { ensureOperatorKey } from './operator-keys.ts'

const statements: string[] = []
let central: TestCentral

/** As on Workers: no wakeups. Every statement that is sent is written down. */
beforeAll(async () => {
  central = await testCentral('embedded', async (url, log) => {
    const client = postgres(url, {
      ...{ max: 8, onnotice: () => {} },
      debug: (_, text) => statements.push(text),
    })
    const deps: Deps = { db: openDatabase(client), log }
    await settle(deps)
    const operatorKey = await ensureOperatorKey(deps, null, async () => {})
    const app = createApp(deps)
    return {
      url: 'http://central.test',
      operatorKey,
      fetch: (request) => app.fetch(request),
      close: () => client.end(),
    }
  })
})
afterAll(() => central[Symbol.asyncDispose]())

const refusal = (code: string) => expect.objectContaining({ code })
type Changes = Parameters<typeof syncBody>[2]

/** A node that has told everything. */
async function told() {
  const node = await central.node({ servers: [{ name: 'Quiet', type: 'open' }] })
  let number = 0
  let generation: string | null = null
  const send = async (changes: Changes = {}, by: TestNode = node) => {
    const presence = { generation, full: generation === null, set: [], gone: [] }
    const answer = await central.call(
      syncNode,
      { body: syncBody(by.epoch, ++number, { presence, ...changes }) },
      by.key,
    )
    generation = answer.presence.generation
    return answer
  }
  await send()
  return { node, send, serverId: node.registration.servers[0]?.id ?? 0 }
}

/** The texts of what a call sends, without the look-up of the node's key. */
async function counted(run: () => Promise<unknown>): Promise<string[]> {
  statements.length = 0
  await run()
  return statements.filter((text) => !text.includes('key_hash'))
}

test('is one statement, and says the same as the usual one', async () => {
  const { node, send } = await told()
  const texts = await counted(async () => {
    const quiet = await send()
    const usual = await send({
      presence: { generation: quiet.presence.generation, full: true, set: [], gone: [] },
    })
    expect({ ...quiet, number: 0 }).toEqual({ ...usual, number: 0 })
    expect(quiet).toMatchObject({ number: 2, leaseMs: 60_000, nextSyncMs: 15_000, mail: [], refused: [] })
    expect(quiet.directory.servers.find(({ name }) => name === 'Quiet')).toMatchObject({
      ...{ population: 0, status: 'up', soft: 1600, address: { host: '127.0.0.1', port: 8202 } },
    })
    expect(quiet.directory.entries.map(({ nodeId }) => nodeId)).toContain(node.nodeId)
  })
  const first = texts.findIndex((text) => text.includes('with node as'))
  expect(first).toBe(0)
  expect(texts[1]).toMatch(/begin/)
  const [row] =
    await central.sql`select last_sync::int, abs(extract(epoch from expires_at - renewed_at) - 60) < 1 as lease
    from node_epochs where node_id = ${node.nodeId}`
  expect(row).toEqual({ last_sync: 3, lease: true })
})

test('does not count everybody again who was counted a moment ago, until more has changed', async () => {
  const { send, serverId } = await told()
  const population = async () =>
    (await send()).directory.servers.find(({ id }) => id === serverId)?.population
  let traveller = 0
  const travel = () => central.sql`insert into seats values (
    ${`T${String(++traveller).padStart(5, '0')}`}, ${serverId}, clock_timestamp() + interval '1 hour')`
  // The clock by which an instance keeps what it has read: it stands still unless the test moves it.
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  vi.advanceTimersByTime(60_000)
  expect(await population()).toBe(0)
  await travel()
  expect(await population()).toBe(0)
  vi.advanceTimersByTime(60_000)
  expect(await population()).toBe(1)
  await travel()
  expect(await population()).toBe(1)
  // Another game server is more than a population.
  await central.node({ servers: [{ name: 'Another', type: 'open' }] })
  expect(await population()).toBe(2)
})

test('a report is kept, letters are read, orders are told', async () => {
  const { node, send } = await told()
  await central.call(
    drainNode,
    { params: { nodeId: node.nodeId }, body: { drain: true, questSeconds: 7 } },
    central.operatorKey,
  )
  const answer = await send()
  expect(answer).toMatchObject({ mail: [{ kind: 'orders' }], orders: { drain: true, questSeconds: 7 } })
  const seen = answer.mail.at(-1)?.number ?? 0
  expect((await send({ mailSeen: seen })).mail).toEqual([])
})

test('what is not as usual is refused as ever', async () => {
  const { node, send } = await told()
  const at = (number: number, changes: Changes = {}, epoch = node.epoch) =>
    central.call(
      syncNode,
      {
        body: syncBody(epoch, number, {
          presence: { generation: null, full: false, set: [], gone: [] },
          ...changes,
        }),
      },
      node.key,
    )
  await send()
  await expect(at(2)).rejects.toEqual(refusal('sync_out_of_order'))
  await expect(at(9, { heard: 8 })).rejects.toEqual(refusal('incarnation_changed'))
  await expect(at(9, { incarnation: crypto.randomUUID() })).rejects.toEqual(refusal('incarnation_changed'))
  await expect(at(9, {}, node.epoch + 1)).rejects.toEqual(refusal('incarnation_changed'))
  expect((await at(9)).presence.wantFull).toBe(true)
  // The word that it drains changes the directory.
  const before = (await at(10)).directory.version
  expect((await at(11, { draining: true })).directory.version).toBeGreaterThan(before)
  await node.again()
  await expect(at(12, { draining: true })).rejects.toEqual(refusal('epoch_superseded'))
})

test('an empty presence after a crash is told anew', async () => {
  const { send } = await told()
  const { generation } = (await send()).presence
  await central.sql`truncate presence, presence_generation`
  const answer = await send({ presence: { generation, full: false, set: [], gone: [] } })
  expect(answer.presence).toMatchObject({ wantFull: true })
  expect(answer.presence.generation).not.toBe(generation)
})

test('calls, starts and claims of one node at once: numbers rise, no start is renewed that is superseded', async () => {
  const { node } = await told()
  let current = node
  for (let round = 0; round < 6; round++) {
    const epoch = current.epoch
    const hunter = await newHunter(central, current)
    const quiet = (number: number) =>
      central.call(
        syncNode,
        { body: syncBody(epoch, number, { presence: { generation: null, full: false, set: [], gone: [] } }) },
        current.key,
      )
    const calls = Array.from({ length: 12 }, (_, index) => quiet(10 + index))
    const [ended, claimed, again] = await Promise.all([
      Promise.allSettled(calls),
      Promise.allSettled([logIn(central, current, current, hunter)]),
      round % 2 === 0 ? Promise.resolve(null) : current.again(),
    ])
    for (const one of ended) {
      if (one.status === 'rejected') {
        expect(one.reason).toEqual(
          expect.objectContaining({ code: expect.stringMatching(/^(sync_out_of_order|epoch_superseded)$/) }),
        )
      }
    }
    if (!again) expect(claimed[0].status).toBe('fulfilled')
    const [row] = await central.sql`select newest_epoch, last_sync::int from nodes
      join node_epochs on node_id = id and epoch = ${epoch} where id = ${node.nodeId}`
    if (!again) expect(row?.last_sync).toBe(21)
    if (again) {
      expect(row?.newest_epoch).toBe(again.epoch)
      await expect(quiet(99)).rejects.toEqual(refusal('epoch_superseded'))
      current = again
    }
  }
})

test('the more nodes, the rarer they call, and the longer their leases: three calls at least', async () => {
  const { send } = await told()
  const live = (
    await central.sql`select from nodes join node_epochs on node_id = id and epoch = newest_epoch
    where expires_at > clock_timestamp()`
  ).length
  for (const [more, nextSyncMs] of [
    [10, 28_800],
    [100, 60_000],
  ] as const) {
    await central.sql`with made as (
      insert into nodes (name, key_hash, entry, world, newest_epoch)
      select 'n', 'many' || ${more}::int || '-' || n, true, true, 1 from generate_series(1, ${more - live}::int) n returning id
    ) insert into node_epochs (node_id, epoch, entry, world, software, started_at, renewed_at, expires_at)
      select id, 1, true, true, 't', clock_timestamp(), clock_timestamp(), clock_timestamp() + interval '1 hour' from made`
    expect(await send()).toMatchObject({ nextSyncMs, leaseMs: Math.max(60_000, 3 * nextSyncMs) })
    await central.sql`update node_epochs set expires_at = clock_timestamp() from nodes where id = node_id and key_hash like 'many%'`
  }
})
