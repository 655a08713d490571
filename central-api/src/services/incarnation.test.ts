/** An older backup is restored under nodes that live: what they still know is not obeyed, and somebody hears of it. */
import {
  armSession,
  armTicket,
  chooseHunter,
  claimSession,
  createEnrolToken,
  type Endpoint,
  enrolNode,
  type Input,
  identifyConsole,
  issueTicket,
  type Output,
  ProblemDocument,
  registerNode,
  syncNode,
} from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/src/postgres.ts'
import { connect } from '../adapters/database.ts'
import { startCentral } from '../adapters/node.ts'
import { sha256 } from '../hash.ts'
import { silent } from '../log.ts'
import { bytes, media, syncBody } from '../testing/hunters.ts'
import { newIncarnation } from './incarnation.ts'

const operatorKey = 'the-operator-of-these-tests'

/** A central on this database, until it is closed; it may come back on another. */
async function central(database: TestDatabase) {
  const lines: string[] = []
  const write = (_: object, message: string) => lines.push(message)
  const log = { ...silent, error: write }
  const running = await startCentral({
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    operatorKey,
    log,
  })
  async function call<E extends Endpoint>(endpoint: E, input: Input<E>, key: string): Promise<Output<E>> {
    const { params, body } = input as { params?: Record<string, string>; body?: unknown }
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name) => String(params?.[name]))
    const response = await fetch(running.url + path, {
      method: endpoint.method,
      headers: { authorization: `Bearer ${key}` },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw ProblemDocument.parse(answer)
    return endpoint.output.parse(answer) as Output<E>
  }
  return { ...running, call, lines }
}
type Central = Awaited<ReturnType<typeof central>>

/** A copy of the whole database as it is now. Central is away meanwhile: Postgres copies only what nobody uses. */
async function backUp(database: TestDatabase): Promise<TestDatabase> {
  const name = `copy_${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`
  const from = new URL(database.url).pathname.slice(1)
  const admin = database.url.replace(/[^/]*$/, 'citygate')
  const run = async (statement: string) => {
    const client = postgres(admin, { max: 1, onnotice: () => {} })
    await client.unsafe(statement).finally(() => client.end())
  }
  await run(`create database ${name} template ${from}`)
  const close = () => run(`drop database if exists ${name} with (force)`)
  return { url: database.url.replace(/[^/]*$/, name), close, [Symbol.asyncDispose]: close }
}

const refusal = (code: string) => expect.objectContaining({ code })

async function enrolled({ call }: Central, name: string) {
  const { token } = await call(createEnrolToken, { body: { roles: ['entry', 'world'] } }, operatorKey)
  const key = `cgn_${crypto.randomUUID()}`
  await call(enrolNode, { body: { name, keyHash: await sha256(key) } }, token)
  return key
}

function start({ call }: Central, key: string, name: string) {
  const at = { host: '127.0.0.1', port: 8200 }
  const servers = [{ name, type: 'open' as const }]
  const told = { name, roles: ['entry', 'world'] satisfies ('entry' | 'world')[], software: 'test', servers }
  return call(registerNode, { body: { ...told, opn: at, lmp: at, fmp: at, rfp: at } }, key)
}

/** One hunter, and how he comes to a node. */
async function hunter({ call }: Central, key: string) {
  const { consoleId } = await call(identifyConsole, { body: { supportCode: null, mediaVersion: media } }, key)
  const { capcomId } = await call(
    chooseHunter,
    { params: { consoleId, slot: '1' }, body: { name: bytes('Hunter'), create: true } },
    key,
  )
  return { consoleId, capcomId }
}

async function claim(
  { call }: Central,
  key: string,
  who: Awaited<ReturnType<typeof hunter>>,
  node: { epoch: number; serverId: number },
) {
  const ticketHash = await sha256(crypto.randomUUID())
  await call(issueTicket, { body: { ticketHash, login: null, ...who } }, key)
  await call(armTicket, { body: { ticketHash, serverId: node.serverId } }, key)
  return call(claimSession, { body: { ticketHash, epoch: node.epoch } }, key)
}

