/** The same write asked for again: done once, answered twice. */
import { createBan, listAudit, listBans } from '@citygate/schema/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runtimes, type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { newHunter } from '../testing/hunters.ts'

describe.each(runtimes)('over %s', (runtime) => {
  let central: TestCentral
  let node: TestNode
  let capcomId: string

  beforeAll(async () => {
    central = await testCentral(runtime)
    node = await central.node()
    capcomId = (await newHunter(central, node)).capcomId
  })
  afterAll(() => central[Symbol.asyncDispose]())

  const post = async (path: string, body: object, key: string, bearer = central.operatorKey) => {
    const headers = { authorization: `Bearer ${bearer}`, 'idempotency-key': key }
    const response = await central.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const ban = (reason: string, key: string) =>
    post(createBan.path, { kind: 'player', subject: capcomId, reason }, key)
  const bansFor = async (reason: string) => {
    const query = { subject: capcomId, limit: '200' }
    const { items } = await central.call(listBans, { query }, central.operatorKey)
    return items.filter((one) => one.reason === reason).length
  }

  test('the answer comes again, and nothing is written a second time', async () => {
    const first = await ban('again', 'key-1')
    expect(first.status).toBe(200)
    expect(await ban('again', 'key-1')).toEqual(first)
    expect(await bansFor('again')).toBe(1)
    await ban('again', 'key-2')
    expect(await bansFor('again')).toBe(2)
  })

  test('many at once are one write', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ban('at once', 'key-3')))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(await bansFor('at once')).toBe(1)
  })

  test('another body, another path: refused; another caller: his own key', async () => {
    await ban('mine', 'key-4')
    expect(await ban('not mine', 'key-4')).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    })
    const elsewhere = await post('/v1/announcements', { text: 'hello' }, 'key-4')
    expect(elsewhere.body.code).toBe('idempotency_key_reused')
    const other = await post('/v1/operator-keys', { name: 'other', role: 'own' }, 'key-5')
    const his = await post('/v1/announcements', { text: 'hello' }, 'key-4', String(other.body.key))
    expect(his.status).toBe(200)
  })

  test('a refusal is not kept', async () => {
    const unknown = { kind: 'player', subject: 'ZZZZZZ', reason: 'x' }
    expect((await post(createBan.path, unknown, 'key-6')).status).toBe(404)
    await central.sql`update players set capcom_id = 'ZZZZZZ' where capcom_id = ${capcomId}`
    await central.sql`update leases set capcom_id = 'ZZZZZZ' where capcom_id = ${capcomId}`
    expect((await post(createBan.path, unknown, 'key-6')).status).toBe(200)
    await central.sql`update players set capcom_id = ${capcomId} where capcom_id = 'ZZZZZZ'`
    await central.sql`update leases set capcom_id = ${capcomId} where capcom_id = 'ZZZZZZ'`
  })

  test('while the first is under way the second is told so', async () => {
    const { operatorId } = (
      await central.sql`select id as "operatorId" from operator_keys order by created_at limit 1`
    )[0] as { operatorId: string }
    const [answer] = await central.sql.begin(async (sql) => {
      await sql`insert into idempotency_keys (caller, key, request) values (${`operator:${operatorId}`}, 'key-7', 'x')`
      return [await ban('meanwhile', 'key-7')]
    })
    expect(answer).toMatchObject({ status: 409, body: { code: 'still_running' } })
  })

  test('an answer that holds a secret is made anew, and nothing of it is kept', async () => {
    const make = () => post('/v1/operator-keys', { name: 'n', role: 'read' }, 'key-8')
    const [one, two] = [await make(), await make()]
    expect(one.body.key).not.toBe(two.body.key)
    expect(await central.sql`select key from idempotency_keys where key = 'key-8'`).toEqual([])
  })

  test('a key that is none is refused by name', async () => {
    expect((await ban('x', 'with space')).body).toMatchObject({ code: 'bad_request' })
    const deeds = await central.call(listAudit, { query: { limit: '1' } }, central.operatorKey)
    expect(deeds.items).toHaveLength(1)
  })
})
