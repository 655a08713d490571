/**
 * How many consoles and hunters an entry node may create in an hour, and how many come from one place: whoever runs a
 * node, or connects to one, cannot fill the tables (shared-state.md, "What a stranger's node can and cannot do").
 */
import { Problem } from '@citygate/schema/contract'
import { creations, meta, nodes } from '@citygate/schema/tables'
import { eq, sql } from 'drizzle-orm'
import type { Transaction } from '../db/database.ts'
import type { CreationLimits } from '../deps.ts'

/** Far above a launch night of one community. A console has six hunters. */
const usual: CreationLimits = { perNode: 10_000, perSource: 30 }
const huntersOfAConsole = 6

export interface Creator {
  readonly nodeId: string
  /** Told by the node: stands for a shortened address; null for its own machine and network. */
  readonly source: string | null
}

/**
 * Counts one creation, and undoes it with the transaction, whose last lock it is: all of a node's meet at one row. Of the node itself nothing is asked where it is the
 * operator's own; of a place, all entry nodes are counted together.
 *
 * @throws Problem `too_many_new`
 */
export async function countCreation(
  tx: Transaction,
  limits: CreationLimits = usual,
  kind: 'console' | 'hunter',
  { nodeId, source }: Creator,
): Promise<void> {
  const times = kind === 'hunter' ? huntersOfAConsole : 1
  const hour = sql`date_trunc('hour', clock_timestamp())`
  // The hash that the node made is hashed once more, with what only this database knows.
  const from = sql`encode(sha256(convert_to((select m.incarnation::text from ${meta} m) || ${source ?? ''}::text, 'UTF8')), 'hex')`
  const counted = await tx.execute<{ source: string; made: number }>(sql`
    insert into ${creations} (hour, node_id, kind, source, made)
    select ${hour}, ${nodeId}::uuid, ${kind}, of.source, 1
    from (select ${from} as source where ${source !== null} union all select '') of order by of.source desc
    on conflict (hour, node_id, kind, source) do update set made = ${creations.made} + 1
    returning source, made`)
  const own = counted.find((row) => row.source === '')
  if (own && limits.perNode > 0 && own.made > limits.perNode * times && !(await isOwn(tx, nodeId))) {
    throw new Problem('too_many_new', `This node has created its ${limits.perNode * times} of this hour.`)
  }
  if (source === null || limits.perSource === 0) return
  const [all] = await tx
    .select({ made: sql<number>`coalesce(sum(${creations.made}), 0)::int` })
    .from(creations)
    .where(sql`${creations.hour} = ${hour} and ${creations.kind} = ${kind} and ${creations.source} = ${from}`)
  if (all && all.made > limits.perSource * times) {
    throw new Problem('too_many_new', `${limits.perSource * times} of this hour have come from there.`)
  }
}

async function isOwn(tx: Transaction, nodeId: string): Promise<boolean> {
  const [node] = await tx.select({ own: nodes.ownMachine }).from(nodes).where(eq(nodes.id, nodeId))
  return node?.own ?? false
}
