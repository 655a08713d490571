import { nodes } from '@citygate/schema/tables'
import { eq, sql } from 'drizzle-orm'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/src/postgres.ts'
import { openDatabase } from '../db/database.ts'
import { inRoute, withRoute } from './route-comment.ts'

test('a statement names its route, and is still planned once', async () => {
  await using database = await testDatabase()
  const client = postgres(database.url, { max: 1, onnotice: () => {} })
  const db = openDatabase(client, withRoute)
  const ask = (id: string) =>
    db.transaction((tx) => tx.select({ name: nodes.name }).from(nodes).where(eq(nodes.name, id)))
  for (const route of ['one', 'other']) {
    for (let round = 0; round < 3; round++) await inRoute(route, () => ask(`${round}`))
  }
  const kept = await client`select statement from pg_prepared_statements
    where statement like '/* route:%' order by prepare_time`
  expect(kept.map(({ statement }) => statement.replace(/select.*/, ''))).toEqual([
    '/* route:one */ ',
    '/* route:other */ ',
  ])
  const shown = sql`select query from pg_stat_activity where pid = pg_backend_pid()`
  const [seen] = await inRoute('claimSession', async () => await db.execute<{ query: string }>(shown))
  expect(seen?.query).toMatch(/^\/\* route:claimSession \*\/ select query/)
  await client.end()
})
