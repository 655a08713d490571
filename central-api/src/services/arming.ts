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
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { requireNewestEpoch } from './epochs.ts'
import { lockServer, reserve, type Seat } from './seats.ts'
import { lengthened, liveTicket, type Ticket } from './tickets.ts'

/** At LMP the console asks for a spare and for the best: both stay armed. */
const armedAtLmp = 2

/** @throws Problem `ticket_unknown`, `ticket_without_hunter`, and those of the seat */
export async function armTicket(
  deps: Deps,
  wish: z.output<NonNullable<(typeof ticketEndpoint)['body']>>,
): Promise<Output<typeof ticketEndpoint>> {
  const { ticketHash: hash, serverId } = wish
  return transact(deps, async (tx) => {
    await tx.select({ hash: tickets.hash }).from(tickets).where(eq(tickets.hash, hash)).for('no key update')
    const ticket = await liveTicket(tx, hash)
    if (ticket.capcomId === null) throw new Problem('ticket_without_hunter')
    await lockServer(tx, serverId)
    const seat = await reserve(tx, ticket.capcomId, serverId)
    const earlier = ticket.targets.filter((target) => target.serverId !== serverId)
    await arm(tx, ticket, [...earlier.slice(1 - armedAtLmp), { serverId, nodeId: seat.nodeId }])
    return answer(seat)
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
    const [before] = await tx.select().from(leases).where(eq(leases.capcomId, capcomId))
    if (!before) throw new Problem('player_not_found')
    if (before.login !== null) await lockTicketsOf(tx, before.login)
    await tx
      .select({ id: leases.capcomId })
      .from(leases)
      .where(eq(leases.capcomId, capcomId))
      .for('no key update')
    await lockServer(tx, serverId)

    const [lease] = await tx.select().from(leases).where(eq(leases.capcomId, capcomId))
    // Another claim since the first look would have risen the fence: the locked log-in is the lease's.
    if (lease?.nodeId !== nodeId || lease.epoch !== epoch || lease.fence !== fence || lease.login === null) {
      throw new Problem('fence_lost')
    }
    const [ticket] = await tx
      .select()
      .from(tickets)
      .where(eq(tickets.login, lease.login))
      .orderBy(desc(tickets.serial))
      .limit(1)
    if (!ticket) throw new Problem('ticket_unknown')
    const seat = await reserve(tx, capcomId, serverId)
    await requireNewestEpoch(tx, nodeId, epoch)
    await arm(tx, ticket, [{ serverId, nodeId: seat.nodeId }])
    return answer(seat)
  })
}

async function lockTicketsOf(tx: Transaction, login: string): Promise<void> {
  await tx
    .select({ hash: tickets.hash })
    .from(tickets)
    .where(eq(tickets.login, login))
    .orderBy(asc(tickets.hash))
    .for('no key update')
}

async function arm(tx: Transaction, { hash }: Ticket, targets: readonly TicketTarget[]): Promise<void> {
  await tx.update(tickets).set({ targets, expiresAt: lengthened }).where(eq(tickets.hash, hash))
}

function answer({ serverId, address, seatUntil }: Seat): Output<typeof ticketEndpoint> {
  return { serverId, address, seatUntil }
}
