import { migrations } from '@citygate/schema/migrations'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/src/postgres.ts'
import { connect, prepareDatabase } from '../adapters/database.ts'
import { startCentral } from '../adapters/node.ts'
import { silent } from '../log.ts'
import { contracting, migrate } from './migrate.ts'

function testLog() {
  const warnings: unknown[][] = []
  return { ...silent, warnings, warn: (...line: unknown[]) => void warnings.push(line) }
}

test('instances that start at once on an empty database: one migrates, all go on', async () => {
  await using database = await testDatabase({ migrated: false })
  const instances = Array.from({ length: 6 }, () => connect(database.url, 1))
  const applied = await Promise.all(instances.map(({ db }) => migrate(db)))
  expect(applied.sort()).toEqual([0, 0, 0, 0, 0, migrations.length])
  const tables = await instances[0]?.db.execute(sql`select incarnation from meta`)
  expect(tables).toHaveLength(1)
  await Promise.all(instances.map(({ client }) => client.end()))
})

test('statements have an end on connections that begin behind it, unless an operator has set one himself', async () => {
  await using database = await testDatabase({ migrated: false })
  const limitOf = async () => {
    const { client } = connect(database.url, 1)
    const [row] = await client`show statement_timeout`
    await client.end()
    return row?.statement_timeout
  }
  expect(await limitOf()).toBe('0')
  expect(await prepareDatabase(database.url)).toBe(migrations.length)
  expect(await limitOf()).toBe('6s')
  const { client } = connect(database.url, 1)
  const [, name] = new URL(database.url).pathname.split('/')
  await client.unsafe(`alter role current_user in database ${name} set statement_timeout = '1min'`)
  await client.end()
  expect(await prepareDatabase(database.url)).toBe(0)
  expect(await limitOf()).toBe('1min')
})

test('a migration may take longer than other statements', async () => {
  await using database = await testDatabase({ migrated: false })
  const { client, db } = connect(database.url, 1)
  await client`set statement_timeout = '200ms'`
  const slow = [{ name: 'slow', statements: ['select pg_sleep(0.5)'] }]
  expect(await migrate(db, slow)).toBe(1)
  await client.end()
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

test('another text of a migration is refused by its name', async () => {
  await using database = await testDatabase()
  const { client, db } = connect(database.url, 1)
  const changed = migrations.map((m, i) => (i === 1 ? { ...m, statements: ['select 1'] } : m))
  await expect(migrate(db, changed)).rejects.toThrow('another text of the migration 0001_first')
  await client.end()
})

test('an earlier release goes on where a newer one has added, and stops where it has taken away', async () => {
  await using database = await testDatabase()
  const { client, db } = connect(database.url, 1)
  const added = [
    {
      name: '9001_greetings',
      statements: ["alter table players add column greeting text not null default 'hi'"],
    },
    { name: '9002_pets', statements: ['create table pets (id integer)'] },
  ]
  expect(await migrate(db, [...migrations, ...added])).toBe(2)

  const log = testLog()
  const start = () => startCentral({ databaseUrl: database.url, host: '127.0.0.1', port: 0, log })
  const earlier = await start()
  expect(log.warnings).toEqual([
    [
      { newer: ['9001_greetings', '9002_pets'] },
      'the database is from a newer release; what that has added is left alone',
    ],
  ])
  expect((await fetch(`${earlier.url}/v1/players`)).status).toBe(200)
  // Beside it, the newer one.
  expect(await migrate(db, [...migrations, ...added])).toBe(0)
  await earlier.close()

  const taken = { name: '9003_contract_weapon', statements: ['alter table players drop column weapon'] }
  expect(await migrate(db, [...migrations, ...added, taken])).toBe(1)
  await expect(start()).rejects.toThrow('taken away what this one needs: 9003_contract_weapon')
  await client.end()
})

/** Lower numbers are of the time before the first release: nobody has an earlier one. */
const unreleased = 20

test('a migration that takes away says so in its name', () => {
  const takesAway =
    /\bdrop\s+(table|column|view|constraint|type|default)|\brename\b|\bset\s+(not\s+null|data\s+type)|alter\s+column\s+\S+\s+type|add\s+column(?![^;]*\bdefault\b)[^;]*not\s+null|add\s+constraint/i
  const unnamed = migrations
    .slice(unreleased)
    .filter(
      ({ name, statements }) => !contracting.test(name) && statements.some((text) => takesAway.test(text)),
    )
  expect(unnamed.map(({ name }) => name)).toEqual([])
  // It does see them.
  expect(migrations.some(({ statements }) => statements.some((text) => takesAway.test(text)))).toBe(true)
})

test('presence does not outlive a crash, nor what is known of free places', async () => {
  await using database = await testDatabase()
  const { client } = connect(database.url, 1)
  const rows =
    await client`select relname from pg_class where relpersistence = 'u' and relkind = 'r' order by 1`
  expect(rows.map((row) => row.relname)).toEqual(['presence', 'presence_generation', 'server_room'])
  await client.end()
})
