/** The node's lock: last in the order, and what is decided under it (docs/locking.md). */
import { Problem } from '@citygate/schema/contract'
import { nodes } from '@citygate/schema/tables'
import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'

/**
 * Holds back a new start of the node until this transaction ends, and shares the node with others
 * who do the same. An epoch that central does not know is ahead of it: the database was restored, and
 * the node must register again.
 *
 * @throws Problem `epoch_superseded`, `incarnation_changed`
 */
export async function requireNewestEpoch(tx: Transaction, nodeId: string, epoch: number): Promise<void> {
  const [, [node]] = await inTurn(shareNode(tx, nodeId), readNewestEpoch(tx, nodeId))
  requireNewest(node, epoch)
}

export function shareNode(tx: Transaction, nodeId: string) {
  return tx.select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId)).for('share')
}

export function readNewestEpoch(tx: Transaction, nodeId: string) {
  return tx.select({ newest: nodes.newestEpoch }).from(nodes).where(eq(nodes.id, nodeId))
}

/** @throws Problem as `requireNewestEpoch` */
export function requireNewest(node: { readonly newest: number } | undefined, epoch: number): void {
  if (!node) throw new Problem('unauthorized', 'The key is unknown.')
  if (epoch < node.newest) throw new Problem('epoch_superseded')
  if (epoch > node.newest) {
    throw new Problem('incarnation_changed', `Central knows no epoch ${epoch} of this node: register again.`)
  }
}
