/**
 * Central was away: itself, its database, or the way to it. Nodes could not renew their leases meanwhile, and that is
 * not their fault (shared-state.md, "Leases and fences"; docs/decisions/0112-after-an-absence.md).
 *
 * Nobody needs to run for central to know it: every call of a node keeps the time in one row, to some seconds. After
 * a silence in which a lease may have run out, whoever comes first gives every node that lived before it one lease
 * more, and only then does what he came for.
 */
import { heartbeat, nodeEpochs, nodes } from '@citygate/schema/tables'
import { type SQL, sql } from 'drizzle-orm'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { DoFirst, transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { holdsInALease, usualTimes as times } from '../times.ts'

const seconds = (ms: number) => sql.raw(`interval '${ms / 1000} seconds'`)

/** No more than one call in so many milliseconds writes the row. */
const beatEveryMs = 5000

/**
 * Whether a lease may have run out while nobody could renew it. A node calls three times in a lease; so half a lease
 * without any call is longer than nodes that reach central leave it alone, and shorter than what is left of a lease.
 */
export const away = sql<boolean>`central_was_away()`

/** A node's call is not answered before those of others have their grace: the work is done again behind it. */
export function requirePresent(isAway: boolean): void {
  if (isAway) throw new DoFirst(comeBack)
}

/** Whether the row is due to be written. */
export const beatDue = sql<boolean>`(select h.at < clock_timestamp() - ${seconds(beatEveryMs)} from ${heartbeat} h)`

/** Waits for nobody: whoever holds the row writes the same. The last lock of a transaction. */
export const beat: SQL = sql`update ${heartbeat} set at = clock_timestamp() where id = (
  select h.id from ${heartbeat} h where h.at < clock_timestamp() - ${seconds(beatEveryMs)} for update skip locked)`

/** Safe when many find it out at once: the first gives the grace, the others find it given. */
export async function comeBack(deps: Deps): Promise<void> {
  await transact(deps, async (tx) => {
    const [, [found]] = await inTurn(
      tx.select({ id: heartbeat.id }).from(heartbeat).for('update'),
      tx.select({ away, since: heartbeat.at }).from(heartbeat),
    )
    if (!found?.away) return
    const kept = await extend(tx)
    await tx.update(heartbeat).set({ at: now })
    if (kept === 0) return
    deps.log.warn(
      { since: found.since, nodes: kept },
      'central was away: the nodes that lived before have one lease more to come back',
    )
  })
}

/** The end of a lease that its node gave back with its last word: before its renewal, which no other's is. */
export const givenBack = sql<Date>`clock_timestamp() - interval '1 second'`

/** Gives the number of nodes whose leases had run out, or would have, while central was away. */
async function extend(tx: Transaction): Promise<number> {
  const own = sql`least(greatest(e.expires_at - e.renewed_at, ${seconds(times.nodeLease)}), ${seconds(holdsInALease * times.syncMost)})`
  const extended = await tx.execute(sql`update ${nodeEpochs} e set expires_at = clock_timestamp() + ${own}
    from ${nodes} n, ${heartbeat} h
    where n.id = e.node_id and n.newest_epoch = e.epoch
      and e.renewed_at <= h.at + ${seconds(2 * beatEveryMs)}
      and e.expires_at > e.renewed_at
      and e.expires_at >= h.at - ${seconds(beatEveryMs)} and e.expires_at < clock_timestamp() + ${own}
    returning 1`)
  return extended.length
}
