/** The node's lock: last in the order, and what is decided under it (docs/locking.md). */
import { Problem } from '@citygate/schema/contract'
import { nodes } from '@citygate/schema/tables'
import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { Alarm } from '../db/transaction.ts'
import { away, requirePresent } from './absence.ts'
import { moved, noteAhead, requireSettled } from './incarnation.ts'

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
  return tx.select(epochColumns).from(nodes).where(eq(nodes.id, nodeId))
}

/** What decides about an epoch. Fences and cursors are told together with one, and so belong to its incarnation. */
export const epochColumns = { id: nodes.id, newest: nodes.newestEpoch, floor: nodes.epochFloor, moved, away }

export interface Known {
  readonly id: string
  readonly newest: number
  readonly floor: number
  readonly moved: boolean
  readonly away: boolean
}

/** @throws Problem as `requireNewestEpoch` */
export function requireNewest(node: Known | undefined, epoch: number): void {
  if (!node) throw new Problem('unauthorized', 'The key is unknown.')
  requireSettled(node.moved)
  requirePresent(node.away)
  if (epoch > node.newest) {
    throw ahead('incarnation_changed', node.id, `epoch ${epoch}, where central knows ${node.newest}`)
  }
  if (epoch <= node.floor) {
    throw new Problem('incarnation_changed', 'Central’s database was restored: register again.')
  }
  if (epoch < node.newest) throw new Problem('epoch_superseded')
}

/**
 * A fence that central has never given: not obeyed, and an alarm.
 *
 * @throws Problem `fence_lost`
 */
export function requireNotAhead(nodeId: string, fence: number, known: number | undefined): void {
  if (known !== undefined && fence > known) {
    throw ahead('fence_lost', nodeId, `fence ${fence}, where central knows ${known}`)
  }
}

/** The refusal of a node that knows what central does not. */
export function ahead(code: 'incarnation_changed' | 'fence_lost', nodeId: string, what: string): Alarm {
  const detail = `Central’s database is older than this node’s memory: ${what}.`
  return new Alarm(code, detail, (deps) => noteAhead(deps, nodeId, what))
}
