/** The table of docs/locking.md as data: every operation is in it, keeps the one order, and gets on with every other. */
import { readFile } from 'node:fs/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../../test/src/postgres.ts'
import { routes } from '../routes/index.ts'
import { deadlocksOf } from '../testing/locking/deadlocks.ts'
import { lockingOperations, locksNothing } from '../testing/locking/operations.ts'
import { LockOrder, lockedBy } from '../testing/locking/order.ts'
import { pairsOf, runPairs } from '../testing/locking/pairs.ts'
import { openTheatre, restore, setStage, type Theatre } from '../testing/locking/stage.ts'
import { type TracedCentral, tracedCentral } from '../testing/locking/traced-central.ts'

let traced: TracedCentral
let theatre: Theatre

beforeAll(async () => {
  traced = await tracedCentral()
  theatre = await openTheatre(traced.central, traced.deps)
})
afterAll(() => traced[Symbol.asyncDispose]())

/** The table of operations: what is locked, by the operation. */
async function rowsOfThePage(): Promise<Map<string, string>> {
  const page = await readFile(new URL('../../../docs/locking.md', import.meta.url), 'utf8')
  const table = page.slice(page.indexOf('\n## Operations'), page.indexOf('\n## Presence without a lock'))
  const rows = [...table.matchAll(/^\| (.+?) \| (.+?) \|/gm)]
  return new Map(rows.slice(2).map(([, operation = '', locked = '']) => [operation, locked]))
}

/** How the page calls the tables. */
const words: Readonly<Record<string, RegExp>> = {
  idempotency_keys: /the key/,
  meta: /meta/,
  heartbeat: /heartbeat/,
  tickets: /ticket/,
  consoles: /console/,
  players: /player/,
  leases: /lease/,
  servers: /server/,
  seats: /seat/,
  directory: /directory/,
  nodes: /\bnodes?\b/,
  node_epochs: /epoch/,
  journals: /stream/,
  presence: /presence/,
  node_reach: /reach/,
  questions: /question/,
  creations: /counts/,
}

test('every row of docs/locking.md is run here, and what is run has a row', async () => {
  const run = [...new Set(lockingOperations.map(({ row }) => row))]
  expect(run.sort()).toEqual([...(await rowsOfThePage()).keys()].sort())
})

test('every route that writes is run here, or is known to lock nothing', () => {
  const writes = routes.flatMap(({ endpoint: { method, name } }) => (method === 'GET' ? [] : [name]))
  const run = lockingOperations.flatMap(({ endpoint }) => endpoint?.name ?? [])
  expect([...run, ...Object.keys(locksNothing)].sort()).toEqual(writes.sort())
})

test('what a statement locks is read from its text', () => {
  expect(lockedBy('select "hash" from "tickets" where "hash" = $1 for no key update')).toEqual(['tickets'])
  expect(lockedBy('with a as (update "leases" l set x = 1) delete from "tickets" t using a')).toEqual([
    'tickets',
    'leases',
  ])
  expect(lockedBy('insert into "seats" (a) values ($1) on conflict (a) do update set b = 1')).toEqual([
    'seats',
  ])
  expect(lockedBy('insert into "mail" (a) values ($1)')).toEqual([])
  expect(
    lockedBy('delete from tickets where hash in (select hash from tickets for update skip locked)'),
  ).toEqual([])
  const order = new LockOrder()
  order.see({ connection: 1, text: 'begin' })
  order.see({ connection: 1, text: 'select 1 from "nodes" for share' })
  order.see({ connection: 2, text: 'select 1 from "players" for update' })
  expect(order.breaches).toEqual([])
  order.see({ connection: 1, text: 'select 1 from "players" for update' })
  expect(order.breaches).toMatchObject([{ table: 'players', after: 'nodes' }])
})

