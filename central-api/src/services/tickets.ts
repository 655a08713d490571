/** Tickets: how a log-in is known from one server to the next (shared-state.md, "The way of a log-in"). */
import {
  type issueTicket as issueEndpoint,
  type Output,
  Problem,
  type readTicket as readEndpoint,
} from '@citygate/schema/contract'
import { consoles, players, tickets } from '@citygate/schema/tables'
import { and, asc, eq, isNotNull, lt, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { nowPlus } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { slotsOf } from './consoles.ts'
import { times } from './times.ts'

/** @throws Problem `console_not_found`, `player_not_found` (of this console) */
export async function issue(
  deps: Deps,
  issuedBy: string,
  wish: z.output<NonNullable<(typeof issueEndpoint)['body']>>,
): Promise<Output<typeof issueEndpoint>> {
  const { ticketHash: hash, consoleId, capcomId } = wish
  const login = wish.login ?? crypto.randomUUID()
  return transact(deps, async (tx) => {
    const known = await tx.$count(consoles, eq(consoles.id, consoleId))
    if (known === 0) throw new Problem('console_not_found')
    if (capcomId !== null) {
      const own = and(eq(players.capcomId, capcomId), eq(players.consoleId, consoleId))
      if ((await tx.$count(players, own)) === 0) throw new Problem('player_not_found')
    }
    const [made] = await tx
      .insert(tickets)
      .values({ hash, login, consoleId, capcomId, issuedBy, expiresAt: nowPlus(times.ticketInTransit) })
      .returning({ expiresAt: tickets.expiresAt })
    if (!made?.expiresAt) throw new Error('a ticket was made without an expiry')
    return { login, expiresAt: made.expiresAt.toISOString() }
  })
}

/** @throws Problem `ticket_unknown` */
export async function read(deps: Deps, hash: string): Promise<Output<typeof readEndpoint>> {
  return transact(deps, async (tx) => {
    await lockLogin(tx, hash)
    const ticket = await useTicket(tx, hash)
    const { login, consoleId, capcomId } = ticket
    await tx.update(tickets).set({ expiresAt: lengthened }).where(eq(tickets.hash, hash))
    return { login, consoleId, capcomId, slots: await slotsOf(tx, consoleId) }
  })
}

/**
 * The console leaves online mode before it has reached a game server: every ticket of its log-in that no
 * node holds ends. Who is held is in the game by now, and his node ends the log-in.
 */
export async function end(deps: Deps, hash: string): Promise<void> {
  await transact(deps, async (tx) => {
    await lockLogin(tx, hash)
    const login = sql`(select login from tickets where hash = ${hash})`
    await tx.delete(tickets).where(and(eq(tickets.login, login), isNotNull(tickets.expiresAt)))
  })
}

export type Ticket = typeof tickets.$inferSelect

/** Locks all tickets of the log-in that a ticket is of: the first locks of a transaction. */
export async function lockLogin(tx: Transaction, hash: string): Promise<void> {
  await tx
    .select({ hash: tickets.hash })
    .from(tickets)
    .where(eq(tickets.login, sql`(select login from tickets where hash = ${hash})`))
    .orderBy(asc(tickets.hash))
    .for('update')
}

/**
 * A ticket that a console has shown: older ones of its log-in end. Under `lockLogin`.
 *
 * @throws Problem `ticket_unknown`
 */
export async function useTicket(tx: Transaction, hash: string): Promise<Ticket> {
  const ticket = await liveTicket(tx, hash)
  await tx.delete(tickets).where(and(eq(tickets.login, ticket.login), lt(tickets.serial, ticket.serial)))
  return ticket
}

/** @throws Problem `ticket_unknown` */
export async function liveTicket(tx: Transaction, hash: string): Promise<Ticket> {
  const [ticket] = await tx
    .select()
    .from(tickets)
    .where(
      and(
        eq(tickets.hash, hash),
        sql`(${tickets.expiresAt} is null or ${tickets.expiresAt} > clock_timestamp())`,
      ),
    )
  if (!ticket) throw new Problem('ticket_unknown')
  return ticket
}

/** The console has been seen: its time in transit begins anew. A held ticket has no end. */
export const lengthened = sql`case when ${tickets.expiresAt} is null then null else ${nowPlus(times.ticketInTransit)} end`
