/** Figures over time, as they change, and for Prometheus; who asks too often; traces. */
import { readFile } from 'node:fs/promises'
import {
  createOperatorKey,
  getMetrics,
  getStatsHistory,
  listNodes,
  syncNode,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../../test/src/eventually.ts'
import { testDatabase } from '../../../test/src/postgres.ts'
import { connect } from '../adapters/database.ts'
import { startCentral } from '../adapters/node.ts'
import { silent } from '../log.ts'
import { sampleStats } from '../services/stats-history.ts'
import { can, runtimes, type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { logIn, newHunter, syncBody } from '../testing/hunters.ts'

const refusal = (code: string) => expect.objectContaining({ code })

describe.each(runtimes)('over %s', (runtime) => {
  let central: TestCentral
  let node: TestNode

  beforeAll(async () => {
    central = await testCentral(runtime)
    node = await central.node()
  })
  afterAll(() => central[Symbol.asyncDispose]())

  describe('the history', () => {
    const history = (query: object) => central.call(getStatsHistory, { query })

    test('is sampled once a minute, however many instances try', async () => {
      const { client, db } = connect(central.databaseUrl, 4)
      await Promise.all(Array.from({ length: 6 }, () => sampleStats({ db, log: silent })))
      await client.end()
      const rows =
        await central.sql`select count(*)::int as n from stats_samples group by date_trunc('minute', at)`
      expect(rows.every(({ n }) => n === 1)).toBe(true)
      const { items } = await history({ step: '60' })
      expect(items.at(-1)).toMatchObject({ nodes: 1 })
    })

    test('is told in steps, each with the most that was seen', async () => {
      await central.sql`insert into stats_samples (at, players_online, nodes)
        select '2026-01-01T00:00:00Z'::timestamptz + make_interval(mins => i), i, 2 from generate_series(0, 9) i`
      const query = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T01:00:00Z' }
      expect((await history({ ...query, step: '5m' })).items).toEqual([
        { at: '2026-01-01T00:00:00Z', playersOnline: 4, nodes: 2 },
        { at: '2026-01-01T00:05:00Z', playersOnline: 9, nodes: 2 },
      ])
      expect((await history({ ...query, step: '1d' })).items).toHaveLength(1)
    })

    test.each([
      { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      { step: '1s' },
      { from: '2020-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z', step: '1m' },
      { step: 'soon' },
      { from: 'yesterday' },
    ])('%o is refused', async (query) => {
      await expect(history(query)).rejects.toEqual(refusal('bad_request'))
    })
  })

  describe('events', () => {
    async function* eventsOf(response: Response) {
      let text = ''
      for await (const chunk of response.body ?? []) {
        text += new TextDecoder().decode(chunk)
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const [, kind = '', data = 'null'] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
          text = text.slice(end + 2)
          yield { kind, data: JSON.parse(data) }
        }
      }
    }

    const told = can('events', runtime)
    test.runIf(told)('who only asks whether there are any takes nobody’s place', async () => {
      for (let asked = 0; asked < 501; asked++) await central.fetch('/v1/events', { method: 'HEAD' })
      const gone = new AbortController()
      const response = await central.fetch('/v1/events', { signal: gone.signal })
      expect(response.status).toBe(200)
      gone.abort()
    })

    if (!told) {
      test('are refused in words, and so are metrics', async () => {
        const events = await central.fetch('/v1/events')
        expect([events.status, await events.json()]).toMatchObject([501, { code: 'not_offered' }])
        const metrics = central.call(getMetrics, {}, central.operatorKey)
        await expect(metrics).rejects.toEqual(refusal('not_offered'))
      })
    }
    test.runIf(told)('come at once as things stand, and again when something changes', async () => {
      const gone = new AbortController()
      const response = await central.fetch('/v1/events', { signal: gone.signal })
      expect(response.headers.get('content-type')).toBe('text/event-stream')
      const events = eventsOf(response)
      const first = []
      for (let i = 0; i < 3; i++) first.push((await events.next()).value)
      expect(first.map((event) => event?.kind)).toEqual(['stats', 'nodes', 'servers'])
      expect(first[1]?.data.items).toMatchObject([{ id: node.nodeId, status: 'up' }])
      await central.call(syncNode, { body: syncBody(node.epoch, 1, { draining: true }) }, node.key)
      const next = (await events.next()).value
      expect(next).toMatchObject({ kind: 'nodes', data: { items: [{ status: 'draining' }] } })
      await events.return?.()
      gone.abort()
      await central.call(syncNode, { body: syncBody(node.epoch, 2) }, node.key)
    })
  })

  describe('metrics', () => {
    const counted = can('metrics', runtime)
    test.runIf(counted)('are for operators, and tell requests, transactions and the community', async () => {
      const { key } = await central.call(
        createOperatorKey,
        { body: { name: 'prometheus', role: 'read' } },
        central.operatorKey,
      )
      const load = { connections: 7, players: 3, cpu: 0.25, loopDelayMs: 12.5, memory: 64_000_000 }
      const journal = { waiting: 0, deadLetters: 0, latest: null }
      const report = { consistency: 'autonomous' as const, load, journal }
      await central.call(syncNode, { body: syncBody(node.epoch, 100, { report }) }, node.key)
      const hunter = await newHunter(central, node)
      await logIn(central, node, node, hunter)
      await central.call(listNodes, {})
      await (await central.fetch('/')).text()
      await central.sql`insert into mail (node_id, kind, body, written_at)
        values (${node.nodeId}, 'orders', '{}', clock_timestamp() - interval '90 seconds')`
      const read = (bearer: string) =>
        central.fetch(getMetrics.path, { headers: { authorization: `Bearer ${bearer}` } })
      expect((await read(node.key)).status).toBe(403)
      const response = await read(key)
      const text = await response.text()
      expect(response.headers.get('content-type')).toContain('version=0.0.4')
      expect(text).toMatch(
        /citygate_http_request_duration_seconds_count\{route="GET \/v1\/nodes",status="200"\} [1-9]/,
      )
      expect(text).toMatch(/citygate_transaction_duration_seconds_count\{outcome="committed"\} [1-9]/)
      expect(text).toMatch(
        /citygate_http_request_duration_seconds_count\{route="GET \/",status="200"\} [1-9]/,
      )
      expect(text).toMatch(/citygate_mail_waiting 1\n/)
      expect(Number(/^citygate_mail_lag_seconds (\S+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(90)
      expect(text).toMatch(/citygate_leases_live 1\n/)
      expect(text).toMatch(/citygate_nodes\{status="up"\} 1\n/)
      expect(text).toMatch(/citygate_node_sync_age_seconds\{node="a node [0-9a-f]{8}"\} [\d.e-]+\n/)
      for (const figure of ['connections', 'players', 'cpu_cores', 'loop_delay_seconds', 'memory_bytes']) {
        expect(text).toMatch(
          new RegExp(`citygate_node_${figure}\\{node="a node [0-9a-f]{8}"\\} [1-9\\d.]+\\n`),
        )
      }
      expect(text).toMatch(/citygate_node_loop_delay_seconds\{[^}]*\} 0\.0125\n/)
      for (const secret of [key, node.key, hunter.supportCode, hunter.capcomId]) {
        expect(text).not.toContain(secret)
      }
    })

    test.runIf(counted)('who waits for which rows is seen while he waits', async () => {
      const read = async () => {
        const headers = { authorization: `Bearer ${central.operatorKey}` }
        return (await central.fetch(getMetrics.path, { headers })).text()
      }
      const hunter = await newHunter(central, node)
      const tries = new AbortController()
      // A wait ends after three seconds, which a busy machine may take to look.
      const keepTrying = async () => {
        while (!tries.signal.aborted) await logIn(central, node, node, hunter).catch(() => {})
      }
      let waiting: Promise<unknown> = Promise.resolve()
      await central.sql.begin(async (other) => {
        await other`select 1 from players where capcom_id = ${hunter.capcomId} for update`
        waiting = keepTrying()
        const text = await eventually(read, (seen) => seen.includes('citygate_lock_waits{rows="players"} 1'))
        expect(text).toMatch(/citygate_lock_waits\{rows="players"\} 1\n/)
        expect(text).toMatch(/citygate_lock_wait_longest_seconds\{rows="players"\} \d/)
        expect(text).toMatch(/citygate_transactions_under_way [1-9]/)
        tries.abort()
      })
      await waiting
      const after = await eventually(read, (seen) => !seen.includes('citygate_lock_waits{rows="players"}'))
      expect(after).not.toContain('citygate_lock_waits{rows="players"}')
    })

    test.runIf(counted)('have the names that the page for operators tells', async () => {
      const headers = { authorization: `Bearer ${central.operatorKey}` }
      const text = await (await central.fetch(getMetrics.path, { headers })).text()
      const names = [...text.matchAll(/^# TYPE (citygate_\w+) /gm)].map(([, name = '']) => name)
      const page = await readFile(new URL('../../../docs/operating.md', import.meta.url), 'utf8')
      const told = [...page.matchAll(/^\s*\| `(citygate_\w+)/gm)].map(([, name = '']) => name)
      expect(told.sort()).toEqual(names.sort())
    })
  })

  test('a trace comes back with the answer', async () => {
    const traced = async (headers: Record<string, string>) =>
      (await central.fetch('/healthz', { headers })).headers.get('x-request-id')
    expect(await traced({ 'x-request-id': 'packet-7' })).toBe('packet-7')
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    expect(await traced({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })).toBe(trace)
    expect(await traced({ 'x-request-id': 'two words' })).toMatch(/^[0-9a-f-]{36}$/)
  })
})

test('strangers, nodes and wrong keys are limited apart, and told when to come back', async () => {
  await using database = await testDatabase()
  const limits = { public: 3, node: 2, 'wrong-key': 2 }
  const central = await startCentral({
    ...{ databaseUrl: database.url, host: '127.0.0.1', port: 0, log: silent, limits, limitOwnMachine: true },
  })
  try {
    const get = (path: string, key?: string) =>
      fetch(central.url + path, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } })
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await get('/v1/nodes')).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    expect((await get('/docs')).status).toBe(429)
    const refused = await get('/')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' })

    const own = central.operatorKey ?? ''
    expect((await get('/v1/audit', own)).status).toBe(200)
    const guesses = []
    for (let i = 0; i < 3; i++) guesses.push((await get('/v1/audit', `cgo_guess${i}`)).status)
    expect(guesses).toEqual([401, 401, 429])
    // Who calls within the process is nobody's neighbour.
    expect((await central.fetch(new Request(`${central.url}/v1/nodes`))).status).toBe(200)
  } finally {
    await central.close()
  }
})