/** Two nodes; the hunter is at the first when the backup is taken, and at the second afterwards. */
async function story() {
  const database = await testDatabase()
  onTestFinished(() => database.close())
  let first = await central(database)
  const keys = [await enrolled(first, 'A'), await enrolled(first, 'B')] as const
  const register = async (on: Central, index: 0 | 1) => {
    const { epoch, servers, incarnation } = await start(on, keys[index], index === 0 ? 'A' : 'B')
    return { epoch, serverId: servers[0]?.id ?? 0, incarnation }
  }
  const a = await register(first, 0)
  const b = await register(first, 1)
  const who = await hunter(first, keys[0])
  const before = await claim(first, keys[0], who, a)
  await first.close()

  const backup = await backUp(database)
  onTestFinished(() => backup.close())

  first = await central(database)
  const later = await claim(first, keys[1], who, b)
  expect(later.fence).toBe(before.fence + 1)
  const b2 = await register(first, 1)
  await first.close()
  return { backup, keys, register, a, b, b2, who, before, later }
}

test('a restored database begins a new incarnation by itself, and every number of the old one is refused', async () => {
  const { backup, keys, register, a, b, b2, who, before, later } = await story()
  const [keyA, keyB] = keys
  const restored = await central(backup)
  onTestFinished(() => restored.close())
  expect(restored.lines).toEqual(['a new incarnation of the database begins: every node registers anew'])

  for (const [key, epoch] of [
    [keyA, a.epoch],
    [keyB, b.epoch],
    [keyB, b2.epoch],
  ] as const) {
    const sync = restored.call(syncNode, { body: syncBody(epoch, 7) }, key)
    await expect(sync).rejects.toEqual(refusal('incarnation_changed'))
  }
  const a3 = await register(restored, 0)
  const b3 = await register(restored, 1)
  expect(a3.incarnation).not.toBe(a.incarnation)
  expect(a3.epoch).toBeGreaterThan(b2.epoch)
  expect(a3.serverId).toBe(a.serverId)
  const arm = (key: string, epoch: number, fence: number) =>
    restored.call(
      armSession,
      { params: { capcomId: who.capcomId }, body: { epoch, fence, serverId: a.serverId } },
      key,
    )
  await expect(arm(keyA, a.epoch, before.fence)).rejects.toEqual(refusal('incarnation_changed'))
  await expect(arm(keyB, b.epoch, later.fence)).rejects.toEqual(refusal('fence_lost'))
  const anew = await claim(restored, keyB, who, b3)
  expect(anew.fence).toBeGreaterThan(later.fence + 1)
  // Late calls of the life that was lost, by then beside the new one.
  const late = restored.call(syncNode, { body: syncBody(b2.epoch, 8) }, keyB)
  await expect(late).rejects.toEqual(refusal('incarnation_changed'))
  const settings = [{ capcomId: who.capcomId, fence: later.fence, settings: bytes('x'.repeat(256)) }]
  const write = await restored.call(syncNode, { body: syncBody(b3.epoch, 1, { settings }) }, keyB)
  expect(write.refused).toEqual([{ capcomId: who.capcomId, fence: later.fence }])
})

test('files put back in their place cannot be seen from inside: a node that is ahead is an alarm, and not obeyed', async () => {
  const { backup, keys, b2, who, later, a } = await story()
  const [keyA, keyB] = keys
  const client = connect(backup.url, 2)
  onTestFinished(() => client.client.end())
  // The same database in the eyes of Postgres.
  await client.db.execute(sql`update meta set fingerprint = citygate_fingerprint()`)
  const restored = await central(backup)
  onTestFinished(() => restored.close())
  expect(restored.lines).toEqual([])

  for (let time = 0; time < 3; time++) {
    const sync = restored.call(syncNode, { body: syncBody(b2.epoch, 7) }, keyB)
    await expect(sync).rejects.toEqual(refusal('incarnation_changed'))
  }
  const ahead = { epoch: a.epoch, fence: later.fence, serverId: a.serverId }
  const arm = restored.call(armSession, { params: { capcomId: who.capcomId }, body: ahead }, keyA)
  await expect(arm).rejects.toEqual(refusal('fence_lost'))
  const remembers = restored.call(syncNode, { body: syncBody(a.epoch, 9, { heard: 8 }) }, keyA)
  await expect(remembers).rejects.toEqual(refusal('incarnation_changed'))
  const settings = [{ capcomId: who.capcomId, fence: later.fence, settings: bytes('x'.repeat(256)) }]
  const told = await restored.call(syncNode, { body: syncBody(a.epoch, 9, { settings }) }, keyA)
  expect(told.refused).toEqual([{ capcomId: who.capcomId, fence: later.fence }])
  expect(new Set(restored.lines)).toEqual(
    new Set(['a node is ahead of central: was an older backup restored?']),
  )
  const noted = await client.db.execute(
    sql`select subject, detail from audit_log where action = 'node-ahead'`,
  )
  expect(noted).toHaveLength(2)
  const metrics = await (
    await fetch(`${restored.url}/metrics`, { headers: { authorization: `Bearer ${operatorKey}` } })
  ).text()
  expect(metrics).toContain('citygate_alarms_total{kind="node-ahead"} 6')

  // The operator has heard it, and says so.
  const { incarnation } = await newIncarnation({ db: client.db, log: silent }, 'operator:test')
  const sync = restored.call(syncNode, { body: syncBody(a.epoch, 10) }, keyA)
  await expect(sync).rejects.toEqual(refusal('incarnation_changed'))
  expect((await start(restored, keyA, 'A')).incarnation).toBe(incarnation)
})

