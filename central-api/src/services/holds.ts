/** What a sync says of held players: releases and settings, each under its fence. */
import type { syncNode } from '@citygate/schema/contract'
import { leases, playerHistory, players, presence, tickets } from '@citygate/schema/tables'
import { and, asc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { z } from 'zod'
import { fromBase64 } from '../base64.ts'
import { nowPlus } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { timesOf } from '../times.ts'
import { readSettings } from './hunter-settings.ts'
import { holdColumns, holds, rows } from './presence.ts'

type Body = z.output<NonNullable<(typeof syncNode)['body']>>
type Hold = { readonly capcomId: string; readonly fence: number }

/** Tickets of those who leave, then players, then leases: ascending, as everybody does. */
export async function lockHolds(tx: Transaction, { releases, settings }: Body): Promise<void> {
  const leaving = releases.map(({ capcomId }) => capcomId)
  const ids = [...new Set([...leaving, ...settings.map(({ capcomId }) => capcomId)])]
  if (leaving.length > 0) {
    const logins = tx.select({ login: leases.login }).from(leases).where(among(leases.capcomId, leaving))
    await tx
      .select({ hash: tickets.hash })
      .from(tickets)
      .where(inArray(tickets.login, logins))
      .orderBy(asc(tickets.hash))
      .for('update')
  }
  if (ids.length === 0) return
  await tx
    .select({ id: players.capcomId })
    .from(players)
    .where(among(players.capcomId, ids))
    .orderBy(asc(players.capcomId))
    .for('no key update')
  await tx
    .select({ id: leases.capcomId })
    .from(leases)
    .where(among(leases.capcomId, ids))
    .orderBy(asc(leases.capcomId))
    .for('no key update')
}

/** What earlier starts of this node still hold. Without a lock: what changes meanwhile is seen by its fence. */
export async function holdsOfEarlier(
  tx: Transaction,
  nodeId: string,
  epoch: number,
): Promise<Body['releases']> {
  const held = await tx
    .select({ capcomId: leases.capcomId, fence: leases.fence })
    .from(leases)
    .where(and(eq(leases.nodeId, nodeId), lt(leases.epoch, epoch)))
  return held.map((hold) => ({ ...hold, reason: 'lost' as const }))
}

/** As one parameter: the statement's text, and so its plan, is the same for any number. */
export function among(column: PgColumn, ids: readonly string[]): SQL {
  return sql`${column} in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`
}

/**
 * Named holds that are not this node's (any more): the fence is too low, or another holds the player. Before anything is
 * applied. Settings are refused only where they are not written: behind a release they still are.
 */
export async function refusedHolds(tx: Transaction, nodeId: string, body: Body): Promise<Hold[]> {
  const { presence: told, releases, settings } = body
  const shown = await notThese(tx, [...told.set, ...told.gone, ...releases], sql`l.node_id = ${nodeId}`)
  const written = await notThese(tx, settings, stillOf(nodeId))
  const known = new Set(shown.map(({ capcomId, fence }) => `${capcomId} ${fence}`))
  return [...shown, ...written.filter(({ capcomId, fence }) => !known.has(`${capcomId} ${fence}`))]
}

/** Those for which no lease has the fence and fulfils the condition. */
async function notThese(tx: Transaction, named: readonly Hold[], condition: SQL): Promise<Hold[]> {
  if (named.length === 0) return []
  const found = await tx.execute<{ capcom_id: string; fence: number }>(sql`
    select distinct capcom_id, fence::float8 as fence from ${rows(holds(named), holdColumns)}
    where not exists (select from ${leases} l
      where l.capcom_id = rows_given.capcom_id and l.fence = rows_given.fence and ${condition})`)
  return found.map(({ capcom_id, fence }) => ({ capcomId: capcom_id, fence }))
}

/**
 * Late ones are accepted too, also of an earlier start of this node, and after the release: nobody has claimed
 * since. The same as before is no new version.
 */
export async function applySettings(tx: Transaction, nodeId: string, list: Body['settings']): Promise<void> {
  if (list.length === 0) return
  const given = list.map(({ capcomId, fence, settings }) => {
    const { rank, weapon } = readSettings(fromBase64(settings))
    return [capcomId, fence, settings, rank, weapon]
  })
  await tx.execute(sql`with changed as (
      update ${players} p
      set settings = decode(given.settings, 'base64'), rank = given.rank, weapon = given.weapon,
        version = p.version + 1
      from (select * from ${rows(given, settingsColumns)}) given
      join ${leases} l on l.capcom_id = given.capcom_id and l.fence = given.fence and ${stillOf(nodeId)}
      where p.capcom_id = given.capcom_id and p.settings is distinct from decode(given.settings, 'base64')
      returning p.capcom_id, p.version, p.name, p.settings
    )
    insert into ${playerHistory} (capcom_id, version, actor, change, name, settings)
    select capcom_id, version, ${`node:${nodeId}`}, 'settings', name, settings from changed`)
}

/** For a lease `l` under a fence that was this node's: nobody else has it. */
export const stillOf = (nodeId: string) => sql`(l.node_id = ${nodeId}
  or (l.node_id is null and l.last_node_id = ${nodeId}))`

const settingsColumns = [
  ...holdColumns,
  ['settings', 'text'],
  ['rank', 'integer'],
  ['weapon', 'text'],
] as const

/**
 * Ends holds. `left` ends the log-in with its tickets; otherwise a ticket lives on for its time in
 * transit. What is not this node's is left alone.
 */
export async function applyReleases(tx: Transaction, nodeId: string, list: Body['releases']): Promise<void> {
  if (list.length === 0) return
  const given = list.map(({ capcomId, fence, reason }) => [capcomId, fence, reason])
  await tx.execute(sql`with own as (
      select distinct on (l.capcom_id) l.capcom_id, l.login, l.fence, given.reason
      from (select * from ${rows(given, releaseColumns)}) given
      join ${leases} l on l.capcom_id = given.capcom_id and l.fence = given.fence and l.node_id = ${nodeId}
      order by l.capcom_id, given.reason
    ), ended as (
      update ${leases} l set node_id = null, epoch = null, server_id = null, seen_at = clock_timestamp()
      from own where l.capcom_id = own.capcom_id
    ), ended_tickets as (
      delete from ${tickets} t using own where t.login = own.login and own.reason = 'left'
    ), travelling as (
      update ${tickets} t set expires_at = ${nowPlus(timesOf(tx).ticketInTransit)}
      from own where t.login = own.login and own.reason <> 'left' and t.expires_at is null
    )
    delete from ${presence} p using own
    where p.capcom_id = own.capcom_id and p.node_id = ${nodeId} and p.fence = own.fence`)
}

const releaseColumns = [...holdColumns, ['reason', 'text']] as const
