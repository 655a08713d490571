import { migrations } from '@citygate/schema/migrations'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/src/postgres.ts'
import { connect } from '../adapters/database.ts'
import { migrate } from './migrate.ts'

test('instances that start at once on an empty database: one migrates, all go on', async () => {
  await using database = await testDatabase({ migrated: false })
  const instances = Array.from({ length: 6 }, () => connect(database.url, 1))
  const applied = await Promise.all(instances.map(({ db }) => migrate(db)))
  expect(applied.sort()).toEqual([0, 0, 0, 0, 0, migrations.length])
  const tables = await instances[0]?.db.execute(sql`select incarnation from meta`)
  expect(tables).toHaveLength(1)
  await Promise.all(instances.map(({ client }) => client.end()))
})

test('a failing migration leaves nothing of itself', async () => {
  await using database = await testDatabase({ migrated: false })
  const { client, db } = connect(database.url, 1)
  const broken = [{ name: 'broken', statements: ['create table first (id integer)', 'create nonsense'] }]
  await expect(migrate(db, broken)).rejects.toThrow()
  expect(await client`select to_regclass('first') as name`).toEqual([{ name: null }])
  expect(await migrate(db)).toBe(migrations.length)
  await client.end()
})

test('a newer database and another text are refused by name', async () => {
  await using database = await testDatabase()
  const { client, db } = connect(database.url, 1)
  await expect(migrate(db, migrations.slice(0, -1))).rejects.toThrow('newer release')
  const changed = migrations.map((m, i) => (i === 1 ? { ...m, statements: ['select 1'] } : m))
  await expect(migrate(db, changed)).rejects.toThrow('another text of the migration 0001_first')
  await client.end()
})

test('presence does not outlive a crash', async () => {
  await using database = await testDatabase()
  const { client } = connect(database.url, 1)
  const rows =
    await client`select relname from pg_class where relpersistence = 'u' and relkind = 'r' order by 1`
  expect(rows.map((row) => row.relname)).toEqual(['presence', 'presence_generation'])
  await client.end()
})
