/** Figures of this moment, and whether log-ins would work. */
import {
  type getReadiness,
  type getStats,
  type NodeItem,
  type Output,
  Problem,
  type Server,
} from '@citygate/schema/contract'
import { meta, nodeEpochs } from '@citygate/schema/tables'
import { now } from '../db/clock.ts'
import type { Tx } from '../db/database.ts'
import { readDirectory } from './directory.ts'
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
  const [row] = await tx.select({ at: now.mapWith(nodeEpochs.renewedAt) }).from(meta)
  if (!row) throw new Error('the table meta has no row')
  return row.at.toISOString()
}

/**
 * Log-ins work when consoles would be shown an entry node and a game server with room.
 *
 * @throws Problem `not_ready` saying which of the two is missing
 */
export async function readReadiness(tx: Tx): Promise<Output<typeof getReadiness>> {
  const directory = await readDirectory(tx)
  const entryNodes = directory.entries.length
  if (entryNodes === 0) throw new Problem('not_ready', 'No entry node takes log-ins now')
  const servers = directory.servers.filter(({ status }) => status === 'up').length
  if (servers === 0) throw new Problem('not_ready', 'No game server has room now')
  return { status: 'ready', entryNodes, servers }
}
