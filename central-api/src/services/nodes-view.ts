/** What the public sees of nodes: never an address, never a key. */
import { type NodeItem, NodeReport, readKnown } from '@citygate/schema/contract'
import { livePresence, nodeEpochs, nodes, servers } from '@citygate/schema/tables'
import { and, asc, count, eq, sql, sum } from 'drizzle-orm'
import { now } from '../db/clock.ts'
import type { Tx } from '../db/database.ts'
import { holdsInALease, staleAfter, usualTimes } from '../times.ts'

/** As it was renewed last; a grace that was added is not counted. */
const lease = sql`least(${nodeEpochs.expiresAt} - ${nodeEpochs.renewedAt},
  ${(holdsInALease * usualTimes.syncMost) / 1000}::float8 * interval '1 second')`

/** Every enrolled node, oldest first. */
export async function listNodes(tx: Tx): Promise<NodeItem[]> {
  const counted = tx
    .select({ nodeId: livePresence.nodeId, population: count().as('population') })
    .from(livePresence)
    .groupBy(livePresence.nodeId)
    .as('counted')
  const carried = tx
    .select({ nodeId: servers.nodeId, capacity: sum(servers.capacity).as('capacity') })
    .from(servers)
    .groupBy(servers.nodeId)
    .as('carried')
  const rows = await tx
    .select({
      id: nodes.id,
      name: nodes.name,
      entry: sql<boolean>`coalesce(${nodeEpochs.entry}, ${nodes.entry})`,
      world: sql<boolean>`coalesce(${nodeEpochs.world}, ${nodes.world})`,
      status: sql<NodeItem['status']>`case
        when ${nodeEpochs.expiresAt} > ${now} is not true then 'down'
        when ${nodeEpochs.renewedAt} + ${lease} * ${staleAfter}::float8 <= ${now} then 'stale'
        when ${nodeEpochs.draining} then 'draining'
        else 'up' end`,
      population: sql<number>`coalesce(${counted.population}, 0)::int`,
      capacity: sql<number>`coalesce(${carried.capacity}, 0)::int`,
      reportedAt: nodeEpochs.renewedAt,
      report: nodeEpochs.report,
    })
    .from(nodes)
    .leftJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, nodes.id), eq(nodeEpochs.epoch, nodes.newestEpoch)))
    .leftJoin(counted, eq(counted.nodeId, nodes.id))
    .leftJoin(carried, eq(carried.nodeId, nodes.id))
    .orderBy(asc(nodes.enrolledAt), asc(nodes.id))
  return rows.map(({ entry, world, reportedAt, report, ...node }) => ({
    ...node,
    ...loadOf(report),
    roles: [...(entry ? (['entry'] as const) : []), ...(world ? (['world'] as const) : [])],
    reportedAt: reportedAt?.toISOString() ?? null,
  }))
}

/** As the node told it last; `reportedAt` says when that was. */
function loadOf(report: unknown): Pick<NodeItem, 'load'> {
  const load = readKnown(NodeReport, report).data?.load
  return load ? { load } : {}
}
