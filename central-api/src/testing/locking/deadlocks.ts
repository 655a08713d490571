/** Deadlocks as Postgres has counted them. */
import postgres from 'postgres'
import { eventually } from '../../../../test/src/eventually.ts'

/**
 * Since the database was made. A connection tells its counts when it ends, if not before, so all that are there
 * are ended; central opens new ones.
 */
export async function deadlocksOf(databaseUrl: string): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    const ended = await sql`select pid, pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`
    const pids = ended.map(({ pid }) => Number(pid))
    await eventually(
      () => sql`select pid from pg_stat_activity where pid in ${sql([0, ...pids])}`,
      ({ length }) => length === 0,
    )
    const [counted] =
      await sql`select deadlocks::int from pg_stat_database where datname = current_database()`
    return Number(counted?.deadlocks)
  } finally {
    await sql.end()
  }
}
