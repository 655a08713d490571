/** Two operations, each several times, all at once on the same rows; and what must be true behind them. */
import type { LockingOperation } from './operations.ts'
import { restore, type Stage, setStage, type Theatre } from './stage.ts'

interface Outcome {
  readonly calls: number
  readonly done: number
  /** Asked again because rows stayed held by others. */
  readonly busy: number
  /** What must not be: an unknown refusal, or a broken invariant. */
  readonly wrong: readonly string[]
}

/** Refusals that no state of the rows explains. */
const never = new Set([
  'bad_request',
  'forbidden',
  'not_found',
  'internal',
  'in_doubt',
  'not_ready',
  'rate_limited',
])

const attemptsAtMost = 5

/** @param each of both runs so often at once */
async function runPair(
  theatre: Theatre,
  pair: readonly [LockingOperation, LockingOperation],
  each = 4,
): Promise<Outcome> {
  const stage = await setStage(theatre)
  let busy = 0
  const once = async ({ run }: LockingOperation, index: number): Promise<string> => {
    for (let attempt = 1; ; attempt++) {
      const code = await run(stage, index).then(
        () => 'done',
        (error: { code?: string; message: string }) => error.code ?? `failed: ${error.message}`,
      )
      if (code !== 'busy' || attempt === attemptsAtMost) return code
      busy++
    }
  }
  const codes = await Promise.all(
    Array.from({ length: 2 * each }, (_, index) => once(pair[index % 2 === 0 ? 0 : 1], index >> 1)),
  )
  const wrong = codes.filter((code) => never.has(code) || code === 'busy' || code.startsWith('failed'))
  wrong.push(...(await broken(stage)))
  if (pair.some(({ endsNodes }) => endsNodes)) await restore(theatre)
  return { calls: codes.length, done: codes.filter((code) => code === 'done').length, busy, wrong }
}

/** The invariants, each a query that finds nothing. */
async function broken({ central, a, b }: Stage): Promise<string[]> {
  const { sql } = central
  const both = [a.capcomId, b.capcomId]
  const queries: Record<string, Promise<readonly object[]>> = {
    'a game server holds more than it may': sql`select s.id from servers s
      where s.capacity < (select count(*) from (
        select l.capcom_id from leases l
        join nodes n on n.id = l.node_id and n.newest_epoch = l.epoch
        join node_epochs e on e.node_id = l.node_id and e.epoch = l.epoch and e.expires_at > clock_timestamp()
        where l.server_id = s.id
        union select capcom_id from seats where server_id = s.id and expires_at > clock_timestamp()) there)`,
    'half a hold': sql`select capcom_id from leases
      where (node_id is null) <> (epoch is null) or (node_id is null) <> (server_id is null)`,
    'a fence has fallen': sql`select capcom_id from leases where (capcom_id = ${a.capcomId} and fence < ${a.fence})
      or (capcom_id = ${b.capcomId} and fence < ${b.fence})`,
    'somebody banned is held': sql`select l.capcom_id from leases l
      join players p on p.capcom_id = l.capcom_id
      join bans on lifted_at is null and ((kind = 'player' and subject = p.capcom_id)
        or (kind = 'console' and subject = p.console_id::text))
      where l.node_id is not null`,
    'versions with a gap': sql`select p.capcom_id from players p where p.capcom_id in ${sql(both)}
      and (select array_agg(version order by version) from player_history h where h.capcom_id = p.capcom_id)
        is distinct from (select array_agg(v) from generate_series(1, p.version) v)`,
    'a version that is not what he is': sql`select p.capcom_id from players p
      join player_history h on h.capcom_id = p.capcom_id and h.version = p.version
      where p.capcom_id in ${sql(both)} and (h.name <> p.name or h.settings is distinct from p.settings)`,
    'friends who block each other': sql`select f.owner from friends f
      join blacklist k on (k.owner = f.owner and k.blocked = f.friend) or (k.owner = f.friend and k.blocked = f.owner)`,
    'a request between those who block': sql`select r.asker from friend_requests r join blacklist k
      on (k.owner = r.asker and k.blocked = r.asked) or (k.owner = r.asked and k.blocked = r.asker)`,
    'a request between friends': sql`select r.asker from friend_requests r
      join friends f on f.owner = r.asker and f.friend = r.asked
      join friends g on g.owner = r.asked and g.friend = r.asker`,
    'two hunters in a slot': sql`select console_id from players group by console_id, slot having count(*) > 1`,
    'a token used too often': sql`select id from enrol_tokens where uses_left < 0`,
    'an answer that was not kept': sql`select key from idempotency_keys where status is null`,
    'nobody may own': sql`select 1 where not exists (
      select from operator_keys where role = 'own' and revoked_at is null)`,
    'somebody is shown twice or by nobody': sql`select v.capcom_id from live_presence v
      join leases l on l.capcom_id = v.capcom_id where l.node_id is distinct from v.node_id`,
    'a transaction was left open': sql`select pid from pg_stat_activity
      where datname = current_database() and state like 'idle in transaction%'
        and state_change < clock_timestamp() - interval '5 seconds'`,
  }
  const found = await Promise.all(
    Object.entries(queries).map(async ([what, rows]) => ((await rows).length > 0 ? [what] : [])),
  )
  return found.flat()
}

/** Each with itself and with every other. */
export function pairsOf(all: readonly LockingOperation[]): [LockingOperation, LockingOperation][] {
  return all.flatMap((one, index) =>
    all.slice(index).map((other): [LockingOperation, LockingOperation] => [one, other]),
  )
}

/** One pair after the other. `text` tells the sums. */
export async function runPairs(
  theatre: Theatre,
  pairs: readonly (readonly [LockingOperation, LockingOperation])[],
): Promise<{ readonly wrong: readonly string[]; readonly text: string }> {
  const wrong: string[] = []
  let [calls, done, busy] = [0, 0, 0]
  for (const pair of pairs) {
    const outcome = await runPair(theatre, pair)
    calls += outcome.calls
    done += outcome.done
    busy += outcome.busy
    wrong.push(...outcome.wrong.map((what) => `${pair[0].name} with ${pair[1].name}: ${what}`))
  }
  return {
    wrong,
    text: `${pairs.length} pairs, ${calls} calls at once in eights, ${done} done, ${busy} busy`,
  }
}
