/** Who is online anywhere, as the game asks: one statement, from what nodes told last. */
import {
  type findOnline as findEndpoint,
  foundOnlineAtMost,
  type OnlineHunter,
  type Output,
  Problem,
  type searchOnline as searchEndpoint,
} from '@citygate/schema/contract'
import { blacklist, consoles, players } from '@citygate/schema/tables'
import { eq, type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { fromBase64 } from '../base64.ts'
import { plannedEachTime, type Tx } from '../db/database.ts'
import { foldName, nameText } from '../name-text.ts'

type Search = z.output<NonNullable<(typeof searchEndpoint)['body']>>

/** @throws Problem `player_not_found` (the seeker) */
export async function search(
  tx: Tx,
  { seeker, capcomIdPart, namePart, conditions = [], place, limit }: Search,
): Promise<Output<typeof searchEndpoint>> {
  const [own] = await tx
    .select({ mediaVersion: consoles.mediaVersion })
    .from(players)
    .innerJoin(consoles, eq(consoles.id, players.consoleId))
    .where(eq(players.capcomId, seeker))
  if (!own) throw new Problem('player_not_found')
  const name = foldName(nameText(fromBase64(namePart), own.mediaVersion))
  const wanted = sql`p.capcom_id like ${`%${capcomIdPart}%`}
    and p.name_folded like ${`%${name.replaceAll(/[\\%_]/g, '\\$&')}%`} and p.capcom_id <> ${seeker}
    ${place ? within(place) : sql``} ${sql.join(conditions.map(meets), sql` `)}`
  return { items: await online(tx, seeker, wanted, limit) }
}

/** A gate is also its cities, a server also its gates. */
const within = ({
  serverId,
  gate,
  city,
}: NonNullable<Search['place']>) => sql`and l.server_id = ${serverId}::integer
  and (${gate}::integer is null or l.gate = ${gate}::integer)
  and (${city}::integer is null or l.city = ${city}::integer)`

/** What he publishes, or what the game reads out of his settings: weapon and quest (1), rank (2; game.md 4.5). */
function meets(condition: string): SQL {
  const [id, value] = condition.split(':')
  const published = sql`l.fields @> ${JSON.stringify([condition])}::text::jsonb`
  const byte = (at: number) => sql.raw(`coalesce(get_byte(p.settings, ${at}), 0)::bigint`)
  if (!value) return sql`and ${published}`
  if (id === '1')
    return sql`and (${published} or ((${byte(5)} << 24) | l.in_quest::integer) = ${value}::bigint)`
  if (id === '2')
    return sql`and (${published} or (((${byte(0)} << 8) | ${byte(1)}) << 16) = ${value}::bigint)`
  return sql`and ${published}`
}

export async function find(
  tx: Tx,
  seeker: string,
  capcomIds: readonly string[],
): Promise<Output<typeof findEndpoint>> {
  const ids = sql.join(
    capcomIds.map((id) => sql`${id}`),
    sql`, `,
  )
  return { items: await online(tx, seeker, sql`p.capcom_id in (${ids})`, foundOnlineAtMost) }
}

type Row = Record<'capcomId' | 'name' | 'serverName', string> &
  Record<'serverId' | 'population' | 'capacity', number> & {
    settings: string | null
    gate: number | null
    city: number | null
    inQuest: boolean
  }

/**
 * Places are counted once, however many of the found stand there. By name, so that whom the limit leaves out does not
 * change from one search to the next.
 */
async function online(tx: Tx, seeker: string, wanted: SQL, limit: number): Promise<OnlineHunter[]> {
  const rows = await tx.execute<Row>(sql`${plannedEachTime} with found as (
      select p.capcom_id, p.name, p.name_folded, p.settings, l.server_id, l.gate, l.city, l.in_quest
      from live_presence l join ${players} p on p.capcom_id = l.capcom_id
      where ${wanted} and not exists (select from ${blacklist} b
        where (b.owner, b.blocked) in ((p.capcom_id, ${seeker}::text), (${seeker}::text, p.capcom_id)))
      order by p.name_folded, p.capcom_id limit ${limit}
    ), places as materialized (
      select server_id, gate, city, count(*)::int as players from live_presence
      where server_id in (select server_id from found) group by server_id, gate, city
    )
    select f.capcom_id as "capcomId", encode(f.name, 'base64') as name,
      translate(encode(f.settings, 'base64'), E'\n', '') as settings,
      f.server_id as "serverId", s.name as "serverName", f.gate, f.city, f.in_quest as "inQuest",
      (select coalesce(sum(players), 1)::int from places l where l.server_id = f.server_id
        and (f.gate is null or l.gate = f.gate) and (f.city is null or l.city = f.city)) as population,
      case when f.gate is null then s.capacity when f.city is null then s.gate_capacity
        else s.city_capacity end as capacity
    from found f join servers s on s.id = f.server_id
    order by f.name_folded, f.capcom_id`)
  return rows.map((row) => ({ ...row }))
}
