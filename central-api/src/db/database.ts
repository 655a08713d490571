/** The database handle that adapters build and everything else is given. */
import * as tables from '@citygate/schema/tables'
import { type ExtractTablesWithRelations, sql } from 'drizzle-orm'
import type { PgDatabase, PgTransaction } from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import type { Sql, TransactionSql } from 'postgres'

type Relations = ExtractTablesWithRelations<typeof tables>

export type Database = PostgresJsDatabase<typeof tables>

/** All queries of a transaction go through it: the handle itself would use another connection. */
export type Transaction = PgTransaction<PostgresJsQueryResultHKT, typeof tables, Relations>

/** For functions that only read: a transaction, or the handle. */
export type Tx = PgDatabase<PostgresJsQueryResultHKT, typeof tables, Relations>

type Label = (text: string) => string

/** @param label changes a statement’s text on its way out, the same way each time */
export function openDatabase(client: Sql, label: Label = (text) => text): Database {
  return drizzle(prepareAll(client, label), { schema: tables })
}

/**
 * Drizzle hands its statements over as `unsafe`, and says that they are not to be prepared: two round trips
 * each, planned every time, and behind Hyperdrive they may hang. Statements are few and their texts fixed
 * (lists go as one JSON parameter), so that all are prepared.
 */
function prepareAll(client: Sql, label: Label): Sql {
  const begin = client.begin.bind(client)
  return Object.assign(prepareUnsafe(client, label), {
    begin: (run: (scoped: TransactionSql) => unknown) => begin((scoped) => run(prepareUnsafe(scoped, label))),
  })
}

function prepareUnsafe<T extends Pick<Sql, 'unsafe'>>(client: T, label: Label): T {
  const unsafe = client.unsafe.bind(client)
  return Object.assign(client, {
    unsafe: ((text, parameters, options) =>
      unsafe(
        label(text),
        parameters,
        isOne(text) ? { ...options, ...asPrepared } : options,
      )) as Sql['unsafe'],
  })
}

/** `simple`: the driver's word for one message without parameters, which is planned each time. */
const asPrepared = { prepare: true, simple: false }

/**
 * In the text of a statement whose best plan depends on what is asked: a plan for any part of a name would
 * serve rare ones by reading everything.
 */
export const plannedEachTime = sql.raw('/* planned each time */')

/** What Postgres can prepare: one statement that reads or writes rows. */
function isOne(text: string): boolean {
  if (text.includes('/* planned each time */')) return false
  return /^\s*(select|insert|update|delete|with)\b/i.test(text) && !text.includes(';')
}
