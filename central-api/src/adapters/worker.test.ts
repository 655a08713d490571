/** A look at the third runtime; all suites run on it in `npm run test:machine` (worker.machine.test.ts). */
import { claimSession, getHealth, identifyConsole, listServers, syncNode } from '@citygate/schema/contract'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { logIn, media, newHunter, newTicket, syncBody } from '../testing/hunters.ts'
import { startWorker } from '../testing/worker.ts'

let central: TestCentral
let node: TestNode

beforeAll(async () => {
  central = await testCentral('worker')
  node = await central.node()
})
afterAll(() => central[Symbol.asyncDispose]())

test('the key of the secret is an operator’s, and another is not', async () => {
  expect(await central.call(getHealth, {})).toMatchObject({ status: 'ok' })
  // Enrolled with a token that this key has made.
  expect(node.nodeId).toMatch(/^[0-9a-f-]{36}$/)
  const wrong = await central.fetch('/v1/enrol-tokens', {
    method: 'POST',
    headers: { authorization: 'Bearer another' },
  })
  expect(wrong.status).toBe(401)
})

test('many claims of one hunter at once: each fence is given once, and none is lost', async () => {
  const hunter = await newHunter(central, node)
  const { capcomId } = hunter
  const holds = await Promise.all(Array.from({ length: 12 }, () => logIn(central, node, node, hunter)))
  expect(holds.map(({ fence }) => fence).sort((a, b) => a - b)).toEqual(holds.map((_, index) => index + 1))
  expect(await central.sql`select fence::int from leases where capcom_id = ${capcomId}`).toEqual([
    { fence: 12 },
  ])
})

test('a refusal in a transaction leaves nothing open behind it', async () => {
  const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
  const claims = Array.from({ length: 8 }, () =>
    central
      .call(claimSession, { body: { ticketHash, epoch: node.epoch } }, node.key)
      .catch((error) => error.code),
  )
  expect(new Set(await Promise.all(claims))).toEqual(new Set(['ticket_not_armed']))
  const open = central.sql`select count(*)::int as many from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`
  expect(await open).toEqual([{ many: 0 }])
})

test('a sync is answered at once, with a time for the next', async () => {
  const far = await central.node({ servers: [{ name: 'Far', type: 'open' }] })
  const body = syncBody(far.epoch, 1, { holdMs: 20_000 })
  expect(await central.call(syncNode, { body }, far.key)).toMatchObject({ nextSyncMs: 15_000 })
  expect((await central.call(listServers, {})).items).toContainEqual(
    expect.objectContaining({ name: 'Far', status: 'up' }),
  )
})

test('what time has ended is thrown away by the cron trigger, and figures are kept', async () => {
  await central.sql`insert into seats values ('000000', 1, clock_timestamp() - interval '1 second')`
  await central.scheduled()
  expect(await central.sql`select capcom_id from seats where capcom_id = '000000'`).toEqual([])
  expect(await central.sql`select nodes from stats_samples`).toEqual([{ nodes: 2 }])
})

test('who guesses keys is refused by the platform’s count, and nobody else is', async () => {
  const guess = (from: string) =>
    central.fetch('/v1/bans', { headers: { authorization: 'Bearer guess', 'cf-connecting-ip': from } })
  const answers = new Set<number>()
  // A window may end in the middle.
  for (let time = 0; time < 130 && !answers.has(429); time++) answers.add((await guess('203.0.113.7')).status)
  expect(answers).toEqual(new Set([401, 429]))
  const refused = await guess('203.0.113.7')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await guess('203.0.113.8')).status).toBe(401)
})

test('a body is as large as it may be, and not larger', async () => {
  const large = await central.fetch('/v1/enrol-tokens', {
    method: 'POST',
    headers: { authorization: `Bearer ${central.operatorKey}`, 'content-type': 'application/json' },
    body: ' '.repeat(5 * 1024 * 1024),
  })
  expect(large.status).toBe(413)
})

test('times and limits are set as elsewhere: by variables, which may be numbers', async () => {
  const set = await testCentral('worker', async (databaseUrl) => {
    const worker = await startWorker(databaseUrl, { CITYGATE_NEW_CONSOLES: 2, CITYGATE_NODE_LEASE: '2m' })
    return { ...worker, log: worker, fetch: (request) => fetch(request) }
  })
  onTestFinished(() => set[Symbol.asyncDispose]())
  const near = await set.node({ servers: [] })
  expect(near.registration.leaseMs).toBe(120_000)
  const newConsole = () =>
    set.call(
      identifyConsole,
      { body: { supportCode: null, mediaVersion: media, source: 'a'.repeat(32) } },
      near.key,
    )
  await newConsole()
  await newConsole()
  await expect(newConsole()).rejects.toMatchObject({ code: 'too_many_new', status: 429 })
})

test('a setting that is not allowed refuses every request, and the log names it in the words of the command', async () => {
  const worker = await startWorker(central.databaseUrl, { CITYGATE_NODE_LEASE: '5s' })
  onTestFinished(() => worker.close())
  for (let time = 0; time < 2; time++) {
    const answer = await fetch(`${worker.url}/v1/servers`)
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'not_ready' }])
  }
  expect(worker.lines.join('\n')).toContain(
    'CITYGATE_NODE_LEASE: \\"5s\\" is not allowed. Allowed: a time like 30s, 10m, 1h, 1d, from 15 s to 3600 s',
  )
})
