/** Game servers move only on proof: here it is an operator's word. */
import { type releaseServers as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { directory, nodes, servers } from '@citygate/schema/tables'
import { asc, eq } from 'drizzle-orm'
import { transact } from '../db/transaction.ts'
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
    const carried = eq(servers.nodeId, nodeId)
    await tx
      .select({ id: servers.id })
      .from(servers)
      .where(carried)
      .orderBy(asc(servers.id))
      .for('no key update')
    await tx.select({ id: directory.id }).from(directory).for('no key update')
    if ((await tx.$count(nodes, eq(nodes.id, nodeId))) === 0) throw new Problem('node_not_found')
    const released = await tx
      .update(servers)
      .set({ nodeId: null, epoch: null })
      .where(carried)
      .returning({ id: servers.id })
    if (released.length > 0) await bumpDirectory(tx, wake)
    const ids = released.map(({ id }) => id).sort((a, b) => a - b)
    await audit(tx, `operator:${operatorId}`, 'release-servers', nodeId, { servers: ids })
    return { released: ids }
  })
}
