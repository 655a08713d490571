/** Deadlocks as Postgres has counted them. */
import postgres from 'postgres'
import { eventually } from '../../../../test/src/eventually.ts'

/**
 * Since the database was made. A connection tells its counts when it ends, if not before, so all others are
 * ended; central opens new ones.
 */
export async function deadlocksOf(databaseUrl: string): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`
    const [counted] = await eventually(
      () => sql`select deadlocks::int, (select count(*)::int from pg_stat_activity
          where datname = current_database() and backend_type = 'client backend') as connected
        from pg_stat_database where datname = current_database()`,
      ([found]) => found?.connected === 1,
    )
    if (counted?.connected !== 1) throw new Error(`${counted?.connected} connections have not ended`)
    return Number(counted.deadlocks)
  } finally {
    await sql.end()
  }
}
