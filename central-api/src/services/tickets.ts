/** Tickets: how a log-in is known from one server to the next (shared-state.md, "The way of a log-in"). */
import {
  type findTicket as findEndpoint,
  type issueTicket as issueEndpoint,
  type Output,
  Problem,
  type readTicket as readEndpoint,
} from '@citygate/schema/contract'
import { consoles, nodeEpochs, nodes, players, tickets } from '@citygate/schema/tables'
import { and, asc, eq, isNotNull, lt, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { z } from 'zod'
import { nowPlus } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { timesOf } from '../times.ts'
import { asSlots, readSlots } from './consoles.ts'

/** @throws Problem `console_not_found`, `player_not_found` (of this console) */
export async function issue(
  deps: Deps,
  issuedBy: string,
  wish: z.output<NonNullable<(typeof issueEndpoint)['body']>>,
): Promise<Output<typeof issueEndpoint>> {
  const { ticketHash: hash, consoleId, capcomId } = wish
  const login = wish.login ?? crypto.randomUUID()
  return transact(deps, async (tx) => {
    const own = and(eq(players.capcomId, capcomId ?? ''), eq(players.consoleId, consoles.id))
    const [known] = await tx
      .select({ hunter: players.capcomId })
      .from(consoles)
      .leftJoin(players, own)
      .where(eq(consoles.id, consoleId))
    if (!known) throw new Problem('console_not_found')
    if (capcomId !== null && known.hunter === null) throw new Problem('player_not_found')
    const [made] = await tx
      .insert(tickets)
      .values({ hash, login, consoleId, capcomId, issuedBy, expiresAt: nowPlus(timesOf(tx).ticketInTransit) })
      .returning({ expiresAt: tickets.expiresAt })
    if (!made?.expiresAt) throw new Error('a ticket was made without an expiry')
    return { login, expiresAt: made.expiresAt.toISOString() }
  })
}

/** @throws Problem `ticket_unknown` */
export async function read(deps: Deps, hash: string): Promise<Output<typeof readEndpoint>> {
  return transact(deps, async (tx) => {
    const [, [found]] = await inTurn(lockLogin(tx, hash), readLive(tx, hash))
    const ticket = requireTicket(found)
    const { login, consoleId, capcomId } = ticket
    const [slots] = await inTurn(
      readSlots(tx, consoleId),
      endOlder(tx, ticket),
      tx
        .update(tickets)
        .set({ expiresAt: lengthened(tx) })
        .where(eq(tickets.hash, hash)),
    )
    return { login, consoleId, capcomId, slots: asSlots(slots) }
  })
}

/** The node for which the ticket was armed last, among the one that asks and those that share its FMP address. */
export async function find(deps: Deps, nodeId: string, hash: string): Promise<Output<typeof findEndpoint>> {
  const own = alias(nodeEpochs, 'own')
  return transact(deps, async (tx) => {
    const [[ticket], host] = await inTurn(
      readLive(tx, hash),
      tx
        .select({ nodeId: nodeEpochs.nodeId })
        .from(nodeEpochs)
        .innerJoin(nodes, and(eq(nodes.id, nodeEpochs.nodeId), eq(nodes.newestEpoch, nodeEpochs.epoch)))
        .innerJoin(own, eq(own.fmp, nodeEpochs.fmp))
        .where(
          and(
            eq(own.nodeId, nodeId),
            eq(own.epoch, sql`(select newest_epoch from nodes where id = ${nodeId})`),
          ),
        ),
    )
    const here = new Set(host.map((row) => row.nodeId))
    return { nodeId: ticket?.targets.findLast((target) => here.has(target.nodeId))?.nodeId ?? null }
  })
}

/**
 * The console leaves online mode before it has reached a game server: every ticket of its log-in that no
 * node holds ends. Who is held is in the game by now, and his node ends the log-in.
 */
export async function end(deps: Deps, hash: string): Promise<void> {
  await transact(deps, async (tx) => {
    const login = sql`(select login from tickets where hash = ${hash})`
    await inTurn(
      lockLogin(tx, hash),
      tx.delete(tickets).where(and(eq(tickets.login, login), isNotNull(tickets.expiresAt))),
    )
  })
}

export type Ticket = typeof tickets.$inferSelect

/** Locks all tickets of the log-in that a ticket is of: the first locks of a transaction. */
export function lockLogin(tx: Transaction, hash: string) {
  return tx
    .select({ hash: tickets.hash })
    .from(tickets)
    .where(eq(tickets.login, sql`(select login from tickets where hash = ${hash})`))
    .orderBy(asc(tickets.hash))
    .for('update')
}

export function readLive(tx: Transaction, hash: string) {
  const alive = sql`(${tickets.expiresAt} is null or ${tickets.expiresAt} > clock_timestamp())`
  return tx
    .select()
    .from(tickets)
    .where(and(eq(tickets.hash, hash), alive))
}

/** @throws Problem `ticket_unknown` */
export function requireTicket(found: Ticket | undefined): Ticket {
  if (!found) throw new Problem('ticket_unknown')
  return found
}

/** A console has shown this ticket: older ones of its log-in end. Under `lockLogin`. */
export function endOlder(tx: Transaction, { login, serial }: Ticket) {
  return tx.delete(tickets).where(and(eq(tickets.login, login), lt(tickets.serial, serial)))
}

/** The console has been seen: its time in transit begins anew. A held ticket has no end. */
export function lengthened(tx: Transaction): SQL<Date> {
  const end = nowPlus(timesOf(tx).ticketInTransit)
  return sql<Date>`case when ${tickets.expiresAt} is null then null else ${end} end`
}
