import { nodes, tickets } from '@citygate/schema/tables'
import { eq, sql } from 'drizzle-orm'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/src/postgres.ts'
import { openDatabase, plannedEachTime } from './database.ts'

test('what is asked often is planned once, with and without parameters, in and outside of transactions', async () => {
  await using database = await testDatabase()
  const client = postgres(database.url, { max: 1, onnotice: () => {} })
  const db = openDatabase(client)
  for (let round = 0; round < 2; round++) {
    await db
      .select({ id: nodes.id })
      .from(nodes)
      .where(eq(nodes.name, `${round}`))
    await db.transaction(async (tx) => {
      await tx.select({ hash: tickets.hash }).from(tickets)
      await tx.execute(sql`select ${round}::int`)
    })
  }
  const kept = await client`select statement from pg_prepared_statements order by prepare_time`
  const texts = kept.map(({ statement }) => statement)
  for (const wanted of [/from "nodes"/, /from "tickets"/, /^select \$1::int$/]) {
    expect(texts.filter((text) => wanted.test(text))).toHaveLength(1)
  }
  await client.end()
})

test('several statements in one text are still one message', async () => {
  await using database = await testDatabase({ migrated: false })
  const client = postgres(database.url, { max: 1, onnotice: () => {} })
  const db = openDatabase(client)
  await db.execute(sql.raw('create table a (n int); insert into a values (1)'))
  expect(await db.execute(sql`select n from a`)).toEqual([{ n: 1 }])
  await client.end()
})

test('what says so is planned each time', async () => {
  await using database = await testDatabase({ migrated: false })
  const client = postgres(database.url, { max: 1, onnotice: () => {} })
  const db = openDatabase(client)
  expect(await db.execute(sql`select ${plannedEachTime} ${1}::int as n`)).toEqual([{ n: 1 }])
  expect(await client`select from pg_prepared_statements where statement like '%as n'`).toHaveLength(0)
  await client.end()
})
