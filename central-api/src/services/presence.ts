/** Where held players stand: one statement a sync, accepted only under the lease's own fence. */
import type { syncNode } from '@citygate/schema/contract'
import { leases, presence, presenceGeneration, servers } from '@citygate/schema/tables'
import { type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Transaction } from '../db/database.ts'

type Told = z.output<NonNullable<(typeof syncNode)['body']>>['presence']

/** Drawn anew when a crash of the database has emptied the table. */
export async function drawGeneration(tx: Transaction): Promise<string> {
  await tx.insert(presenceGeneration).values({}).onConflictDoNothing()
  const [drawn] = await tx.select().from(presenceGeneration)
  if (!drawn) throw new Error('presence has no generation')
  return drawn.generation
}

/**
 * Who is told twice is shown under his highest fence. Nobody is shown on a game server that this node
 * does not carry. A player who is told and gone in one call is there.
 */
export async function applyPresence(
  tx: Transaction,
  nodeId: string,
  epoch: number,
  { full, set, gone }: Told,
): Promise<void> {
  if (!full && set.length === 0 && gone.length === 0) return
  const told = set.map((one) => [
    one.capcomId,
    one.fence,
    one.serverId,
    one.gate,
    one.city,
    one.inQuest,
    one.leader,
    one.fields ?? [],
    one.cityFields ?? [],
  ])
  await tx.execute(sql`with told as (
      select distinct on (capcom_id) * from ${rows(told, presenceColumns)} order by capcom_id, fence desc
    ), put as (
      insert into ${presence} (capcom_id, fence, server_id, gate, city, in_quest, leader, fields, city_fields,
        node_id, epoch)
      select told.*, ${nodeId}::uuid, ${epoch}::integer
      from told
      join ${leases} l on l.capcom_id = told.capcom_id and l.fence = told.fence
        and l.node_id = ${nodeId} and l.epoch = ${epoch}
      join ${servers} s on s.id = told.server_id and s.node_id = ${nodeId}
      order by told.capcom_id
      on conflict (capcom_id) do update set
        fence = excluded.fence, server_id = excluded.server_id, gate = excluded.gate, city = excluded.city,
        in_quest = excluded.in_quest, leader = excluded.leader,
        fields = excluded.fields, city_fields = excluded.city_fields,
        node_id = excluded.node_id, epoch = excluded.epoch, told_at = clock_timestamp()
      where ${presence}.fence <= excluded.fence
    )
    delete from ${presence} p
    where p.node_id = ${nodeId} and p.epoch = ${epoch}
      and not exists (select from told where told.capcom_id = p.capcom_id)
      and (${full} or (p.capcom_id, p.fence) in (select capcom_id, fence from ${rows(holds(gone), holdColumns)}))`)
}

export const holdColumns: readonly Column[] = [
  ['capcom_id', 'text'],
  ['fence', 'bigint'],
]

const presenceColumns: readonly Column[] = [
  ...holdColumns,
  ['server_id', 'integer'],
  ['gate', 'integer'],
  ['city', 'integer'],
  ['in_quest', 'boolean'],
  ['leader', 'boolean'],
  ['fields', 'jsonb'],
  ['city_fields', 'jsonb'],
]

type Column = readonly [name: string, type: string]

export function holds(list: readonly { readonly capcomId: string; readonly fence: number }[]): unknown[][] {
  return list.map(({ capcomId, fence }) => [capcomId, fence])
}

/** Any number of rows as one parameter: a sync is few statements whatever it carries. */
export function rows(values: readonly (readonly unknown[])[], columns: readonly Column[]): SQL {
  const list = columns.map(([name, type], index) => `(item->>${index})::${type} as ${name}`)
  return sql`(select ${sql.raw(list.join(', '))}
    from jsonb_array_elements(${JSON.stringify(values)}::jsonb) item) as rows_given`
}
