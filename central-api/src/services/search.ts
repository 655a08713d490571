/** Search of hunters: one statement a page, found by key, never by offset. */
import { type searchPlayers as endpoint, type Output, type Player, Problem } from '@citygate/schema/contract'
import { leases, livePresence, meta, nodeEpochs, players, servers } from '@citygate/schema/tables'
import { and, asc, desc, eq, gte, isNotNull, isNull, like, lte, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { z } from 'zod'
import { now as clock } from '../db/clock.ts'
import { plannedEachTime, type Tx } from '../db/database.ts'
import { foldName } from '../name-text.ts'
import { cityName, gateName } from './place-names.ts'
import { decodeCursor, encodeCursor, type Place } from './search-cursor.ts'

type Query = z.output<NonNullable<(typeof endpoint)['query']>>
type Filters = Omit<Query, 'sort' | 'limit' | 'cursor'>

/** The start of a node that holds, or was the last to hold, the hunter. */
const holder = alias(nodeEpochs, 'holder')

/** Of somebody whose node died: its last report, for he was there until then. */
const lastSeen = sql`greatest(${players.seenAt}, ${holder.renewedAt})`

/**
 * What pages are sorted by. Those who are online are seen at this moment: they share one key, later
 * than any time, which stays the same from page to page while they stay online.
 */
const keys = {
  name: { key: sql`${players.nameFolded}`, type: sql`text` },
  rank: { key: sql`${players.rank}`, type: sql`integer` },
  seen: {
    key: sql`case when ${livePresence.capcomId} is null then ${lastSeen} else 'infinity' end`,
    type: sql`timestamptz`,
  },
} as const

/** @throws Problem `bad_request` naming `cursor` when it is not of this search */
export async function searchPlayers(tx: Tx, query: Query): Promise<Output<typeof endpoint>> {
  const { cursor, limit = 20, sort = 'name', ...filters } = query
  const descending = sort.startsWith('-')
  const { key, type } = keys[sort.replace('-', '') as keyof typeof keys]
  const { incarnation, now } = await moment(tx)
  const search = [incarnation, sort, Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1))]
  const after = cursor === undefined ? null : await decodeCursor(search, cursor)
  const at = after?.at ?? now
  const order = descending ? desc : asc

  const rows = await select(tx, key)
    .where(and(...matches(filters), after ? beyond(after, key, type, descending) : undefined))
    .orderBy(order(key), order(players.capcomId))
    .limit(limit + 1)

  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map((row) => shown(row, at)),
    next: last ? await encodeCursor(search, { key: last.key, capcomId: last.capcomId, at }) : null,
  }
}

/** @throws Problem `player_not_found` */
export async function getPlayer(tx: Tx, capcomId: string): Promise<Player> {
  const { now } = await moment(tx)
  const [row] = await select(tx, sql`''`).where(eq(players.capcomId, capcomId))
  if (!row) throw new Problem('player_not_found')
  return shown(row, now)
}

function select(tx: Tx, key: SQL) {
  return tx
    .select({
      capcomId: players.capcomId,
      name: players.nameText,
      rank: players.rank,
      weapon: players.weapon,
      seenAt: lastSeen.mapWith(players.seenAt),
      online: sql<boolean>`${livePresence.capcomId} is not null`,
      serverId: livePresence.serverId,
      serverName: servers.name,
      gate: livePresence.gate,
      city: livePresence.city,
      inQuest: livePresence.inQuest,
      key: sql<string>`${plannedEachTime} cast(${key} as text)`,
    })
    .from(players)
    .leftJoin(leases, eq(leases.capcomId, players.capcomId))
    .leftJoin(holder, and(eq(holder.nodeId, leases.nodeId), eq(holder.epoch, leases.epoch)))
    .leftJoin(livePresence, eq(livePresence.capcomId, players.capcomId))
    .leftJoin(servers, eq(servers.id, livePresence.serverId))
    .$dynamic()
}

type Row = Awaited<ReturnType<typeof select>>[number]

function shown(row: Row, at: string): Player {
  const { capcomId, name, rank, weapon, online } = row
  return {
    capcomId,
    name,
    rank,
    weapon,
    online,
    location:
      row.serverId === null
        ? null
        : {
            server: { id: row.serverId, name: row.serverName ?? '' },
            gate: row.gate === null ? null : { id: row.gate, name: gateName(row.gate) },
            city: row.city === null ? null : { id: row.city, name: cityName(row.city) },
            inQuest: row.inQuest ?? false,
          },
    seenAt: online ? at : row.seenAt.toISOString(),
  }
}

function matches(filters: Filters): (SQL | undefined)[] {
  const { name, capcomId, online, server, gate, city, minRank, maxRank, weapon } = filters
  return [
    name === undefined ? undefined : like(players.nameFolded, `%${literal(foldName(name))}%`),
    capcomId === undefined ? undefined : eq(players.capcomId, capcomId),
    online === 'true' ? isNotNull(livePresence.capcomId) : undefined,
    online === 'false' ? isNull(livePresence.capcomId) : undefined,
    server === undefined ? undefined : eq(livePresence.serverId, server),
    gate === undefined ? undefined : eq(livePresence.gate, gate),
    city === undefined ? undefined : eq(livePresence.city, city),
    minRank === undefined ? undefined : gte(players.rank, minRank),
    maxRank === undefined ? undefined : lte(players.rank, maxRank),
    weapon === undefined ? undefined : eq(players.weapon, weapon),
  ]
}

/** `%`, `_` and the escape itself stand for themselves. */
const literal = (text: string) => text.replaceAll(/[\\%_]/g, '\\$&')

/** Twice cast: the driver sends text, whatever the key's type. */
function beyond(after: Place, key: SQL, type: SQL, descending: boolean): SQL {
  const place = sql`(cast(cast(${after.key} as text) as ${type}), ${after.capcomId})`
  return sql`(${key}, ${players.capcomId}) ${descending ? sql`<` : sql`>`} ${place}`
}

async function moment(tx: Tx): Promise<{ incarnation: string; now: string }> {
  const [row] = await tx
    .select({
      incarnation: meta.incarnation,
      now: clock.mapWith(players.seenAt),
    })
    .from(meta)
  if (!row) throw new Error('the table meta has no row')
  return { incarnation: row.incarnation, now: row.now.toISOString() }
}
