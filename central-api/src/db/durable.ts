/** Whether what the database says is done is on its disk: what central acknowledges has to survive any crash. */
import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'

/** @throws Error in words where it is not */
export async function requireDurable(db: Database): Promise<void> {
  const [found] = await db.execute<{ setting: string; name: string }>(
    sql`select current_setting('synchronous_commit') as setting, current_database() as name`,
  )
  if (found?.setting !== 'off') return
  throw new Error(
    `synchronous_commit is off: a crash would take back what players were told is kept. Allowed: on, local, remote_write, remote_apply. ALTER DATABASE "${found.name}" SET synchronous_commit = on`,
  )
}
