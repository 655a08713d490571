/**
 * Brings the database to the newest form, safely when several instances start at once: the list of
 * applied migrations is locked, and the second finds everything done. No advisory lock: Hyperdrive
 * has none (docs/decisions/0022-migrations.md).
 */
import { type Migration, migrations } from '@citygate/schema/migrations'
import { sql } from 'drizzle-orm'
import { sha256 } from '../hash.ts'
import type { Database, Transaction } from './database.ts'
import { limits } from './limits.ts'
import { codeOf } from './postgres-errors.ts'

/**
 * Of a migration that takes something away which earlier releases use: it follows one release after that which
 * stopped to use it. An earlier release does not start behind it; it starts behind any other.
 */
export const contracting = /_contract(_|$)/

/**
 * Returns how many migrations were applied now. Where a newer release has only added to the database, `tellNewer`
 * hears of its migrations, and this release goes on beside it or in its place.
 *
 * @throws Error in words when a newer release has taken something away, or other texts made the database
 */
export async function migrate(
  db: Database,
  all: readonly Migration[] = migrations,
  tellNewer: (names: readonly string[]) => void = () => {},
): Promise<number> {
  const wanted = await Promise.all(
    all.map(async (migration) => ({ ...migration, hash: await sha256(migration.statements.join('\n')) })),
  )
  await createList(db)
  return db.transaction(async (tx) => {
    await tx.execute(
      sql`select set_config('lock_timeout', '60000', true), set_config('statement_timeout', '0', true)`,
    )
    await tx.execute(sql`lock table citygate_migrations in access exclusive mode`)
    const applied = await readList(tx)
    const newer = applied.slice(wanted.length).map(({ name }) => name)
    for (const [position, { name, hash }] of applied.slice(0, wanted.length).entries()) {
      if (wanted[position]?.hash === hash) continue
      throw new Error(`the database was made by another text of the migration ${name}`)
    }
    const gone = newer.find((name) => contracting.test(name))
    if (gone !== undefined) {
      throw new Error(
        `the database is from a newer release, which has taken away what this one needs: ${gone}`,
      )
    }
    if (newer.length > 0) tellNewer(newer)
    const missing = wanted.slice(applied.length)
    for (const [index, { name, hash, statements }] of missing.entries()) {
      for (const statement of statements) await tx.execute(sql.raw(statement))
      const position = applied.length + index
      await tx.execute(
        sql`insert into citygate_migrations (position, name, hash) values (${position}, ${name}, ${hash})`,
      )
    }
    await boundRole(tx)
    return missing.length
  })
}

/**
 * Each statement of the role that migrates has an end, in this database and on connections that begin from now on, unless an
 * operator has set a limit himself: a search and a step of a log-in are no transactions of several statements that could set one
 * (docs/decisions/0139-every-statement-has-an-end.md). Where a role may not set its own defaults, it goes on without.
 */
async function boundRole(tx: Transaction): Promise<void> {
  await tx.execute(
    sql.raw(`do $$ begin
      if (select reset_val from pg_settings where name = 'statement_timeout') = '0' then
        execute format('alter role current_user in database %I set statement_timeout = ${limits.statement}', current_database());
      end if;
    exception when insufficient_privilege then null;
    end $$`),
  )
}

async function readList(tx: Transaction): Promise<readonly { name: string; hash: string }[]> {
  return tx.execute<{ name: string; hash: string }>(
    sql`select name, hash from citygate_migrations order by position`,
  )
}

/** `if not exists` is not safe against another instance's: its loser fails on the catalogue's own unique index. */
async function createList(db: Database): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await db.execute(sql`create table if not exists citygate_migrations (
        position integer primary key,
        name text not null,
        hash text not null,
        applied_at timestamptz not null default clock_timestamp()
      )`)
      return
    } catch (error) {
      const lost = ['23505', '42P07', '42710', 'XX000'].includes(codeOf(error) ?? '')
      if (!lost || attempt === 5) throw error
    }
  }
}
