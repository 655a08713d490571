/** The database handle that adapters build and everything else is given. */
import * as tables from '@citygate/schema/tables'
import type { ExtractTablesWithRelations } from 'drizzle-orm'
import type { PgDatabase, PgTransaction } from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'

type Relations = ExtractTablesWithRelations<typeof tables>

export type Database = PostgresJsDatabase<typeof tables>

/** All queries of a transaction go through it: the handle itself would use another connection. */
export type Transaction = PgTransaction<PostgresJsQueryResultHKT, typeof tables, Relations>

/** For functions that only read: a transaction, or the handle. */
export type Tx = PgDatabase<PostgresJsQueryResultHKT, typeof tables, Relations>

export function openDatabase(client: Sql): Database {
  return drizzle(client, { schema: tables })
}
