/** Every change of a hunter, as it left him: written in the transaction of the change, under his lock. */
import { players } from '@citygate/schema/tables'
import { sql } from 'drizzle-orm'
import type { Transaction } from '../db/database.ts'

/**
 * Writes the hunter as he stands now into his history, under a version of its own.
 *
 * @param actor as in the audit log
 */
export function keepVersion(tx: Transaction, capcomId: string, actor: string, change: 'name' | 'rollback') {
  return tx.execute(sql`select keep_version(${capcomId}, ${actor}, ${change})`)
}

/** For an update of `players` that changes name or settings. */
export const nextVersion = sql`${players.version} + 1`
