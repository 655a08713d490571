import { Problem } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/src/postgres.ts'
import { silent } from '../log.ts'
import { openDatabase } from './database.ts'
import { transact, transactAtOnce } from './transaction.ts'

test('a database that is lost in the commit is no promise that nothing was done', async () => {
  await using database = await testDatabase()
  const client = postgres(database.url, { max: 1, onnotice: () => {} })
  await client.unsafe(`
    create table notes (text text);
    create function die() returns trigger language plpgsql as $$
      begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
    create constraint trigger dying after insert on notes deferrable initially deferred
      for each row when (new.text = 'deferred') execute function die();
    create constraint trigger dead after insert on notes
      for each row when (new.text = 'at once') execute function die()`)
  await client.end()
  const inTheWork = await write(database.url, 'at once')
  expect(inTheWork).toBeInstanceOf(Problem)
  expect(inTheWork.code).toBe('not_ready')
  const inTheCommit = await write(database.url, 'deferred')
  expect(inTheCommit).toBeInstanceOf(Problem)
  expect(inTheCommit.code).toBe('in_doubt')
  expect(await write(database.url, 'kept')).toBeNull()
})

test('a database that is lost in work of one statement is no promise either; one that was never reached is', async () => {
  await using database = await testDatabase()
  const client = postgres(database.url, { max: 1, onnotice: () => {} })
  await client.unsafe(`
    create table notes (text text);
    create function die() returns trigger language plpgsql as $$
      begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
    create constraint trigger dying after insert on notes deferrable initially deferred
      for each row when (new.text = 'deferred') execute function die()`)
  await client.end()
  const inTheCommit = await write(database.url, 'deferred', transactAtOnce)
  expect(inTheCommit).toBeInstanceOf(Problem)
  expect(inTheCommit.code).toBe('in_doubt')
  // A port on which nothing listens.
  const unreached = await write('postgres://nobody@127.0.0.1:1/nowhere', 'lost', transactAtOnce)
  expect(unreached).toBeInstanceOf(Problem)
  expect(unreached.code).toBe('not_ready')
  expect(await write(database.url, 'kept', transactAtOnce)).toBeNull()
})

/** Resolves to what the caller is told; null when it was written. */
async function write(url: string, text: string, within: typeof transactAtOnce = transact) {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  const deps = { db: openDatabase(client), log: silent }
  const work = within(deps, (tx) => tx.execute(sql`insert into notes values (${text})`))
  const told = await work.then(
    () => null,
    (error) => error,
  )
  await client.end({ timeout: 1 })
  return told
}
