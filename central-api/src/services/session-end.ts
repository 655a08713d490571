/** An operator ends sessions: the fence rises, nobody holds the player, and who did is told what to say to him. */
import { leases, players, presence } from '@citygate/schema/tables'
import { asc, eq, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import type { Wake } from '../db/transaction.ts'
import { among } from './holds.ts'
import { writeLetter } from './mail.ts'

type Lease = typeof leases.$inferSelect

/** Players and then their leases, ascending. A claim waits for these locks. */
export async function lockPlayers(tx: Transaction, capcomIds: readonly string[]): Promise<void> {
  const lock = (column: PgColumn, table: typeof players | typeof leases) =>
    tx
      .select({ id: column })
      .from(table)
      .where(among(column, capcomIds))
      .orderBy(asc(column))
      .for('no key update')
  await lock(players.capcomId, players)
  await lock(leases.capcomId, leases)
}

/**
 * Ends the sessions of these players, whether their holders live or not. Under the locks of `lockPlayers`.
 * Gives those that were held.
 */
export async function endSessions(
  tx: Transaction,
  capcomIds: readonly string[],
  text: string,
  wake: Wake,
): Promise<Lease[]> {
  const found = await tx
    .select()
    .from(leases)
    .where(among(leases.capcomId, capcomIds))
    .orderBy(asc(leases.capcomId))
  const held = found.filter(({ nodeId }) => nodeId !== null)
  for (const { capcomId, fence, nodeId } of held) {
    if (nodeId === null) continue
    await tx
      .update(leases)
      .set({
        ...{ nodeId: null, lastNodeId: null, epoch: null, serverId: null, login: null },
        ...{ fence: fence + 1, seenAt: now },
      })
      .where(eq(leases.capcomId, capcomId))
    // Nobody sees it under the old fence; a sync that just writes it does not make a ban of several wait.
    await tx.execute(sql`delete from ${presence} where capcom_id in (
      select capcom_id from ${presence} where capcom_id = ${capcomId} and fence <= ${fence} for update skip locked)`)
    await writeLetter(tx, nodeId, { kind: 'kick', capcomId, fence, text }, wake)
  }
  return held
}
