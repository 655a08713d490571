/** The claim: from now on this node holds the player. */
import { type claimSession as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { leases, players, presence, servers, tickets } from '@citygate/schema/tables'
import { and, eq, lt } from 'drizzle-orm'
import type { z } from 'zod'
import { toBase64 } from '../base64.ts'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { requireNewestEpoch } from './epochs.ts'
import { writeLetter } from './mail.ts'
import { confirm, lockServer } from './seats.ts'
import { liveTicket, lockLogin, useTicket } from './tickets.ts'

type Lease = typeof leases.$inferSelect

/**
 * A hunter belongs to one console, so whoever comes with a ticket for him comes from that console: he
 * takes over from a holder that still lives, who is told by letter and fenced.
 *
 * @throws Problem `ticket_unknown`, `ticket_not_armed`, `ticket_without_hunter`, `server_full`, `epoch_superseded`
 */
export async function claim(
  deps: Deps,
  nodeId: string,
  { ticketHash: hash, epoch }: z.output<NonNullable<(typeof endpoint)['body']>>,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx, wake) => {
    await lockLogin(tx, hash)
    const { capcomId, consoleId, login, targets } = await liveTicket(tx, hash)
    if (capcomId === null) throw new Problem('ticket_without_hunter')
    const serverId = targets.findLast((target) => target.nodeId === nodeId)?.serverId
    if (serverId === undefined) throw new Problem('ticket_not_armed')

    await lockPlayer(tx, capcomId)
    const [[hunter], [lease]] = await Promise.all([
      tx
        .select()
        .from(players)
        .where(and(eq(players.capcomId, capcomId), eq(players.consoleId, consoleId))),
      tx.select().from(leases).where(eq(leases.capcomId, capcomId)),
    ])
    if (!hunter || !lease) throw new Problem('ticket_unknown', 'The hunter belongs to another console now.')
    await useTicket(tx, hash)
    await tellHolder(tx, lease, wake)
    const fence = lease.fence + 1
    await Promise.all([
      tx
        .update(leases)
        .set({ nodeId, epoch, fence, serverId, login, claimedAt: now })
        .where(eq(leases.capcomId, capcomId)),
      tx.update(tickets).set({ targets: [], expiresAt: null }).where(eq(tickets.hash, hash)),
      tx.update(players).set({ seenAt: now }).where(eq(players.capcomId, capcomId)),
      tx.delete(presence).where(and(eq(presence.capcomId, capcomId), lt(presence.fence, fence))),
    ])

    // Last, since a whole community may be on its way to the same game server: its lock is held for a moment.
    await lockServer(tx, serverId)
    await confirm(tx, capcomId, serverId)
    await requireNewestEpoch(tx, nodeId, epoch)
    const carried = and(eq(servers.id, serverId), eq(servers.nodeId, nodeId), eq(servers.epoch, epoch))
    if ((await tx.$count(servers, carried)) === 0) {
      throw new Problem('ticket_not_armed', 'This node does not carry the chosen game server any more.')
    }
    return {
      capcomId,
      name: toBase64(hunter.name),
      fence,
      serverId,
      settings: hunter.settings ? toBase64(hunter.settings) : null,
    }
  })
}

async function lockPlayer(tx: Transaction, capcomId: string): Promise<void> {
  await tx
    .select({ id: players.capcomId })
    .from(players)
    .where(eq(players.capcomId, capcomId))
    .for('no key update')
  await tx
    .select({ id: leases.capcomId })
    .from(leases)
    .where(eq(leases.capcomId, capcomId))
    .for('no key update')
}

/** Whether he still lives or not: one who hears of it late lets go all the same. */
async function tellHolder(tx: Transaction, { nodeId, capcomId, fence }: Lease, wake: Wake): Promise<void> {
  if (nodeId === null) return
  await writeLetter(tx, nodeId, { kind: 'session-taken', capcomId, fence }, wake)
}
