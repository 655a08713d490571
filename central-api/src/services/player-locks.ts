/** The locks of one hunter: the player, then the lease (docs/locking.md). */
import { leases, players } from '@citygate/schema/tables'
import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/database.ts'

export function lockPlayer(tx: Transaction, capcomId: string) {
  return tx
    .select({ id: players.capcomId })
    .from(players)
    .where(eq(players.capcomId, capcomId))
    .for('no key update')
}

export function lockLease(tx: Transaction, capcomId: string) {
  return tx
    .select({ id: leases.capcomId })
    .from(leases)
    .where(eq(leases.capcomId, capcomId))
    .for('no key update')
}
