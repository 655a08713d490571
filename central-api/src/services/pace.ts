/** How often a node calls, and how long its lease is: three calls long, at least. */
import { nodeEpochs, nodes } from '@citygate/schema/tables'
import { type SQL, sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import { holdsInALease, usualTimes } from '../times.ts'

/** A call that says nothing: one statement for the node's key, one for the call. */
const statementsOfACall = 2
const dayMs = 86_400_000

/** What the runtime's cheapest plan allows in a day, and the part of it that is for calls which say nothing. */
const statementsADay = 100_000
const partForSyncs = 0.6

/**
 * Milliseconds until the next call: 0 where central holds calls. Elsewhere, so that all nodes together stay
 * within their part of what the runtime allows in a day.
 */
export function nextSyncMs({ wakeups, times = usualTimes }: Deps): SQL<number> {
  if (wakeups) return sql<number>`0`
  const perNode = (dayMs * statementsOfACall) / (statementsADay * partForSyncs)
  const live = sql`(select count(*) from ${nodes} n join ${nodeEpochs} e on e.node_id = n.id and e.epoch = n.newest_epoch
    where e.expires_at > clock_timestamp())`
  return sql<number>`least(${times.syncMost}::float8, greatest(${times.syncLeast}::float8, ceil(${live} * ${perNode}::float8)))`
}

/** Milliseconds that the lease lives from a call on. */
export function leaseMs(deps: Deps): SQL<number> {
  const { nodeLease } = deps.times ?? usualTimes
  if (deps.wakeups) return sql<number>`${nodeLease}::float8`
  return sql<number>`greatest(${nodeLease}::float8, ${holdsInALease}::int * ${nextSyncMs(deps)})`
}

export function leaseEnd(deps: Deps): SQL<Date> {
  return sql<Date>`clock_timestamp() + ${leaseMs(deps)} * interval '1 millisecond'`
}
