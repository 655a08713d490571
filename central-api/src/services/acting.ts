/** A node acts for a player it holds: whose rows are locked, and what is true before anything is decided. */
import { Problem } from '@citygate/schema/contract'
import { leases, nodeEpochs, nodes, players } from '@citygate/schema/tables'
import { and, asc, eq, gt, inArray } from 'drizzle-orm'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { requireNewestEpoch, requireNotAhead } from './epochs.ts'

export interface Acting {
  readonly nodeId: string
  readonly epoch: number
  readonly fence: number
  readonly capcomId: string
}

/** What both sides of a relation need to know of a player. */
export interface Person {
  readonly capcomId: string
  readonly name: Uint8Array
  readonly deniesRequests: boolean
}

/**
 * Locks the players, ascending, and then the acting player's lease; his fence is checked under it. A
 * claim waits for these locks, so nobody changes hands until the transaction ends.
 *
 * @throws Problem `fence_lost`, `epoch_superseded`, `incarnation_changed`
 */
export async function actFor(
  tx: Transaction,
  { nodeId, epoch, fence, capcomId }: Acting,
  others: readonly string[] = [],
): Promise<readonly Person[]> {
  const people = inArray(players.capcomId, [capcomId, ...others])
  await tx
    .select({ id: players.capcomId })
    .from(players)
    .where(people)
    .orderBy(asc(players.capcomId))
    .for('no key update')
  const ownLease = eq(leases.capcomId, capcomId)
  await tx.select({ id: leases.capcomId }).from(leases).where(ownLease).for('no key update')
  await requireNewestEpoch(tx, nodeId, epoch)
  const [lease] = await tx.select().from(leases).where(ownLease)
  requireNotAhead(nodeId, fence, lease?.fence)
  if (lease?.nodeId !== nodeId || lease.epoch !== epoch || lease.fence !== fence) {
    throw new Problem('fence_lost')
  }
  return tx
    .select({ capcomId: players.capcomId, name: players.name, deniesRequests: players.deniesRequests })
    .from(players)
    .where(people)
}

/**
 * The same for something between two: the acting player first.
 *
 * @throws Problem as `actFor`, `player_not_found`, `bad_request` (both are the same)
 */
export async function actBetween(
  tx: Transaction,
  acting: Acting,
  other: string,
): Promise<{ readonly actor: Person; readonly other: Person }> {
  if (acting.capcomId === other) {
    const detail = 'must be another hunter'
    throw new Problem('bad_request', `path other: ${detail}`, [{ in: 'path', field: 'other', detail }])
  }
  const people = await actFor(tx, acting, [other])
  const find = (capcomId: string) => people.find((person) => person.capcomId === capcomId)
  const [actor, found] = [find(acting.capcomId), find(other)]
  if (!actor || !found) throw new Problem('player_not_found')
  return { actor, other: found }
}

/** The live node that holds a player, if any. Under the player's lock it stays so. */
export async function holderOf(tx: Transaction, capcomId: string): Promise<string | null> {
  const [holder] = await tx
    .select({ nodeId: nodes.id })
    .from(leases)
    .innerJoin(nodes, and(eq(nodes.id, leases.nodeId), eq(nodes.newestEpoch, leases.epoch)))
    .innerJoin(
      nodeEpochs,
      and(
        eq(nodeEpochs.nodeId, leases.nodeId),
        eq(nodeEpochs.epoch, leases.epoch),
        gt(nodeEpochs.expiresAt, now),
      ),
    )
    .where(eq(leases.capcomId, capcomId))
  return holder?.nodeId ?? null
}
