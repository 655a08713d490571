/** What every route has in common, on both runtimes. */
import {
  armTicket,
  createEnrolToken,
  enrolNode,
  getHealth,
  identifyConsole,
  ProblemDocument,
  registerNode,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runtimes, type TestCentral, type TestNode, testCentral } from '../testing/central.ts'

describe.each(runtimes)('over %s', (runtime) => {
  let central: TestCentral
  let node: TestNode

  beforeAll(async () => {
    central = await testCentral(runtime)
    node = await central.node()
  })
  afterAll(() => central[Symbol.asyncDispose]())

  async function refused(path: string, init?: RequestInit) {
    const response = await central.fetch(path, init)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const document = ProblemDocument.parse(await response.json())
    expect(document).toMatchObject({ status: response.status, title: expect.any(String) })
    return { ...document, headers: response.headers }
  }

  const post = (body: string | Uint8Array<ArrayBuffer> | null, key = node.key) => ({
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${key}` },
  })

  test('an unknown route is 404 with a problem document', async () => {
    expect(await refused('/v1/nothing')).toMatchObject({ status: 404, code: 'not_found' })
  })

  test('another method is 405 and names those that work', async () => {
    const refusal = await refused(armTicket.path, { method: 'DELETE' })
    expect(refusal).toMatchObject({ status: 405, code: 'method_not_allowed' })
    expect(refusal.headers.get('allow')).toBe('POST')
  })

  test('every wrong field is named', async () => {
    const body = JSON.stringify({ ticketHash: 'x', serverId: 0, extra: true })
    const refusal = await refused(armTicket.path, post(body))
    expect(refusal).toMatchObject({ status: 400, code: 'bad_request' })
    expect(refusal.errors?.map((error) => error.field).sort()).toEqual(['extra', 'serverId', 'ticketHash'])
  })

  test.each([
    ['no body', null],
    ['not JSON', '{'],
    ['not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['another type', '[]'],
  ])('%s is 400', async (_, body) => {
    expect(await refused(armTicket.path, post(body))).toMatchObject({ status: 400, code: 'bad_request' })
  })

  test('a query where none is taken is 400 and names it', async () => {
    const refusal = await refused(`${getHealth.path}?verbose=1`)
    expect(refusal).toMatchObject({ status: 400, errors: [{ in: 'query', field: 'verbose' }] })
  })

  test('a body above the limit is 413', async () => {
    const refusal = await refused(armTicket.path, post('x'.repeat(5 * 1024 * 1024)))
    expect(refusal).toMatchObject({ status: 413, code: 'body_too_large' })
  })

  test('no key, an unknown key and another kind of key are refused', async () => {
    expect(await refused(armTicket.path, { method: 'POST', body: '{}' })).toMatchObject({ status: 401 })
    expect(await refused(armTicket.path, post('{}', 'cgn_unknown'))).toMatchObject({ code: 'unauthorized' })
    expect(await refused(armTicket.path, post('{}', central.operatorKey))).toMatchObject({ status: 401 })
    expect(await refused(createEnrolToken.path, post('{}'))).toMatchObject({ code: 'forbidden' })
    expect(
      await refused(enrolNode.path, post(JSON.stringify({ name: 'x', keyHash: '0'.repeat(64) }))),
    ).toMatchObject({
      code: 'enrolment_refused',
    })
  })

  test('a world node may not present consoles', async () => {
    const world = await central.node({ roles: ['world'], servers: [] })
    expect(await refused(armTicket.path, post('{}', world.key))).toMatchObject({
      status: 403,
      code: 'forbidden',
    })
  })

  test('a failure inside is told without details, and logged with them', async () => {
    await central.sql`alter table servers rename column name to lost`
    const refusal = await refused(
      registerNode.path,
      post(
        JSON.stringify({
          ...{ name: 'x', roles: ['world'], software: 'x', servers: 'default' },
          ...{ opn: null, lmp: null, fmp: null, rfp: null },
        }),
      ),
    )
    await central.sql`alter table servers rename column lost to name`
    expect(refusal).toMatchObject({ status: 500, code: 'internal' })
    expect(JSON.stringify(refusal)).not.toContain('column')
    expect(central.log.lines.join()).toContain('a request failed')
  })

  test('the log of a failure inside has its statement, and none of its values', async () => {
    await central.sql`alter table consoles rename column media_version to lost`
    const shown = JSON.stringify({ supportCode: 'WSHOWNTONOBODY', mediaVersion: 'm' })
    expect(await refused(identifyConsole.path, post(shown))).toMatchObject({ code: 'internal' })
    await central.sql`alter table consoles rename column lost to media_version`
    const log = central.log.lines.join('\n')
    expect(log).toContain('identify_and_issue')
    expect(log).toContain('media_version')
    expect(log).not.toContain('WSHOWNTONOBODY')
  })

  test('what would never end is ended: a search that only reads, and a step of a log-in', async () => {
    const stuck = 'pg_sleep(3600)::text is not null'
    await central.sql.unsafe(`
      alter table meta rename to meta_itself;
      create view meta as select * from meta_itself where ${stuck};
      create function sleep() returns trigger language plpgsql as $$ begin perform ${stuck}; return new; end $$;
      create trigger sleep before insert on consoles for each row execute function sleep()`)
    const shown = JSON.stringify({ supportCode: null, mediaVersion: 'm' })
    const refusals = await Promise.all([
      refused('/v1/players?name=x'),
      refused(identifyConsole.path, post(shown)),
    ])
    await central.sql.unsafe(`
      drop trigger sleep on consoles; drop function sleep(); drop view meta; alter table meta_itself rename to meta`)
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ status: 503, code: 'busy' })
      expect(refusal.headers.get('retry-after')).toBe('1')
    }
    expect((await central.fetch('/v1/players?name=x')).status).toBe(200)
  })

  test('a database that is lost in the middle of a write leaves it in doubt, and says so', async () => {
    await central.sql.unsafe(`
      create function die() returns trigger language plpgsql as $$
        begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
      create constraint trigger dying after insert on enrol_tokens deferrable initially deferred
        for each row execute function die();
      create constraint trigger dying after insert on consoles deferrable initially deferred
        for each row execute function die()`)
    const shown = JSON.stringify({ supportCode: null, mediaVersion: 'm' })
    const refusals = [
      await refused(createEnrolToken.path, post('{}', central.operatorKey)),
      await refused(identifyConsole.path, post(shown)),
    ]
    await central.sql.unsafe(
      'drop trigger dying on enrol_tokens; drop trigger dying on consoles; drop function die()',
    )
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ status: 503, code: 'in_doubt' })
      expect(refusal.headers.get('retry-after')).toBe('2')
    }
  })

  test('rows that stay held by others are an honest 503', async () => {
    await central.sql.begin(async (other) => {
      await other`lock table servers in access exclusive mode`
      const refusal = await refused('/v1/servers')
      expect(refusal).toMatchObject({ status: 503, code: 'busy' })
      expect(refusal.headers.get('retry-after')).toBe('1')
    })
  })
})
