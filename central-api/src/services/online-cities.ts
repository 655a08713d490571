/** Cities of other nodes, for the game's city search: from what their nodes told last, in one statement. */
import type { searchCities as endpoint, FoundCity, Output } from '@citygate/schema/contract'
import { players, servers } from '@citygate/schema/tables'
import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Tx } from '../db/database.ts'

type Search = z.output<NonNullable<(typeof endpoint)['body']>>

/** In the order of their places. A city is told by its leader, who tells its properties as well. */
export async function searchCitiesAbroad(
  tx: Tx,
  nodeId: string,
  { serverId, conditions, limit }: Search,
): Promise<Output<typeof endpoint>> {
  const rows = await tx.execute<FoundCity & Record<string, unknown>>(sql`with led as materialized (
      select l.server_id, l.gate, l.city, l.city_fields, s.name, s.city_capacity
      from live_presence l
      join ${servers} s on s.id = l.server_id
      join ${servers} own on own.id = ${serverId}::integer and own.type = s.type
      where l.leader and l.gate is not null and l.city is not null and l.node_id <> ${nodeId}
        and l.city_fields @> ${JSON.stringify(conditions)}::text::jsonb
      order by l.server_id, l.gate, l.city limit ${limit}
    )
    select led.server_id as "serverId", led.name as "serverName", led.gate, led.city,
      led.city_capacity as capacity, led.city_fields as fields, inside.members
    from led cross join lateral (
      select jsonb_agg(jsonb_build_object(
          'capcomId', p.capcom_id, 'name', translate(encode(p.name, 'base64'), E'\n', ''),
          'settings', translate(encode(p.settings, 'base64'), E'\n', ''), 'inQuest', l.in_quest)
        order by l.leader desc, p.capcom_id) as members
      from live_presence l join ${players} p on p.capcom_id = l.capcom_id
      where l.server_id = led.server_id and l.gate = led.gate and l.city = led.city
    ) inside
    order by led.server_id, led.gate, led.city`)
  return { items: rows.map((row) => ({ ...row })) }
}
