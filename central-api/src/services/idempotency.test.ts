/** What is kept of answers, and for how long. */
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/src/postgres.ts'
import { connect } from '../adapters/database.ts'
import { silent } from '../log.ts'
import { settle } from './incarnation.ts'
import { purge } from './purge.ts'

test('kept answers go after a day, a thousand at a time, and one that is in use is left for later', async () => {
  await using database = await testDatabase()
  const { client, db } = connect(database.url, 3)
  const deps = { db, log: silent }
  await settle(deps)
  await client`insert into idempotency_keys (caller, key, request, status, answer, created_at)
    select 'node:x', n::text, 'hash', 200, '{}',
      clock_timestamp() - case when n <= 1500 then interval '25 hours' else interval '23 hours' end
    from generate_series(1, 1600) n`
  const left = async () => {
    const [found] = await client`select count(*)::int as n from idempotency_keys`
    return found?.n
  }
  await client.begin(async (other) => {
    await other`select 1 from idempotency_keys where key = '1' for update`
    await purge(deps)
    expect(await left()).toBe(600)
    await purge(deps)
    expect(await left()).toBe(101)
  })
  await purge(deps)
  expect(await left()).toBe(100)
  await client.end()
}, 60_000)
