/** Every route with every refusal that can be provoked from outside: each is in the reference, with its status. */
import { type Endpoint, ProblemDocument } from '@citygate/schema/contract'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryLimits } from '../adapters/limits.ts'
import { createApp } from '../app.ts'
import { openDatabase } from '../db/database.ts'
import type { Deps } from '../deps.ts'
import { silent } from '../log.ts'
import { endpoints, openApi } from '../openapi.ts'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { routes } from './index.ts'
import { takesKey } from './keyed.ts'

let central: TestCentral
let node: TestNode
let worldOnly: TestNode
let readKey: string

beforeAll(async () => {
  central = await testCentral('embedded')
  node = await central.node()
  worldOnly = await central.node({ roles: ['world'], servers: [] })
  const made = await central.fetch('/v1/operator-keys', {
    method: 'POST',
    headers: { authorization: `Bearer ${central.operatorKey}` },
    body: JSON.stringify({ name: 'reader', role: 'read' }),
  })
  readKey = ((await made.json()) as { key: string }).key
})
afterAll(() => central[Symbol.asyncDispose]())

const served = routes.map(({ endpoint }) => endpoint)

/** Somebody who may call it, as far as keys go. */
function keyFor({ caller }: Endpoint): string | null {
  if (caller === 'public') return null
  if (caller === 'operator') return central.operatorKey
  return caller === 'enrolment' ? 'cge_unknown' : node.key
}

/** A path whose ids are of the right form, and of nothing that there is. */
function pathOf({ path }: Endpoint): string {
  const id = '00000000-0000-4000-8000-000000000000'
  const values: Record<string, string> = {
    capcomId: 'ZZZZZZ',
    other: 'YYYYYY',
    slot: '1',
    server: '999',
    gate: '1',
  }
  return path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? id)
}

/** What the reference says of it: code by status. */
function listed({ path, method }: Endpoint): Map<number, readonly string[]> {
  const operation = openApi().paths[path]?.[method.toLowerCase()] as {
    responses: Record<string, { 'x-problem-codes'?: readonly string[] }>
  }
  const known = Object.entries(operation.responses)
  return new Map(known.map(([status, { 'x-problem-codes': codes = [] }]) => [Number(status), codes]))
}

/** Fails where the answer is no refusal of the reference; gives its code, or null where it was none. */
async function provoke(endpoint: Endpoint, path: string, init: RequestInit): Promise<string | null> {
  const response = await central.fetch(path, { method: endpoint.method, ...init })
  if (response.ok) {
    await response.body?.cancel()
    return null
  }
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const document = ProblemDocument.parse(await response.json())
  const { code, status } = document
  expect(document.status).toBe(response.status)
  const where = `${endpoint.method} ${endpoint.path}`
  expect({ where, code, listed: listed(endpoint).get(status)?.includes(code) ?? false }).toEqual({
    ...{ where, code },
    listed: true,
  })
  return code
}

const bearer = (key: string | null): Record<string, string> =>
  key === null ? {} : { authorization: `Bearer ${key}` }

test('the reference is of the routes that are served, and of no others', () => {
  expect(served.map(({ name }) => name).sort()).toEqual(endpoints.map(({ name }) => name).sort())
})

