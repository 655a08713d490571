/** Game servers move only on proof: here it is an operator's word, or the node's own. */
import {
  type releaseServers as endpoint,
  type Output,
  type releaseOwnServers as ownEndpoint,
  Problem,
} from '@citygate/schema/contract'
import { directory, nodes, presence, servers } from '@citygate/schema/tables'
import { asc, eq, sql } from 'drizzle-orm'
import type { Transaction } from '../db/database.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { audit } from './audit.ts'
import { bumpDirectory } from './directory.ts'

/** @throws Problem `node_not_found` */
export async function releaseServers(
  deps: Deps,
  operatorId: string,
  nodeId: string,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx, wake) => {
    await lockServers(tx)
    if ((await tx.$count(nodes, eq(nodes.id, nodeId))) === 0) throw new Problem('node_not_found')
    const released = await release(tx, nodeId, wake)
    await audit(tx, `operator:${operatorId}`, 'release-servers', nodeId, { servers: released })
    return { released }
  })
}

/**
 * By the node itself: its newest start ends too. An epoch is used up without a row, so that whoever
 * still calls with an older one is superseded.
 */
export async function releaseOwn(deps: Deps, nodeId: string): Promise<Output<typeof ownEndpoint>> {
  return transact(deps, async (tx, wake) => {
    await lockServers(tx)
    await tx.select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId)).for('no key update')
    await tx
      .update(nodes)
      .set({ newestEpoch: sql`${nodes.newestEpoch} + 1` })
      .where(eq(nodes.id, nodeId))
    await tx.delete(presence).where(eq(presence.nodeId, nodeId))
    const released = await release(tx, nodeId, wake)
    await audit(tx, `node:${nodeId}`, 'release-servers', nodeId, { servers: released })
    return { released }
  })
}

/** All game servers, as a registration does: which ones the node carries is decided behind the lock. */
async function lockServers(tx: Transaction): Promise<void> {
  await tx.select({ id: servers.id }).from(servers).orderBy(asc(servers.id)).for('no key update')
  await tx.select({ id: directory.id }).from(directory).for('no key update')
}

async function release(tx: Transaction, nodeId: string, wake: Wake): Promise<number[]> {
  const released = await tx
    .update(servers)
    .set({ nodeId: null, epoch: null })
    .where(eq(servers.nodeId, nodeId))
    .returning({ id: servers.id })
  if (released.length > 0) await bumpDirectory(tx, wake)
  return released.map(({ id }) => id).sort((a, b) => a - b)
}
