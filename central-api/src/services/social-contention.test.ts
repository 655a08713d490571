/** What the locks of both players decide, with many at once on a real Postgres (docs/locking.md). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { befriend, type Held, held, mailOf, player } from '../testing/friends.ts'
import { logIn } from '../testing/hunters.ts'
import { deadlocksOf } from '../testing/locking/deadlocks.ts'

let central: TestCentral
let node: TestNode
let far: TestNode

beforeAll(async () => {
  central = await testCentral()
  node = await central.node()
  far = await central.node({ roles: ['world'], servers: [{ name: 'Far', type: 'open' }] })
})
afterAll(() => central[Symbol.asyncDispose]())

const rounds = 12

async function two(): Promise<readonly [Held, Held]> {
  return Promise.all([player(central, node, node, 'Aria'), player(central, node, far, 'Bela')])
}

/** Runs all at once; gives what came of each: the answer, or the code of the refusal. */
async function atOnce<T>(...runs: readonly (() => Promise<T>)[]): Promise<(T | string)[]> {
  const ended = await Promise.allSettled(runs.map((run) => run()))
  return ended.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.code))
}

/** Rows between two, seen from nowhere in particular. */
async function rows(a: Held, b: Held) {
  const both = [a.capcomId, b.capcomId]
  const { sql } = central
  const [found] = await sql`select
    (select count(*)::int from friends where owner in ${sql(both)} and friend in ${sql(both)}) as friends,
    (select count(*)::int from friend_requests where asker in ${sql(both)} and asked in ${sql(both)}) as requests,
    (select count(*)::int from blacklist where owner in ${sql(both)} and blocked in ${sql(both)}) as blocked`
  return found
}

test('two who ask each other at once both wait, and both acceptances make one friendship', async () => {
  for (let round = 0; round < rounds; round++) {
    const [a, b] = await two()
    const asked = await atOnce(
      () => a.ask(b),
      () => b.ask(a),
    )
    expect(asked).toMatchObject([{ outcome: 'asked' }, { outcome: 'asked' }])
    const answers = await atOnce(
      () => a.answer(b, true),
      () => b.answer(a, true),
    )
    expect(answers.filter((one) => typeof one !== 'string' && one.made)).toHaveLength(1)
    expect(answers.filter((one) => typeof one === 'string')).toEqual([])
    expect(await rows(a, b)).toEqual({ friends: 2, requests: 0, blocked: 0 })
  }
})

test('a request that is accepted many times at once is accepted once, and its asker told once', async () => {
  const [a, b] = [await player(central, node, far), await player(central, node, node)]
  await a.ask(b)
  const letters = mailOf(central, far)
  await letters()
  const answers = await atOnce(...Array.from({ length: 10 }, () => () => b.answer(a, true)))
  expect(answers.filter((one) => typeof one !== 'string' && one.made)).toHaveLength(1)
  expect(answers.filter((one) => typeof one !== 'string' && one.friend)).toHaveLength(10)
  expect(await rows(a, b)).toEqual({ friends: 2, requests: 0, blocked: 0 })
  expect(await letters()).toMatchObject([{ kind: 'friend-answer', to: a.capcomId }])
})

test('a request that races with blacklisting never outlives it', async () => {
  for (let round = 0; round < rounds; round++) {
    const [a, b] = await two()
    const [asked, blocked] = await atOnce<object>(
      () => a.ask(b),
      () => b.block(a),
    )
    expect(blocked).toMatchObject({ entry: { capcomId: a.capcomId } })
    // Asked first: withdrawn again. Blocked first: refused.
    expect([{ outcome: 'asked' }, 'friend_refused']).toContainEqual(
      typeof asked === 'string' ? asked : { outcome: 'asked' },
    )
    expect(await rows(a, b)).toEqual({ friends: 0, requests: 0, blocked: 1 })
  }
})

test('an acceptance that races with blacklisting leaves no friendship', async () => {
  for (let round = 0; round < rounds; round++) {
    const [a, b] = await two()
    await a.ask(b)
    await atOnce<object>(
      () => b.answer(a, true),
      () => a.block(b),
    )
    expect(await rows(a, b)).toEqual({ friends: 0, requests: 0, blocked: 1 })
  }
})

test('deleting that races with an acceptance: friends again, or one row less, and never a lost one', async () => {
  for (let round = 0; round < rounds; round++) {
    const [a, b] = await two()
    await befriend(a, b)
    await a.delete(b)
    await a.ask(b)
    const [answered] = await atOnce<{ made: boolean } | object>(
      () => b.answer(a, true),
      () => a.delete(b),
    )
    expect(answered).toMatchObject({ made: true })
    const mine = (await a.acquaintances()).friends.length
    expect([0, 1]).toContain(mine)
    expect(await rows(a, b)).toEqual({ friends: 1 + mine, requests: 0, blocked: 0 })
  }
})

test('a list takes its last friend once, whoever accepts at once', async () => {
  const me = await player(central, node, node)
  const others = await Promise.all(Array.from({ length: 4 }, () => player(central, node, far)))
  for (const other of others) await me.ask(other)
  await central.sql`with made as (
      insert into consoles (support_code, media_version)
      select gen_random_uuid(), '' from generate_series(1, 48) returning id
    ), more as (
      insert into players (capcom_id, console_id, slot, name, name_text, name_folded)
      select upper(substr(md5(id::text), 1, 6)), id, 1, 'X', 'X', 'x' from made returning capcom_id
    )
    insert into friends (owner, friend) select ${me.capcomId}, capcom_id from more`
  const answers = await atOnce(...others.map((other) => () => other.answer(me, true)))
  expect(answers.filter((one) => one === 'friend_list_full')).toHaveLength(2)
  expect((await me.acquaintances()).friends).toHaveLength(50)
})

test('whoever claims while he is asked learns of the request: by letter, or by reading', async () => {
  const a = await player(central, node, node)
  const b = await player(central, node, far)
  for (let round = 0; round < rounds; round++) {
    const [claimed] = await Promise.all([logIn(central, node, far, b.hunter), a.ask(b)])
    const now = held(central, far, b.hunter, b.capcomId, claimed.fence)
    expect((await now.acquaintances()).requests).toHaveLength(1)
    await now.answer(a, false)
  }
})

test('everything between few, all at once, deadlocks nobody', { timeout: 120_000 }, async () => {
  const all = await Promise.all(
    Array.from({ length: 5 }, (_, index) => player(central, node, index % 2 === 0 ? node : far)),
  )
  const acts: (() => Promise<object>)[] = []
  for (const one of all) {
    for (const other of all) {
      if (one === other) continue
      acts.push(
        () => one.ask(other),
        () => one.answer(other, true),
        () => one.delete(other),
        () => one.tell(other),
        () => one.block(other, false),
        () => one.acquaintances(),
      )
    }
  }
  const ended = await atOnce(...acts)
  // Rows may stay held for long on a machine with other work: then a caller is told so, and asks again.
  const decided = ended.filter((one) => one !== 'busy')
  expect(decided.length).toBeGreaterThan(acts.length / 2)
  const refusals = new Set(decided.filter((one) => typeof one === 'string'))
  expect([...refusals].filter((code) => code !== 'request_not_found')).toEqual([])
  expect(await deadlocksOf(central.databaseUrl)).toBe(0)
  process.stdout.write(`everything between five: ${acts.length} at once, no deadlock\n`)
})