test('what a function locks is read from its source, way by way', () => {
  const ways = `BEGIN
    PERFORM hash FROM tickets FOR UPDATE;
    IF there_is(1) THEN
      PERFORM id FROM nodes FOR SHARE;
      RETURN 1;
    ELSIF EXISTS (SELECT FROM a
      WHERE b) THEN
      UPDATE seats SET x = 1;
    END IF;
    SELECT * INTO lease FROM leases FOR NO KEY UPDATE;
    RETURN inner_one();
  END`
  const functions = new Map([
    ['outer_one', ways],
    ['inner_one', 'BEGIN\n  DELETE FROM players WHERE a;\nEND'],
  ])
  const order = new LockOrder(functions)
  order.see({ connection: 1, text: 'select outer_one($1) as answer' })
  expect(order.breaches.map(({ table, after }) => [table, after])).toEqual([
    // The way by the nodes ends there; that by the seats goes on.
    ['leases', 'seats'],
    ['players', 'seats'],
  ])
  // Each statement was a transaction by itself.
  order.see({ connection: 1, text: 'select 1 from "tickets" for update' })
  expect(order.breaches).toHaveLength(2)
})

test('the functions of a log-in are all seen', () => {
  const locks = (name: string) => {
    const order = new LockOrder(traced.functions)
    order.see({ connection: 1, text: 'begin' })
    order.see({ connection: 1, text: `select ${name}()` })
    return order.heldBy(1)
  }
  expect(locks('claim_session')).toEqual([
    'tickets',
    'players',
    'leases',
    'servers',
    'seats',
    'nodes',
    'presence',
  ])
  expect(locks('arm_session')).toEqual(['tickets', 'leases', 'servers', 'seats', 'nodes'])
  expect(locks('arm_ticket')).toEqual(['tickets', 'servers', 'seats'])
  expect(locks('read_acquaintances')).toEqual(['players', 'leases', 'nodes'])
  expect(locks('choose_hunter')).toEqual(['consoles', 'players', 'leases', 'creations'])
  expect(locks('identify_console')).toEqual(['consoles', 'creations'])
})

test('a deadlock is counted', async () => {
  await using database = await testDatabase()
  const sql = postgres(database.url, { max: 2, onnotice: () => {} })
  await sql`create table two (id int primary key, n int default 0)`
  await sql`insert into two values (1), (2)`
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  const cross = (own: number, other: number, mine: () => void, theirs: Promise<void>) =>
    sql.begin(async (tx) => {
      await tx`set local deadlock_timeout = '10ms'`
      await tx`update two set n = n + 1 where id = ${own}`
      mine()
      await theirs
      await tx`update two set n = n + 1 where id = ${other}`
    })
  const ended = await Promise.allSettled([
    cross(1, 2, first.resolve, second.promise),
    cross(2, 1, second.resolve, first.promise),
  ])
  await sql.end()
  expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  expect(await deadlocksOf(database.url)).toBe(1)
})

test.for(lockingOperations)('$name locks in the one order, and what the page says', async (operation) => {
  const stage = await setStage(theatre)
  const order = new LockOrder(traced.functions)
  traced.listen((sent) => order.see(sent))
  // Twice for each of the two: the second time meets what the first has left.
  for (let index = 0; index < 4; index++) await operation.run(stage, index).catch(() => {})
  traced.listen(null)
  if (operation.endsNodes) await restore(theatre)
  expect(order.breaches).toEqual([])
  const told = (await rowsOfThePage()).get(operation.row) ?? ''
  // Under a key those of another row come behind it.
  const untold = [...order.locked].filter((table) => !words[table]?.test(told))
  expect(told.includes("the operation's own") ? [] : untold).toEqual([])
})

test('operations in pairs, all at once on the same rows: every pair ends, nobody deadlocks', async () => {
  // A part of them; lock-matrix.machine.test.ts runs all.
  const pairs = pairsOf(lockingOperations).filter((_, index) => index % 97 === 0)
  const sum = await runPairs(theatre, pairs)
  process.stdout.write(`lock matrix, a part: ${sum.text}\n`)
  expect(sum.wrong).toEqual([])
  expect(traced.repeats).toBe(0)
}, 120_000)
