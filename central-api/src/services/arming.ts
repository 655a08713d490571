/** A server choice: the ticket is armed for the node that carries the game server, and a seat is kept there. */
import {
  type Output,
  Problem,
  type armSession as sessionEndpoint,
  type armTicket as ticketEndpoint,
} from '@citygate/schema/contract'
import { leases, type TicketTarget, tickets } from '@citygate/schema/tables'
import { asc, desc, eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { readNewestEpoch, requireNewest, requireNotAhead, shareNode } from './epochs.ts'
import { lockLease } from './player-locks.ts'
import { keepSeat, lockServer, readRoom, requireRoom } from './seats.ts'
import { lengthened, readLive, requireTicket, type Ticket } from './tickets.ts'

/** At LMP the console asks for a spare and for the best: both stay armed. */
const armedAtLmp = 2

/** @throws Problem `ticket_unknown`, `ticket_without_hunter`, and those of the seat */
export async function armTicket(
  deps: Deps,
  wish: z.output<NonNullable<(typeof ticketEndpoint)['body']>>,
): Promise<Output<typeof ticketEndpoint>> {
  const { ticketHash: hash, serverId } = wish
  return transact(deps, async (tx) => {
    const [, [found]] = await inTurn(lockTicket(tx, hash), readLive(tx, hash))
    const ticket = requireTicket(found)
    const { capcomId } = ticket
    if (capcomId === null) throw new Problem('ticket_without_hunter')
    const [, [room]] = await inTurn(lockServer(tx, serverId), readRoom(tx, capcomId, serverId))
    const { nodeId, address } = requireRoom(room)
    const earlier = ticket.targets.filter((target) => target.serverId !== serverId)
    const [[seat]] = await inTurn(
      keepSeat(tx, capcomId, serverId),
      arm(tx, ticket, [...earlier.slice(1 - armedAtLmp), { serverId, nodeId }]),
    )
    return { serverId, address, seatUntil: untilOf(seat) }
  })
}

/**
 * The same by the node that holds the player. Replaces what was armed before.
 *
 * @throws Problem `player_not_found`, `fence_lost`, `ticket_unknown`, `epoch_superseded`, and those of the seat
 */
export async function armSession(
  deps: Deps,
  nodeId: string,
  capcomId: string,
  { epoch, fence, serverId }: z.output<NonNullable<(typeof sessionEndpoint)['body']>>,
): Promise<Output<typeof sessionEndpoint>> {
  return transact(deps, async (tx) => {
    const [before] = await readLease(tx, capcomId)
    if (!before) throw new Problem('player_not_found')
    if (before.login === null) throw new Problem('fence_lost')
    const [, , , [lease], [ticket], [room]] = await inTurn(
      lockTicketsOf(tx, before.login),
      lockLease(tx, capcomId),
      lockServer(tx, serverId),
      readLease(tx, capcomId),
      readNewestOf(tx, before.login),
      readRoom(tx, capcomId, serverId),
    )
    // The locked log-in is the lease's: another claim since the first look has risen the fence.
    requireNotAhead(nodeId, fence, lease?.fence)
    const held = lease?.nodeId === nodeId && lease.epoch === epoch && lease.fence === fence
    if (!held || lease.login !== before.login) throw new Problem('fence_lost')
    if (!ticket) throw new Problem('ticket_unknown')
    const target = requireRoom(room)
    const [[seat], , , [node]] = await inTurn(
      keepSeat(tx, capcomId, serverId),
      arm(tx, ticket, [{ serverId, nodeId: target.nodeId }]),
      shareNode(tx, nodeId),
      readNewestEpoch(tx, nodeId),
    )
    requireNewest(node, epoch)
    return { serverId, address: target.address, seatUntil: untilOf(seat) }
  })
}

function readLease(tx: Transaction, capcomId: string) {
  return tx.select().from(leases).where(eq(leases.capcomId, capcomId))
}

function lockTicket(tx: Transaction, hash: string) {
  return tx.select({ hash: tickets.hash }).from(tickets).where(eq(tickets.hash, hash)).for('no key update')
}

function lockTicketsOf(tx: Transaction, login: string) {
  return tx
    .select({ hash: tickets.hash })
    .from(tickets)
    .where(eq(tickets.login, login))
    .orderBy(asc(tickets.hash))
    .for('no key update')
}

function readNewestOf(tx: Transaction, login: string) {
  return tx.select().from(tickets).where(eq(tickets.login, login)).orderBy(desc(tickets.serial)).limit(1)
}

function arm(tx: Transaction, { hash }: Ticket, targets: readonly TicketTarget[]) {
  return tx
    .update(tickets)
    .set({ targets, expiresAt: lengthened(tx) })
    .where(eq(tickets.hash, hash))
}

function untilOf(seat: { readonly until: Date } | undefined): string {
  if (!seat) throw new Error('a seat was not kept')
  return seat.until.toISOString()
}
