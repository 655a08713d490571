import type { City, Gate, NodeItem, Server } from '@citygate/schema/contract'
import { servers } from '@citygate/schema/tables'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { connect } from '../adapters/database.ts'
import { createApp } from '../app.ts'
import { silent } from '../log.ts'
import { runtimes } from '../testing/central.ts'
import { openRealm, type Realm } from '../testing/realm.ts'

type List<T> = { items: T[]; next: null }

/** As fresh as the answer is. */
const reportedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)

describe.each(runtimes)('the public routes (%s)', (runtime) => {
  let realm: Realm
  let attic: string
  let closet: string

  beforeAll(async () => {
    realm = await openRealm(runtime)
    attic = await realm.node('attic', 2)
    closet = await realm.node('closet', 0)
    const city = { server: 1, gate: 3, city: 7 }
    await realm.hunter({ name: 'Lead', at: { ...city, leader: true, inQuest: true } })
    await realm.hunter({ name: 'Two', at: { ...city, inQuest: true } })
    await realm.hunter({ name: 'Three', at: city })
    await realm.hunter({ name: 'Four', at: city })
    await realm.hunter({ name: 'Alone', at: { ...city, city: 8, leader: true } })
    await realm.hunter({ name: 'Waiting', at: { server: 1, gate: 3 } })
    await realm.hunter({ name: 'Lobby', at: { server: 1 } })
    await realm.hunter({ name: 'Away' })
  })
  afterAll(() => realm[Symbol.asyncDispose]())

  it('GET /v1/players/{capcomId}', async () => {
    expect(await realm.get('/v1/players/000000')).toMatchObject({ name: 'Lead', location: { inQuest: true } })
    expect((await realm.refused('/v1/players/ZZZZZZ')).code).toBe('player_not_found')
  })

  it('GET /v1/servers', async () => {
    expect(await realm.get<List<Server>>('/v1/servers')).toEqual({
      items: [
        {
          id: 1,
          name: 'Valor1',
          type: 'open',
          population: 7,
          capacity: 2000,
          region: null,
          status: 'up',
          node: { id: attic, name: 'attic' },
          reportedAt,
        },
        expect.objectContaining({ id: 2, population: 0, status: 'up' }),
      ],
      next: null,
    })
  })

  it('GET /v1/servers/{server}/gates: a gate counts its cities too', async () => {
    const { items } = await realm.get<List<Gate>>('/v1/servers/1/gates')
    expect(items).toHaveLength(40)
    expect(items[0]).toEqual({
      id: 1,
      name: 'City Gate1',
      population: 0,
      capacity: 100,
      state: 'empty',
      reportedAt,
    })
    expect(items[2]).toEqual({
      id: 3,
      name: 'City Gate3',
      population: 6,
      capacity: 100,
      state: 'joinable',
      reportedAt,
    })
  })

  it('GET /v1/servers/{server}/gates/{gate}/cities', async () => {
    const { items } = await realm.get<List<City>>('/v1/servers/1/gates/3/cities')
    expect(items).toHaveLength(40)
    const none = { population: 0, capacity: 4, state: 'empty', leader: null, inQuest: 0, reportedAt }
    expect(items[0]).toEqual({ id: 1, name: 'City1', ...none })
    expect(items[6]).toEqual({
      id: 7,
      name: 'City7',
      population: 4,
      capacity: 4,
      state: 'full',
      leader: { capcomId: '000000', name: 'Lead' },
      inQuest: 2,
      reportedAt,
    })
    expect(items[7]).toMatchObject({ population: 1, state: 'joinable', leader: { name: 'Alone' } })
  })

  it('GET /v1/nodes', async () => {
    expect(await realm.get<List<NodeItem>>('/v1/nodes')).toEqual({
      items: [
        {
          id: attic,
          name: 'attic',
          roles: ['entry', 'world'],
          status: 'up',
          population: 7,
          capacity: 4000,
          reportedAt,
        },
        expect.objectContaining({ id: closet, population: 0, capacity: 0 }),
      ],
      next: null,
    })
  })

  it('GET /v1/stats', async () => {
    expect(await realm.get('/v1/stats')).toEqual({
      playersOnline: 7,
      servers: 2,
      nodes: 2,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
  })

  it('GET /healthz, /readyz and /openapi.json', async () => {
    expect(await realm.get('/healthz')).toEqual({ status: 'ok' })
    expect(await realm.get('/readyz')).toEqual({ status: 'ready', entryNodes: 2, servers: 2 })
    expect(await realm.get('/openapi.json')).toMatchObject({ openapi: '3.1.1' })
  })

  it.each([
    ['/v1/players?limit=0', 'query', 'limit'],
    ['/v1/players?limit=101', 'query', 'limit'],
    ['/v1/players?limit=1e1', 'query', 'limit'],
    ['/v1/players?online=yes', 'query', 'online'],
    ['/v1/players?name=', 'query', 'name'],
    [`/v1/players?name=${'x'.repeat(32)}`, 'query', 'name'],
    ['/v1/players?name=a%00', 'query', 'name'],
    ['/v1/players?capcomId=a1b2c3', 'query', 'capcomId'],
    ['/v1/players?weapon=bow', 'query', 'weapon'],
    ['/v1/players?sort=age', 'query', 'sort'],
    ['/v1/players?minRank=-1', 'query', 'minRank'],
    ['/v1/players?maxRank=99999999999', 'query', 'maxRank'],
    ['/v1/players?server=0', 'query', 'server'],
    ['/v1/players?gate=x', 'query', 'gate'],
    ['/v1/players?city=65536', 'query', 'city'],
    ['/v1/players?cursor=nonsense', 'query', 'cursor'],
    ['/v1/players?page=2', 'query', 'page'],
    ['/v1/players?name=a&name=b', 'query', 'name'],
    ['/v1/players?online=true&sort=rank&online=true', 'query', 'online'],
    ['/v1/players/abc', 'path', 'capcomId'],
    ['/v1/servers?limit=1', 'query', 'limit'],
    ['/v1/servers/x/gates', 'path', 'server'],
    ['/v1/servers/1/gates/0/cities', 'path', 'gate'],
    ['/v1/nodes?x=1', 'query', 'x'],
  ])('refuses %s and names what is wrong', async (path, where, field) => {
    const problem = await realm.refused(path)
    expect(problem).toMatchObject({ status: 400, code: 'bad_request' })
    expect(problem.errors).toEqual([{ in: where, field, detail: expect.stringMatching(/./) }])
  })

  it.each([
    ['/v1/servers/3/gates', 'server_not_found'],
    ['/v1/servers/3/gates/1/cities', 'server_not_found'],
    ['/v1/servers/1/gates/41/cities', 'gate_not_found'],
    ['/v1/nothing', 'not_found'],
  ])('%s is a 404 %s', async (path, code) => {
    expect(await realm.refused(path)).toMatchObject({ status: 404, code })
  })

  it('are open to tools in browsers, refusals too, and are not kept', async () => {
    for (const path of ['/v1/players', '/v1/players?limit=0', '/v1/servers/1/gates', '/openapi.json']) {
      const { headers } = await realm.fetch(path, { headers: { Origin: 'https://tool.example' } })
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('cache-control')).toBe('no-store')
    }
    const asked = { Origin: 'https://tool.example', 'Access-Control-Request-Method': 'GET' }
    const before = await realm.fetch('/v1/players', { method: 'OPTIONS', headers: asked })
    expect(before.status).toBe(204)
    expect(before.headers.get('access-control-allow-methods')).toBe('GET,HEAD')
  })

  it('do not open the writing that has the same path', async () => {
    const { headers } = await realm.fetch('/v1/nodes', { method: 'POST' })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it('/ shows how things are and finds hunters', async () => {
    const page = await (await realm.fetch('/')).text()
    expect(page).toContain('7 hunters online')
    expect(page).toContain('Valor2')
    const found = await (await realm.fetch('/?name=lea')).text()
    expect(found).toContain('Valor1 · City Gate3 · City7, on a quest')
    for (const wrong of ['/?name=lea&cursor=x', `/?name=${'x'.repeat(32)}`, '/?name=a%00']) {
      const response = await realm.fetch(wrong)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('<p class="down">')
    }
  })

  it('/docs can be read', async () => {
    const response = await realm.fetch('/docs')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await response.text()).toContain('GET /v1/players')
  })

  it('nothing here was a failure of the app', () => {
    expect(realm.log.lines.filter((line) => line.startsWith('a request failed'))).toEqual([])
  })
})

describe('how nodes and servers are', () => {
  let realm: Realm
  let node: string
  const nodeStatus = async () =>
    (await realm.get<List<NodeItem>>('/v1/nodes')).items.map((each) => each.status)
  const serverStatus = async () =>
    (await realm.get<List<Server>>('/v1/servers')).items.map((each) => each.status)

  beforeEach(async () => {
    realm = await openRealm()
    node = await realm.node('attic', 1)
    await realm.hunter({ at: { server: 1, gate: 1 } })
    return () => realm[Symbol.asyncDispose]()
  })

  it('is up, then stale, then down with everything on it', async () => {
    expect([await nodeStatus(), await serverStatus()]).toEqual([['up'], ['up']])
    await realm.silence(node, 46)
    expect([await nodeStatus(), await serverStatus()]).toEqual([['stale'], ['up']])
    await realm.silence(node, 14)
    expect([await nodeStatus(), await serverStatus()]).toEqual([['down'], ['down']])
    expect(await realm.get('/v1/stats')).toMatchObject({ playersOnline: 0, servers: 0, nodes: 0 })
    const { items } = await realm.get<List<Gate>>('/v1/servers/1/gates')
    expect(items[0]).toMatchObject({ population: 0, state: 'empty' })
    expect(await realm.refused('/readyz')).toMatchObject({ status: 503, code: 'not_ready' })
  })

  it('is draining', async () => {
    await realm.drain(node)
    expect([await nodeStatus(), await serverStatus()]).toEqual([['draining'], ['draining']])
    expect((await realm.refused('/readyz')).code).toBe('not_ready')
  })

  it('is full', async () => {
    await realm.db.update(servers).set({ capacity: 1, gateCapacity: 1 }).where(eq(servers.id, 1))
    expect(await serverStatus()).toEqual(['full'])
    const { items } = await realm.get<List<Gate>>('/v1/servers/1/gates')
    expect(items[0]).toMatchObject({ population: 1, capacity: 1, state: 'full' })
    expect((await realm.refused('/readyz')).detail).toContain('game server')
  })

  it('is down before anything was enrolled, and the page says so', async () => {
    await using empty = await openRealm()
    expect(await empty.get('/v1/servers')).toEqual({ items: [], next: null })
    expect(await empty.get('/v1/nodes')).toEqual({ items: [], next: null })
    expect(await empty.get('/v1/players')).toEqual({ items: [], next: null })
    expect((await empty.refused('/readyz')).detail).toContain('entry node')
    expect(await (await empty.fetch('/')).text()).toContain('0 hunters online')
  })

  it('is asked of the database under the name of the route or page', async () => {
    const { client, db } = connect('postgres://postgres@127.0.0.1:1/none', 1)
    const named: string[] = []
    const inRoute = <T>(route: string, work: () => T) => {
      named.push(route)
      return work()
    }
    const app = createApp({ db, log: silent, inRoute })
    for (const path of ['/', '/v1/nodes']) await app.request(path)
    expect(named).toEqual(['statusPage', 'listNodes'])
    await client.end()
  })

  it('cannot be told without a database, and that is said', async () => {
    const { client, db } = connect('postgres://postgres@127.0.0.1:1/none', 1)
    const app = createApp({ db, log: silent })
    for (const path of ['/readyz', '/v1/players', '/']) {
      const response = await app.request(path)
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(await response.json()).toMatchObject({ code: 'not_ready' })
    }
    expect((await app.request('/healthz')).status).toBe(200)
    await client.end()
  })
})
