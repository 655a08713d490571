/**
 * The incarnation of central's database (shared-state.md, "Leases and fences"; docs/decisions/0111-incarnations.md).
 *
 * A database that was restored or copied has forgotten what nodes still know. It begins a new incarnation: epochs and
 * fences go on above every number that can have been given out before, so that each of them tells by itself which
 * incarnation it is of. They begin at the time of the beginning, which no earlier incarnation has reached.
 */
import { auditLog, directory, enrolTokens, meta, nodeEpochs, nodes, presence } from '@citygate/schema/tables'
import { and, gt, isNull, sql } from 'drizzle-orm'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { DoFirst, transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { audit } from './audit.ts'
import { bumpDirectory } from './directory.ts'

/** Whether the database is not where its incarnation began. One look at a file of the cluster; no row is locked. */
export const moved = sql<boolean>`database_moved()`

/** Fences of this incarnation are above it. */
export const fenceFloor = sql<number>`(select m.fence_floor::float8 from ${meta} m)`

/** A node's call is not answered before the incarnation is settled: the work is done again behind it. */
export function requireSettled(isMoved: boolean): void {
  if (isMoved) throw new DoFirst(settle)
}

/** Begins a new incarnation if the database is not where the present one began. Safe when many find that out at once. */
export async function settle(deps: Deps): Promise<void> {
  await transact(deps, async (tx, wake) => {
    const [, [central]] = await inTurn(
      tx.select({ id: meta.id }).from(meta).for('no key update'),
      tx.select({ fingerprint: meta.fingerprint, moved }).from(meta),
    )
    if (!central?.moved) return
    // A database that has never been looked at is where it was made.
    if (central.fingerprint === null) await keepFingerprint(tx)
    else await begin(deps, tx, 'central', 'the database was restored or moved', wake)
  })
}

/** By an operator, who has restored what cannot be seen from inside: a copy of the files, put back in their place. */
export async function newIncarnation(deps: Deps, actor: string): Promise<{ readonly incarnation: string }> {
  return transact(deps, async (tx, wake) => {
    await tx.select({ id: meta.id }).from(meta).for('no key update')
    return begin(deps, tx, actor, 'an operator asked for it', wake)
  })
}

/** Under the lock of `meta`. Every node has to register anew, whoever is held has to log in again. */
async function begin(deps: Deps, tx: Transaction, actor: string, reason: string, wake: Wake) {
  await tx.select({ id: directory.id }).from(directory).for('no key update')
  await bumpDirectory(tx, wake)
  const floor = sql`greatest(${nodes.newestEpoch}, extract(epoch from clock_timestamp())::integer - ${since2020.seconds})`
  await tx.update(nodes).set({ newestEpoch: floor, epochFloor: floor })
  await tx.update(nodeEpochs).set({ expiresAt: now }).where(gt(nodeEpochs.expiresAt, now))
  await tx.delete(presence)
  // Whatever was used up or taken back since the backup would be good again.
  await tx
    .update(enrolTokens)
    .set({ revokedAt: now })
    .where(and(isNull(enrolTokens.revokedAt), gt(enrolTokens.expiresAt, now)))
  const [drawn] = await tx
    .update(meta)
    .set({
      incarnation: sql`gen_random_uuid()`,
      fenceFloor: sql`greatest(${meta.fenceFloor},
        (extract(epoch from clock_timestamp()) * 1000)::bigint - ${since2020.seconds * 1000})`,
    })
    .returning({ incarnation: meta.incarnation })
  if (!drawn) throw new Error('the table meta has no row')
  await keepFingerprint(tx)
  await audit(tx, actor, 'new-incarnation', 'database', { reason })
  deps.log.error({ reason }, 'a new incarnation of the database begins: every node registers anew')
  return drawn
}

async function keepFingerprint(tx: Transaction): Promise<void> {
  await tx.update(meta).set({ fingerprint: sql`citygate_fingerprint()` })
}

/** 1 January 2020: with it epochs fit into 32 bits until 2088. */
const since2020 = { seconds: Date.UTC(2020, 0, 1) / 1000 }

/**
 * A node knows of something that central has never done: its database is older than the node's memory, or the node
 * lies. Written down once an hour for each node; the node is refused.
 */
export async function noteAhead(deps: Deps, nodeId: string, what: string): Promise<void> {
  deps.log.error({ node: nodeId, what }, 'a node is ahead of central: was an older backup restored?')
  deps.metrics?.alarm('node-ahead')
  await transact(deps, async (tx) => {
    const subject = `node:${nodeId}`
    await tx.execute(sql`insert into ${auditLog} (actor, action, subject, detail)
      select 'central', 'node-ahead', ${subject}, ${JSON.stringify({ what })}::jsonb
      where not exists (
        select from (select action, subject, at from ${auditLog} order by id desc limit 500) late
        where late.action = 'node-ahead' and late.subject = ${subject}
          and late.at > clock_timestamp() - interval '1 hour')`)
  })
}
