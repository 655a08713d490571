/** Figures of this moment, and whether log-ins would work. */
import {
  type getReadiness,
  type getStats,
  type NodeItem,
  type Output,
  Problem,
  type Server,
} from '@citygate/schema/contract'
import { meta, nodeEpochs, nodes } from '@citygate/schema/tables'
import { and, eq, gt, isNotNull, sql } from 'drizzle-orm'
import type { Tx } from '../db/database.ts'
import { listNodes } from './nodes-view.ts'
import { listServers } from './servers-view.ts'

type Stats = Output<typeof getStats>

/** `servers` and `nodes` count those that are not down. */
export async function readStats(tx: Tx): Promise<Stats> {
  return { ...figures(await listServers(tx), await listNodes(tx)), at: await clock(tx) }
}

export function figures(servers: readonly Server[], nodes: readonly NodeItem[]): Omit<Stats, 'at'> {
  return {
    playersOnline: nodes.reduce((sum, node) => sum + node.population, 0),
    servers: servers.filter(({ status }) => status !== 'down').length,
    nodes: nodes.filter(({ status }) => status !== 'down').length,
  }
}

async function clock(tx: Tx): Promise<string> {
  const [row] = await tx.select({ at: sql`clock_timestamp()`.mapWith(nodeEpochs.renewedAt) }).from(meta)
  if (!row) throw new Error('the table meta has no row')
  return row.at.toISOString()
}

/**
 * Log-ins work when a live entry node takes them in and a game server has room for them.
 *
 * @throws Problem `not_ready` saying which of the two is missing
 */
export async function readReadiness(tx: Tx): Promise<Output<typeof getReadiness>> {
  const entryNodes = await tx.$count(
    tx
      .select({ id: nodes.id })
      .from(nodes)
      .innerJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, nodes.id), eq(nodeEpochs.epoch, nodes.newestEpoch)))
      .where(
        and(
          nodeEpochs.entry,
          eq(nodeEpochs.draining, false),
          isNotNull(nodeEpochs.lmp),
          gt(nodeEpochs.expiresAt, sql`clock_timestamp()`),
        ),
      ),
  )
  if (entryNodes === 0) throw new Problem('not_ready', 'No entry node takes log-ins now')
  const servers = (await listServers(tx)).filter(({ status }) => status === 'up').length
  if (servers === 0) throw new Problem('not_ready', 'No game server has room now')
  return { status: 'ready', entryNodes, servers }
}