test('instances that find it out at once begin one incarnation', async () => {
  const { backup, keys } = await story()
  const instances = await Promise.all([central(backup), central(backup), central(backup)])
  const said = instances.flatMap(({ lines }) => lines)
  expect(said).toEqual(['a new incarnation of the database begins: every node registers anew'])
  const starts = await Promise.all(
    instances.flatMap((instance) => keys.map((key, index) => start(instance, key, index === 0 ? 'A' : 'B'))),
  )
  expect(new Set(starts.map(({ incarnation }) => incarnation)).size).toBe(1)
  await Promise.all(instances.map((instance) => instance.close()))
})

test('a node’s call finds it out too, where no start of central came between', async () => {
  const { backup, keys, a } = await story()
  const restored = await central(backup)
  onTestFinished(() => restored.close())
  const [keyA] = keys
  const { incarnation, epoch } = await start(restored, keyA, 'A')
  const client = connect(backup.url, 1)
  onTestFinished(() => client.client.end())
  await client.db.execute(sql`update meta set fingerprint = 'elsewhere'`)
  for (const old of [epoch, a.epoch]) {
    const sync = restored.call(syncNode, { body: syncBody(old, 1) }, keyA)
    await expect(sync).rejects.toEqual(refusal('incarnation_changed'))
  }
  expect((await start(restored, keyA, 'A')).incarnation).not.toBe(incarnation)
})

test('tokens of the time before the backup are good no more', async () => {
  const database = await testDatabase()
  onTestFinished(() => database.close())
  const running = await central(database)
  onTestFinished(() => running.close())
  const { token } = await running.call(createEnrolToken, { body: {} }, operatorKey)
  const client = connect(database.url, 1)
  onTestFinished(() => client.client.end())
  await newIncarnation({ db: client.db, log: silent }, 'operator:test')
  const enrol = running.call(enrolNode, { body: { name: 'n', keyHash: await sha256('k') } }, token)
  await expect(enrol).rejects.toEqual(refusal('enrolment_refused'))
})

test('a dump that is played back under an open connection is seen on it', async () => {
  const database = await testDatabase()
  onTestFinished(() => database.close())
  const { client } = connect(database.url, 1)
  onTestFinished(() => client.end())
  await client`update meta set fingerprint = citygate_fingerprint()`
  // The database is a copy of one that was made a while ago: no node has called since.
  await client`update heartbeat set at = clock_timestamp()`
  const [row] = await client`insert into nodes (name, key_hash, entry, world, newest_epoch)
    values ('A', 'a', true, true, 1) returning id`
  const seen = async () => {
    const [found] =
      await client`select database_moved() as moved, epoch_in_doubt(${row?.id}, 1) is not null as doubt`
    return found
  }
  expect(await seen()).toEqual({ moved: false, doubt: false })
  // As pg_restore --clean does: the same row in another table.
  await client.unsafe(`alter table meta rename to before; create table meta (like before including all);
    insert into meta select * from before; drop table before`)
  expect(await seen()).toEqual({ moved: true, doubt: true })
})
