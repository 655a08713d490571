/** Throws away what time has ended. Skips what others hold: the next round finds it. */
import {
  consoles,
  creations,
  enrolTokens,
  heartbeat,
  idempotencyKeys,
  journalRefusals,
  journals,
  leases,
  mail,
  nodeEpochs,
  nodes,
  playerHistory,
  players,
  questions,
  seats,
  statsSamples,
  tickets,
} from '@citygate/schema/tables'
import { sql } from 'drizzle-orm'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { away, requirePresent } from './absence.ts'

/** A ticket that a node held when it died has no expiry: its log-in's lease tells whether it still lives. */
export async function purge(deps: Deps): Promise<void> {
  await transact(deps, async (tx) => {
    // What nodes could not renew while central was away is not over yet.
    const [central] = await tx.select({ away }).from(heartbeat)
    requirePresent(central?.away ?? false)
    await tx.execute(sql`delete from ${tickets} where hash in (
      select hash from ${tickets} t
      where t.expires_at < clock_timestamp() - interval '1 hour'
         or (t.expires_at is null and not exists (
              select from leases l join ${nodeEpochs} e on e.node_id = l.node_id and e.epoch = l.epoch
              where l.login = t.login and e.expires_at > clock_timestamp() - interval '1 hour'))
      order by hash limit 1000 for no key update skip locked)`)
    await tx.execute(sql`delete from ${seats} where capcom_id in (
      select capcom_id from ${seats} where expires_at < clock_timestamp()
      order by capcom_id limit 1000 for no key update skip locked)`)
    await tx.execute(sql`delete from ${enrolTokens} where expires_at < clock_timestamp() - interval '1 day'`)
    await tx.execute(sql`delete from ${idempotencyKeys} where (caller, key) in (
      select caller, key from ${idempotencyKeys} where created_at < clock_timestamp() - interval '1 day'
      order by created_at limit 1000 for update skip locked)`)
    // The newest version of a hunter is what he is, and stays.
    await tx.execute(sql`delete from ${playerHistory} where (capcom_id, version) in (
      select h.capcom_id, h.version from ${playerHistory} h join ${players} p on p.capcom_id = h.capcom_id
      where h.at < clock_timestamp() - interval '90 days' and h.version < p.version
      order by h.at limit 5000 for update of h skip locked)`)
    // Of a start that was superseded long ago nothing is asked any more; what the newest told last is shown.
    await tx.execute(sql`delete from ${nodeEpochs} where (node_id, epoch) in (
      select e.node_id, e.epoch from ${nodeEpochs} e join ${nodes} n on n.id = e.node_id
      where e.epoch < n.newest_epoch and e.expires_at < clock_timestamp() - interval '1 day'
        and not exists (select from ${leases} l where l.node_id = e.node_id and l.epoch = e.epoch)
      order by e.node_id, e.epoch limit 1000 for no key update of e skip locked)`)
    // A console without a hunter is as good as unknown: the code that it brings is adopted again.
    await tx.execute(sql`delete from ${consoles} where id in (
      select c.id from ${consoles} c
      where c.last_login_at < clock_timestamp() - interval '7 days'
        and not exists (select from ${players} p where p.console_id = c.id)
        and not exists (select from ${tickets} t where t.console_id = c.id)
      limit 1000 for update skip locked)`)
    await tx.execute(sql`delete from ${creations} where hour < clock_timestamp() - interval '1 day'`)
    // A stream that comes back after so long, in its middle, cannot be judged any more (0130).
    await tx.execute(sql`delete from ${journals} where stream in (
      select stream from ${journals} where changed_at < clock_timestamp() - interval '90 days'
      order by stream limit 1000 for update skip locked)`)
    await tx.execute(sql`delete from ${journalRefusals} r where r.refused_at < clock_timestamp() - interval '90 days'
      and not exists (select from ${journals} j where j.stream = r.stream)`)
    await tx.execute(sql`delete from ${questions} where (node_id, kind, subject) in (
      select node_id, kind, subject from ${questions} where asked_at < clock_timestamp() - interval '1 day'
      order by node_id, kind, subject limit 1000 for update skip locked)`)
    await tx.execute(sql`delete from ${statsSamples} where at < clock_timestamp() - interval '400 days'`)
    // A node that comes back after so long may be reading just now: it takes its own letters in an order of its own.
    await tx.execute(sql`delete from ${mail} where id in (
      select id from ${mail} where written_at < clock_timestamp() - interval '7 days'
      order by id limit 5000 for update skip locked)`)
  })
}
