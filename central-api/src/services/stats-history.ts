/** Figures over time: one sample a minute, by whichever instance comes first. */
import { type getStatsHistory as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Tx } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'

/** Safe at several instances and at any pace: the minute is the key. */
export async function sampleStats(deps: Deps): Promise<void> {
  await transact(deps, async (tx) => {
    await tx.execute(sql`insert into stats_samples (at, players_online, nodes)
      select date_trunc('minute', clock_timestamp()),
        (select count(*) from live_presence),
        (select count(*) from nodes n join node_epochs e on e.node_id = n.id and e.epoch = n.newest_epoch
          where e.expires_at > clock_timestamp())
      on conflict (at) do nothing`)
  })
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const bucketsAtMost = 2000
const day = 86_400_000

/** @throws Problem `bad_request` when `from` is not before `to`, or the steps would be too many */
export async function readHistory(
  tx: Tx,
  query: z.output<NonNullable<(typeof endpoint)['query']>>,
): Promise<Output<typeof endpoint>> {
  const step = secondsOf(query.step ?? '5m')
  const to = query.to === undefined ? new Date() : new Date(query.to)
  const from = query.from === undefined ? new Date(to.getTime() - day) : new Date(query.from)
  const span = (to.getTime() - from.getTime()) / 1000
  if (span <= 0) throw refusal('from', 'must be before `to`')
  if (step < 60) throw refusal('step', 'at least a minute')
  if (span / step > bucketsAtMost) throw refusal('step', `at most ${bucketsAtMost} steps; take longer ones`)
  const rows = await tx.execute<{ at: string; online: number; nodes: number }>(sql`
    select to_char(to_timestamp(floor(extract(epoch from at) / ${step}) * ${step}) at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
      max(players_online)::int as online, max(nodes)::int as nodes
    from stats_samples
    where at >= ${from.toISOString()}::timestamptz and at < ${to.toISOString()}::timestamptz
    group by 1 order by 1`)
  return { items: rows.map(({ at, online, nodes }) => ({ at, playersOnline: online, nodes })), next: null }
}

function secondsOf(step: string): number {
  return Number.parseInt(step, 10) * (units[step.at(-1) ?? ''] ?? 1)
}

function refusal(field: string, detail: string): Problem {
  return new Problem('bad_request', `query ${field}: ${detail}`, [{ in: 'query', field, detail }])
}
