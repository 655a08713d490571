/**
 * A call that says nothing, in one statement: it renews the lease and looks whether there is news. Where central
 * does not hold calls, most of them are such, and statements are what a day allows so many of (docs/runtimes.md).
 *
 * It waits for nobody. The rows that decide, the node's and the epoch's, are locked in the statement and read as the
 * locks found them, not as the statement's snapshot has them; where another holds one, or anything is not as usual,
 * nothing is renewed, and the usual transaction decides. What else it reads decides nothing.
 */
import type { Output, syncNode } from '@citygate/schema/contract'
import { directory, mail, meta, nodeEpochs, nodes, presenceGeneration } from '@citygate/schema/tables'
import { type SQLWrapper, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Deps } from '../deps.ts'
import { away, beat } from './absence.ts'
import { asDirectory, readEntries, readServers } from './directory.ts'
import { moved } from './incarnation.ts'
import { freshDirectory, willRead } from './kept-directory.ts'
import { leaseEnd, leaseMs, nextSyncMs } from './pace.ts'
import { offered } from './silence.ts'

type Body = z.output<NonNullable<(typeof syncNode)['body']>>
type Answer = Output<typeof syncNode>

/** What is usual, apart from the letters. */
export type Quiet = Omit<Answer, 'mail'> & {
  /** Letters wait, which are read under the epoch's lock. */
  readonly letters: boolean
}

export function saysNothing(body: Body): boolean {
  const { presence, releases, settings, journal, earlierDone, ending, answers } = body
  const present = presence.full || presence.set.length > 0 || presence.gone.length > 0
  const held = releases.length > 0 || settings.length > 0 || earlierDone || ending
  return !(present || held || journal !== null || answers.length > 0)
}

/** Null where nothing was done: ask in the usual way. */
export async function syncQuietly(deps: Deps, nodeId: string, body: Body): Promise<Quiet | null> {
  const { epoch, number, heard, draining, incarnation = null, report } = body
  const begun = performance.now()
  const kept = freshDirectory(deps)
  // Nobody is counted where a moment ago everybody was, and nothing else has changed.
  const unlessKept = (
    rows: SQLWrapper,
  ) => sql`case when (select d.version from ${directory} d) is distinct from
    ${kept?.version ?? null}::bigint then coalesce((select json_agg(s) from ${rows} s), '[]') end`
  const reading = willRead(deps)
  const [found] = await deps.db
    .execute<Found>(sql`with node as materialized (
      select n.id, n.newest_epoch, n.epoch_floor, n.drain_ordered, n.drain_quest_seconds, n.consistency_ordered
      from ${nodes} n where n.id = ${nodeId} for share skip locked
    ), own as materialized (
      select e.node_id, e.epoch, e.last_sync, e.draining from ${nodeEpochs} e
      where e.node_id = ${nodeId} and e.epoch = ${epoch} and exists (select from node)
      for no key update skip locked
    ), renewed as (
      update ${nodeEpochs} e set last_sync = ${number}, renewed_at = clock_timestamp(),
        expires_at = ${leaseEnd(deps)}, report = coalesce(${report === null ? null : JSON.stringify(report)}::jsonb, e.report)
      from own, node, ${meta} m, ${presenceGeneration} g
      where e.node_id = own.node_id and e.epoch = own.epoch
        and node.newest_epoch = own.epoch and own.epoch > node.epoch_floor
        and own.last_sync < ${number} and own.last_sync >= ${heard} and own.draining = ${draining}
        and (${incarnation}::uuid is null or m.incarnation = ${incarnation}::uuid)
        and not ${moved} and not ${away}
      returning g.generation, ${leaseMs(deps)} as lease_ms, ${nextSyncMs(deps)} as next_sync_ms
    ), beaten as (${beat} returning 1)
    select renewed.generation, renewed.lease_ms, renewed.next_sync_ms,
      node.drain_ordered as drain, node.drain_quest_seconds as quest_seconds, node.consistency_ordered as consistency,
      exists (select from ${mail} l where l.node_id = node.id) as letters,
      (select d.version::float8 from ${directory} d) as version,
      (select count(*) from beaten) as beats,
      ${unlessKept(readServers(deps.db))} as servers, ${unlessKept(readEntries(deps.db))} as entries
    from renewed, node`)
    .finally(reading.end)
  deps.metrics?.transaction(found ? 'committed' : 'refused', (performance.now() - begun) / 1000)
  if (!found) return null
  const { version, servers, entries } = found
  const wantFull = body.presence.generation !== found.generation
  return {
    number,
    leaseMs: found.lease_ms,
    presence: { generation: found.generation, wantFull },
    refused: [],
    directory: offered(
      deps,
      servers || !kept ? reading.done(asDirectory(version, servers ?? [], entries ?? [])) : kept,
    ),
    orders: { drain: found.drain, questSeconds: found.quest_seconds, consistency: found.consistency },
    nextSyncMs: found.next_sync_ms,
    letters: found.letters,
  }
}

type Found = Record<string, unknown> & {
  readonly generation: string
  readonly lease_ms: number
  readonly next_sync_ms: number
  readonly drain: boolean
  readonly quest_seconds: number
  readonly consistency: Answer['orders']['consistency']
  readonly letters: boolean
  readonly version: number
  /** Null where what is kept is the newest. */
  readonly servers: Parameters<typeof asDirectory>[1] | null
  readonly entries: Parameters<typeof asDirectory>[2] | null
}