describe.each(served)('$method $path', (endpoint) => {
  const { method, caller } = endpoint
  const ask = (headers: Record<string, string> = {}, body: string | null = '{}', path = pathOf(endpoint)) =>
    provoke(endpoint, path, {
      headers: { ...bearer(keyFor(endpoint)), 'if-match': '*', ...headers },
      ...(endpoint.body === undefined ? {} : { body }),
    })

  test('keys', async () => {
    if (caller === 'public') return
    expect(await provoke(endpoint, pathOf(endpoint), endpoint.body ? { body: '{}' } : {})).toBe(
      'unauthorized',
    )
    if (caller !== 'enrolment') expect(await ask({ authorization: 'Bearer unknown' })).toBe('unauthorized')
    if (caller === 'operator') expect(await ask(bearer(node.key))).toBe('forbidden')
    if (caller === 'operator' && endpoint.role !== 'read')
      expect(await ask(bearer(readKey))).toBe('forbidden')
    if (caller === 'entry') expect(await ask(bearer(worldOnly.key))).toBe('forbidden')
  })

  test('form', async () => {
    // What comes of ids that nobody has, or of an empty body.
    await ask()
    expect(await ask({}, '{}', `${pathOf(endpoint)}?nonsense=1`)).toBe('bad_request')
    if (endpoint.params) {
      expect(await ask({}, '{}', endpoint.path.replace(/\{\w+\}/g, '_-_'))).toBe('bad_request')
    }
    if (endpoint.versioned && method !== 'GET') {
      expect(await ask({ 'if-match': 'nonsense' })).toBe('bad_request')
      const unversioned = { headers: bearer(keyFor(endpoint)), body: await smallest(endpoint) }
      expect(await provoke(endpoint, pathOf(endpoint), unversioned)).toBe('version_needed')
    }
    if (takesKey(endpoint) && endpoint.body === undefined) {
      expect(await ask({ 'idempotency-key': 'with space' })).toBe('bad_request')
    }
    if (endpoint.body === undefined) return
    expect(await ask({}, '{')).toBe('bad_request')
    expect(await ask({}, '{"nonsense":1}')).toBe('bad_request')
    expect(await ask({ 'content-type': 'multipart/form-data; boundary=x' })).toBe('unsupported_media_type')
    expect(await ask({ 'content-encoding': 'gzip' })).toBe('unsupported_media_type')
    expect(await ask({}, 'x'.repeat(4 * 1024 * 1024 + 1))).toBe('body_too_large')
  })

  test('other methods', async () => {
    const path = pathOf(endpoint)
    const refused = await central.fetch(path, { method: 'TRACEROUTE' })
    expect(ProblemDocument.parse(await refused.json())).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
    })
    const allowed = refused.headers.get('allow')?.split(', ') ?? []
    expect(allowed).toContain(method)
    for (const other of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const response = await central.fetch(path, { method: other })
      await response.body?.cancel()
      expect({ other, works: response.status !== 405 }).toEqual({ other, works: allowed.includes(other) })
    }
  })
})

/** Central in this process, with other surroundings. */
async function askApp(deps: Partial<Deps>, databaseUrl: string, endpoint: Endpoint, times: number) {
  const client = postgres(databaseUrl, { max: 1, connect_timeout: 2, onnotice: () => {} })
  const app = createApp({ db: openDatabase(client), log: silent, ...deps })
  try {
    const init = {
      method: endpoint.method,
      headers: { ...bearer(keyFor(endpoint)), 'if-match': '*' },
      ...(endpoint.body === undefined ? {} : { body: '{}' }),
    }
    let response = new Response()
    for (let time = 0; time < times; time++) {
      response = await app.request(pathOf(endpoint), init)
      if (time < times - 1) await response.body?.cancel()
    }
    if (response.ok) {
      await response.body?.cancel()
      return null
    }
    const { code, status } = ProblemDocument.parse(await response.json())
    expect(listed(endpoint).get(status)).toContain(code)
    return code
  } finally {
    await client.end({ timeout: 0 })
  }
}

/** Answered from memory, or before anything is asked of the database. */
const withoutDatabase = ['getHealth', 'getOpenApi', 'getMetrics', 'streamEvents', 'enrolNode']

test('without a database every route that needs one says so', async () => {
  const nowhere = 'postgres://nobody@127.0.0.1:1/nowhere'
  for (const endpoint of served.filter(({ name }) => !withoutDatabase.includes(name))) {
    const code = await askApp({}, nowhere, endpoint, 1)
    // What can be refused by its form alone is.
    const first =
      endpoint.caller === 'public' && endpoint.params !== undefined
        ? ['bad_request', 'not_ready']
        : ['not_ready']
    expect({ name: endpoint.name, code }).toEqual({ name: endpoint.name, code: expect.toBeOneOf(first) })
  }
}, 120_000)

test('who asks too often is told so on every route', async () => {
  for (const endpoint of served) {
    const limits = memoryLimits({ public: 1, node: 1, 'wrong-key': 1 })
    const deps = { limits, addressOf: () => '203.0.113.9' }
    const code = await askApp(deps, central.databaseUrl, endpoint, 2)
    const limited = endpoint.caller !== 'operator'
    expect({ name: endpoint.name, limited: code === 'rate_limited' }).toEqual({
      name: endpoint.name,
      limited,
    })
  }
}, 120_000)

/** A body of the right form, for the few writes with versions. */
async function smallest({ name }: Endpoint): Promise<string> {
  return JSON.stringify(name === 'rollBackPlayer' ? { version: 1 } : { name: 'X' })
}
