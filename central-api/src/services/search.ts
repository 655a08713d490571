/** Search of hunters: pages found by key, never by offset (docs/decisions/0028-pages-of-a-search.md). */
import { type searchPlayers as endpoint, type Output, type Player, Problem } from '@citygate/schema/contract'
import { meta } from '@citygate/schema/tables'
import { read } from '../db/read.ts'
import type { Deps } from '../deps.ts'
import { cityName, gateName } from './place-names.ts'
import { decodeCursor, encodeCursor, type Place } from './search-cursor.ts'
import { type FoundRow, findOne, findPage, type Query, type SortKey } from './search-statements.ts'

/** @throws Problem `bad_request` naming `cursor` when it is not of this search */
export async function searchPlayers(deps: Deps, query: Query): Promise<Output<typeof endpoint>> {
  const { cursor, limit = 20, sort = 'name', ...filters } = query
  const inOrder = Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1))
  const searchOf = (incarnation: string) => [incarnation, sort, inOrder]
  const after = cursor === undefined ? null : await placeOf(deps, searchOf, cursor)

  const { moment, rows } = await findPage(deps, filters, {
    sort: sortKeys[sort],
    descending: sort.startsWith('-'),
    after,
    rows: limit + 1,
  })
  // A database that was restored between the cursor's check and the page.
  if (cursor !== undefined && moment.incarnation !== knownIncarnation)
    decodeCursor(searchOf(moment.incarnation), cursor)
  knownIncarnation = moment.incarnation

  const at = after?.at ?? moment.now
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map((row) => shown(row, at)),
    next: last
      ? encodeCursor(searchOf(moment.incarnation), { key: last.key, capcomId: last.capcomId, at })
      : null,
  }
}

const sortKeys: Readonly<Record<NonNullable<Query['sort']>, SortKey>> = {
  ...{ name: 'name', rank: 'rank', seen: 'seen' },
  ...{ '-name': 'name', '-rank': 'rank', '-seen': 'seen' },
}

/** @throws Problem `player_not_found` */
export async function getPlayer(deps: Deps, capcomId: string): Promise<Player> {
  const { moment, rows } = await read(deps, (db) => findOne(db, capcomId))
  const [row] = rows
  if (!row) throw new Problem('player_not_found')
  return shown(row, moment.now)
}

/** The incarnation of the last answer: it hardly ever changes, so a cursor is checked without asking for it. */
let knownIncarnation = ''

async function placeOf(
  deps: Deps,
  searchOf: (incarnation: string) => unknown[],
  cursor: string,
): Promise<Place> {
  try {
    return decodeCursor(searchOf(knownIncarnation), cursor)
  } catch {
    const [row] = await read(deps, (db) => db.select({ incarnation: meta.incarnation }).from(meta))
    knownIncarnation = row?.incarnation ?? ''
    return decodeCursor(searchOf(knownIncarnation), cursor)
  }
}

function shown(row: FoundRow, at: string): Player {
  const { capcomId, name, rank, weapon, online, serverId, gate, city } = row
  return {
    capcomId,
    name,
    rank,
    weapon,
    online,
    location:
      serverId === null
        ? null
        : {
            server: { id: serverId, name: row.serverName ?? '' },
            gate: gate === null ? null : { id: gate, name: gateName(gate) },
            city: city === null ? null : { id: city, name: cityName(city) },
            inQuest: row.inQuest ?? false,
            reportedAt: row.reportedAt ?? at,
          },
    seenAt: row.seenAt ?? at,
  }
}
