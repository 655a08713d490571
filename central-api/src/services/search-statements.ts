/**
 * The statements of a search (docs/decisions/0100-short-parts-of-names.md). A page is looked for in two ways: by a walk
 * in its order, which what many match ends soon, and, where the walk is over before the page is full, by
 * what the filters' own indexes know, which for what few match is little. The people of a place are looked for among who is there.
 */
import type { searchPlayers as endpoint, Weapon } from '@citygate/schema/contract'
import { type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { plannedEachTime, type Tx } from '../db/database.ts'
import { fixed } from '../db/fixed.ts'
import { read } from '../db/read.ts'
import type { Deps } from '../deps.ts'
import { foldName } from '../name-text.ts'
import type { Place } from './search-cursor.ts'

export type Query = z.output<NonNullable<(typeof endpoint)['query']>>
type Filters = Omit<Query, 'sort' | 'limit' | 'cursor'>
export type SortKey = 'name' | 'rank' | 'seen'

interface Order {
  readonly sort: SortKey
  readonly descending: boolean
}

interface Walk extends Order {
  /** It goes on from a place. */
  readonly begun: boolean
}

interface Page extends Order {
  readonly after: Place | null
  /** How many rows are wanted. */
  readonly rows: number
}

/** One hunter, and where he is. `seenAt` is null when that is now. */
export interface FoundRow {
  readonly capcomId: string
  readonly name: string
  readonly rank: number
  readonly weapon: Weapon | null
  readonly key: string
  readonly online: boolean
  readonly serverId: number | null
  readonly serverName: string | null
  readonly gate: number | null
  readonly city: number | null
  readonly inQuest: boolean | null
  readonly reportedAt: string | null
  readonly seenAt: string | null
}

/** With each answer, so that nothing else need be asked. */
interface Moment {
  readonly incarnation: string
  readonly now: string
}

interface Answer {
  readonly moment: Moment
  readonly rows: FoundRow[]
}

type Raw = Moment & { readonly walked: number | null } & {
  readonly [K in keyof FoundRow]: FoundRow[K] | null
}

/**
 * Rows that a walk looks at before it gives up: as many as a few milliseconds are good for, with names and
 * ranks out of the index itself, and where each row is looked up.
 */
const walkAtMost = { inIndex: 8000, lookedUp: 1500 } as const

/** Each way is one statement that only reads, and so without a transaction; what the walk has found is not used by the other. */
export function findPage(deps: Deps, filters: Filters, page: Page): Promise<Answer> {
  const { capcomId, ...others } = filters
  return read(deps, async (db) => {
    if (capcomId !== undefined && page.after === null && Object.keys(others).length === 0)
      return findOne(db, capcomId)
    if (capcomId === undefined && isPlaced(filters)) return peopleThere(db, filters, page)
    if (capcomId === undefined) {
      const { walked, ...answer } = await walk(db, filters, page)
      if (walked >= page.rows || Object.keys(filters).length === 0) return answer
    }
    const found = await db.execute<Raw & Record<string, unknown>>(sql`${plannedEachTime}
      with found as materialized (${matching(filters, page)})
      ${shownRows(pageOf(filters, page), page)}`)
    return answerOf(found)
  })
}

/** The one hunter, or nobody. */
export async function findOne(tx: Tx, capcomId: string): Promise<Answer> {
  oneText ??= fixed(
    shownRows(
      sql`(select p.capcom_id, ''::text as key from players p where p.capcom_id = ${sql.placeholder('capcomId')})`,
      { sort: 'name', descending: false },
    ),
  )
  return answerOf(await tx.execute<Raw & Record<string, unknown>>(oneText({ capcomId })))
}

let oneText: ReturnType<typeof fixed> | undefined

const isPlaced = ({ server, gate, city }: Filters) => (server ?? gate ?? city) !== undefined

/** One text for each order, with all filters in it: made once, prepared, and planned once for all. */
async function walk(tx: Tx, filters: Filters, page: Page) {
  const { name, minRank, maxRank, online, weapon } = filters
  const { sort, descending, after } = page
  // What the index itself answers comes first, and leaves little to look up.
  const fromIndex = (name ?? minRank ?? maxRank) !== undefined
  const lookedUp = sort === 'seen' || (!fromIndex && (online ?? weapon) !== undefined)
  const steps = lookedUp ? walkAtMost.lookedUp : walkAtMost.inIndex
  const order = [sort, descending, after !== null, steps].join()
  const statement = madeOnce(order, () => walkText({ sort, descending, begun: after !== null }, steps))
  const found = await tx.execute<Raw & Record<string, unknown>>(statement(valuesOf(filters, page)))
  return { ...answerOf(found), walked: found[0]?.walked ?? 0 }
}

const texts = new Map<string, ReturnType<typeof fixed>>()

function madeOnce(name: string, make: () => SQL): ReturnType<typeof fixed> {
  const text = texts.get(name) ?? fixed(make())
  texts.set(name, text)
  return text
}

/** What a text made once is given. Null is the driver's word for no value. */
function valuesOf({ name, ...filters }: Filters, { after, rows }: Page) {
  const text = (value: string | number | undefined) => (value === undefined ? null : String(value))
  const { minRank, maxRank, online, weapon, server, gate, city } = filters
  return {
    ...{ rows, minRank: text(minRank), maxRank: text(maxRank), online: text(online), weapon: text(weapon) },
    ...{ server: text(server), gate: text(gate), city: text(city) },
    ...{ key: after?.key, capcomId: after?.capcomId },
    like: name === undefined ? null : `%${literal(foldName(name))}%`,
  }
}

/** The people of a place, who are as many as it takes: one text for each order and kind of place. */
async function peopleThere(tx: Tx, filters: Filters, page: Page): Promise<Answer> {
  const { sort, descending, after } = page
  const place = (['server', 'gate', 'city'] as const).filter((each) => filters[each] !== undefined)
  const asked = [sort, descending, after !== null, ...place].join()
  const statement = madeOnce(asked, () => placeText({ sort, descending, begun: after !== null }, place))
  return answerOf(await tx.execute<Raw & Record<string, unknown>>(statement(valuesOf(filters, page))))
}

const placeColumns = { server: 'server_id', gate: 'gate', city: 'city' } as const

function placeText(order: Walk, place: readonly (keyof typeof placeColumns)[]): SQL {
  const key = keys[order.sort]
  const there = place.map((each) => sql`l.${sql.raw(placeColumns[each])} = ${told(each, 'integer')}`)
  const column = (name: string) => sql.raw(`p.${name}`)
  const hunters = sql`select p.capcom_id, ${key} as key
    from presence l cross join lateral (select * from players p where p.capcom_id = l.capcom_id offset 0) p
    ${order.sort === 'seen' ? seenJoin : sql``}
    where ${notParallel} and ${sql.join(there, sql` and `)} and ${beyondGiven(order, key, sql`p.capcom_id`)}
      and ${givenFilters(column, column('weapon'))}`
  return sql`with found as materialized (${hunters})
    ${shownRows(
      sql`(select * from (select * from found order by ${byKey(order)} offset 0) w
        where ${isOnline} and coalesce(${told('online', 'boolean')}, true) limit ${told('rows', 'integer')})`,
      order,
    )}`
}

function walkText(order: Walk, steps: number): SQL {
  const rows = told('rows', 'integer')
  const walked = sql`select w.capcom_id, w.key from (${walks[order.sort](order, sql.raw(String(steps)))}) w
    where ${walkFilters(order.sort)} order by ${byKey(order)} limit ${rows}`
  const lost = sql`select w.capcom_id, w.key from (${lostHolders(order)}) w
    where ${walkFilters(order.sort)} order by ${byKey(order)} limit ${rows}`
  const both =
    order.sort === 'seen' ? sql`select * from walked union all (${lost})` : sql`select * from walked`
  return sql`with walked as materialized (${walked})
    ${shownRows(
      sql`(select * from (${both}) each order by ${byKey(order)} limit ${rows})`,
      order,
      sql`(select count(*)::int from walked)`,
    )}`
}

/**
 * A value that the planner does not look at: a plan for this one costs what one for any costs, and so Postgres keeps one from the
 * sixth time on. Twice cast: the driver sends text, whatever the type.
 */
const told = (name: string, type: 'text' | 'integer' | 'boolean' | 'timestamptz') =>
  sql`(select cast(cast(${sql.placeholder(name)} as text) as ${sql.raw(type)}))`

const direction = ({ descending }: Order) => (descending ? sql.raw('desc') : sql.raw('asc'))
const byKey = (page: Order) => sql`key ${direction(page)}, capcom_id ${direction(page)}`

const types = { name: 'text', rank: 'integer', seen: 'timestamptz' } as const

/** In a walk's text, beyond whichever place it is given. */
function beyondGiven({ begun, sort, descending }: Walk, key: SQL, id: SQL): SQL {
  if (!begun) return sql`true`
  const place = sql`(${told('key', types[sort])}, ${told('capcomId', 'text')})`
  return sql`(${key}, ${id}) ${descending ? sql.raw('<') : sql.raw('>')} ${place}`
}

/** Twice cast, as above. */
function beyond({ after, sort, descending }: Page, key: SQL, id: SQL): SQL {
  if (!after) return sql`true`
  const place = sql`(cast(cast(${after.key} as text) as ${sql.raw(types[sort])}), ${after.capcomId}::text)`
  return sql`(${key}, ${id}) ${descending ? sql.raw('<') : sql.raw('>')} ${place}`
}

/** As the index leases_by_seen has it. */
const releasedKey = sql.raw(`(case when h.node_id is null then h.seen_at else 'infinity' end)`)
const isLive = sql.raw(`(e.expires_at > clock_timestamp() and n.newest_epoch = e.epoch)`)
const holder = sql.raw(`left join node_epochs e on e.node_id = h.node_id and e.epoch = h.epoch
  left join nodes n on n.id = e.node_id`)
/** Who is held is seen now; if his node is dead, when it reported last. */
const seenKey = sql.raw(`(case when h.node_id is null then h.seen_at
  when e.expires_at > clock_timestamp() and n.newest_epoch = e.epoch then 'infinity' else coalesce(e.renewed_at, h.seen_at) end)`)

/** What hunters are in order by, where they are looked for beyond a walk. */
const keys: Readonly<Record<SortKey, SQL>> = { name: sql`p.name_folded`, rank: sql`p.rank`, seen: seenKey }
const seenJoin = sql`join leases h on h.capcom_id = p.capcom_id ${holder}`
/** No plan for several processes, whose start takes longer than most of these statements: what changes a setting has none. */
const notParallel = sql`(select set_config('max_parallel_workers_per_gather', '0', true)) is not null`

const walks: Readonly<Record<SortKey, (order: Walk, steps: SQL) => SQL>> = {
  name: (order, steps) => sql`select capcom_id, name_folded as key, name_folded, rank from players
    where ${beyondGiven(order, sql`name_folded`, sql`capcom_id`)} order by ${byKey(order)} limit ${steps}`,
  rank: (order, steps) => sql`select capcom_id, rank as key, name_folded, rank from players
    where ${beyondGiven(order, sql`rank`, sql`capcom_id`)} order by ${byKey(order)} limit ${steps}`,
  seen: (order, steps) => sql`select h.capcom_id, h.key from (
      select h.capcom_id, h.node_id, h.epoch, ${releasedKey} as key from leases h
      where ${beyondGiven(order, releasedKey, sql`h.capcom_id`)}
      order by ${releasedKey} ${direction(order)}, h.capcom_id ${direction(order)} limit ${steps}) h ${holder}
    where h.node_id is null or ${isLive}
    order by key ${direction(order)}, h.capcom_id ${direction(order)}`,
}

/** Those whose holder has died: seldom any, and none of them stands in the index where he belongs. */
const lostHolders = (order: Walk) => sql`select h.capcom_id, e.renewed_at as key
  from node_epochs e join nodes n on n.id = e.node_id
  cross join lateral (select h.capcom_id from leases h where h.node_id = e.node_id and h.epoch = e.epoch offset 0) h
  where not ${isLive} and ${beyondGiven(order, sql`e.renewed_at`, sql`h.capcom_id`)}`

/** Scalar questions, so that each is asked of one row at a time, and not of everybody beforehand. */
function walkFilters(sort: SortKey): SQL {
  const of = (column: string) =>
    sort === 'seen'
      ? sql.raw(`(select p.${column} from players p where p.capcom_id = w.capcom_id)`)
      : sql.raw(`w.${column}`)
  const weapon = sql.raw('(select p.weapon from players p where p.capcom_id = w.capcom_id)')
  const wanted = told('online', 'boolean')
  return sql`${givenFilters(of, weapon)} and (${wanted} is null or ${isOnline} = ${wanted})`
}

/** Name, ranks and weapon, as far as they are given, of whichever columns. */
function givenFilters(of: (column: string) => SQL, weapon: SQL): SQL {
  const like = told('like', 'text')
  const [least, most, kind] = [told('minRank', 'integer'), told('maxRank', 'integer'), told('weapon', 'text')]
  return sql`(${like} is null or ${of('name_folded')} like ${like})
    and (${least} is null or ${of('rank')} >= ${least})
    and (${most} is null or ${of('rank')} <= ${most})
    and (${kind} is null or ${weapon} = ${kind})`
}

/** One row at a time: a join would be planned for a handful of people online. */
const isOnline = sql.raw(
  `coalesce((select true from live_presence l where l.capcom_id = w.capcom_id limit 1), false)`,
)

/** Online or not is asked last, in the order of the page, until it is full: it is the dearest question. */
function pageOf({ online, ...filters }: Filters, page: Page): SQL {
  const placed = isPlaced(filters)
  const asked = [
    placed || online === 'true' ? isOnline : [],
    online === 'false' ? sql`not ${isOnline}` : [],
  ].flat()
  if (asked.length === 0) return sql`(select * from found order by ${byKey(page)} limit ${page.rows})`
  return sql`(select * from (select * from found order by ${byKey(page)} offset 0) w
    where ${sql.join(asked, sql` and `)} limit ${page.rows})`
}

/** Who matches, online or not, from the end of the last page on, in no order: the planner takes the narrowest index. */
function matching(filters: Filters, page: Page): SQL {
  const { capcomId, name, minRank, maxRank, weapon, online, server, gate, city } = filters
  const { sort } = page
  const key = keys[sort]
  const fromPresence =
    isPlaced(filters) ||
    (online === 'true' && (capcomId ?? name ?? minRank ?? maxRank ?? weapon) === undefined)
  const conditions = [
    notParallel,
    beyond(page, key, sql`p.capcom_id`),
    capcomId === undefined ? [] : sql`p.capcom_id = ${capcomId}`,
    name === undefined ? [] : nameMatches(foldName(name)),
    minRank === undefined ? [] : sql`p.rank >= ${minRank}::integer`,
    maxRank === undefined ? [] : sql`p.rank <= ${maxRank}::integer`,
    weapon === undefined ? [] : sql`p.weapon = ${weapon}`,
    server === undefined ? [] : sql`l.server_id = ${server}::integer`,
    gate === undefined ? [] : sql`l.gate = ${gate}::integer`,
    city === undefined ? [] : sql`l.city = ${city}::integer`,
  ].flat()
  const people = fromPresence
    ? sql`presence l cross join lateral (select * from players p where p.capcom_id = l.capcom_id offset 0) p`
    : sql`players p`
  return sql`select p.capcom_id, ${key} as key from ${people}
    ${sort === 'seen' ? seenJoin : sql``}
    where ${sql.join(conditions, sql` and `)}`
}

/** Trigrams are of letters and digits, three in a row. What has none is found by its parts of one and two. */
function nameMatches(part: string): SQL {
  const letters = [...part]
  const like = sql`p.name_folded like ${`%${literal(part)}%`}`
  if (/[\p{L}\p{N}]{3}/u.test(part)) return like
  const parts = letters.length < 2 ? letters : letters.slice(1).map((letter, i) => `${letters[i]}${letter}`)
  const list = sql.join(
    parts.map((each) => sql`${each}`),
    sql`, `,
  )
  const has = sql`name_parts(p.name_folded) @> array[${list}]::text[]`
  return parts.length === 1 ? has : sql`${has} and ${like}`
}

/** `%`, `_` and the escape itself stand for themselves. */
const literal = (text: string) => text.replaceAll(/[\\%_]/g, '\\$&')

const utc = (time: SQL) => sql`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The rows of `found` (capcom_id, key) in order, and the moment; one row without a hunter when there are none. */
function shownRows(found: SQL, page: Order, walked: SQL = sql`null::int`): SQL {
  return sql`select m.incarnation, ${utc(sql`clock_timestamp()`)} as now, ${walked} as walked, each.*
    from meta m left join lateral (
      select w.capcom_id as "capcomId", p.name_text as name, p.rank, p.weapon, w.key::text as key,
        l.capcom_id is not null as online, l.server_id as "serverId", s.name as "serverName", l.gate, l.city,
        l.in_quest as "inQuest", ${utc(sql`l.renewed_at`)} as "reportedAt",
        ${utc(sql`nullif(${seenKey}, 'infinity')`)} as "seenAt"
      from ${found} w
      join players p on p.capcom_id = w.capcom_id
      left join lateral (select * from live_presence l where l.capcom_id = w.capcom_id limit 1) l on true
      left join leases h on h.capcom_id = w.capcom_id ${holder}
      left join servers s on s.id = l.server_id
      order by w.key ${direction(page)}, w.capcom_id ${direction(page)}
    ) each on true`
}

function answerOf(found: readonly Raw[]): Answer {
  const [first] = found
  if (!first) throw new Error('the table meta has no row')
  const { incarnation, now } = first
  return { moment: { incarnation, now }, rows: found.filter(isHunter) }
}

const isHunter = (row: Raw): row is Raw & FoundRow => row.capcomId !== null
