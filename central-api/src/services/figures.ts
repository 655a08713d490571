/** What /metrics shows of the whole community, read at the scrape. */
import { sql } from 'drizzle-orm'
import type { Tx } from '../db/database.ts'
import type { Figures } from '../deps.ts'
import { listNodes } from './nodes-view.ts'

export async function readFigures(tx: Tx): Promise<Figures> {
  const nodes = await listNodes(tx)
  const [counted] = await tx.execute<Record<string, number>>(sql`with alive as (
      select n.id, n.newest_epoch as epoch from nodes n
      join node_epochs e on e.node_id = n.id and e.epoch = n.newest_epoch and e.expires_at > clock_timestamp())
    select
      (select count(*)::int from leases l join alive a on a.id = l.node_id and a.epoch = l.epoch) as leases,
      (select count(*)::int from seats where expires_at > clock_timestamp()) as travellers,
      (select count(*)::int from mail) as letters,
      (select coalesce(extract(epoch from clock_timestamp() - min(written_at)), 0)::float8
        from mail join alive on alive.id = mail.node_id) as mail_lag`)
  // Who waits for a row holds or awaits its place in the row's queue, and that names the table.
  const waits = await tx.execute<{ rows: string; waiting: number; longest: number }>(sql`
    select coalesce(c.relname, 'other') as rows,
      count(*)::int as waiting,
      coalesce(max(extract(epoch from clock_timestamp() - l.since)), 0)::float8 as longest
    from pg_stat_activity a
    cross join lateral (
      select min(waitstart) filter (where not w.granted) as since,
        max(w.relation) filter (where w.locktype = 'tuple' or not w.granted) as waited_for
      from pg_locks w where w.pid = a.pid) l
    left join pg_class c on c.oid = l.waited_for
    where a.datname = current_database() and a.wait_event_type = 'Lock'
    group by 1 order by 1`)
  const ages = await tx.execute<{ node: string; seconds: number }>(sql`
    select n.name || ' ' || left(n.id::text, 8) as node,
      extract(epoch from clock_timestamp() - e.renewed_at)::float8 as seconds
    from nodes n join node_epochs e on e.node_id = n.id and e.epoch = n.newest_epoch
    where e.expires_at > clock_timestamp() order by n.id limit 1000`)
  const byStatus = { up: 0, draining: 0, stale: 0, down: 0 }
  for (const { status } of nodes) byStatus[status]++
  return {
    playersOnline: nodes.reduce((sum, { population }) => sum + population, 0),
    liveLeases: counted?.leases ?? 0,
    travellers: counted?.travellers ?? 0,
    lockWaits: [...waits],
    letters: counted?.letters ?? 0,
    mailLag: counted?.mail_lag ?? 0,
    nodes: byStatus,
    syncAges: [...ages],
    loads: nodes.flatMap(({ id, name, status, load }) =>
      status === 'down' || !load ? [] : [{ node: `${name} ${id.slice(0, 8)}`, load }],
    ),
  }
}
