/** How often a node calls, and how long its lease is: three calls long, at least. */
import { nodeEpochs, nodes } from '@citygate/schema/tables'
import { type SQL, sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import { times } from './times.ts'

/** A call that says nothing: one statement for the node's key, one for the call. */
const statementsOfACall = 2
const dayMs = 86_400_000

/**
 * Milliseconds until the next call: 0 where central holds calls. Elsewhere, so that all nodes together stay
 * within their part of what the runtime allows in a day.
 */
export function nextSyncMs({ wakeups }: Deps): SQL<number> {
  if (wakeups) return sql<number>`0`
  const perNode = (dayMs * statementsOfACall) / (times.statementsADay * times.partForSyncs)
  const live = sql`(select count(*) from ${nodes} n join ${nodeEpochs} e on e.node_id = n.id and e.epoch = n.newest_epoch
    where e.expires_at > clock_timestamp())`
  return sql<number>`least(${times.syncMost}::float8, greatest(${times.syncLeast}::float8, ceil(${live} * ${perNode}::float8)))`
}

/** Milliseconds that the lease lives from a call on. */
export function leaseMs(deps: Deps): SQL<number> {
  if (deps.wakeups) return sql<number>`${times.nodeLease}::float8`
  return sql<number>`greatest(${times.nodeLease}::float8, 3 * ${nextSyncMs(deps)})`
}

export function leaseEnd(deps: Deps): SQL<Date> {
  return sql<Date>`clock_timestamp() + ${leaseMs(deps)} * interval '1 millisecond'`
}
