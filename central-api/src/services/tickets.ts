/** Tickets: how a log-in is known from one server to the next (shared-state.md, "The way of a log-in"). */
import {
  type findTicket as findEndpoint,
  type issueTicket as issueEndpoint,
  type Output,
  Problem,
  type readTicket as readEndpoint,
} from '@citygate/schema/contract'
import { nodeEpochs, nodes, tickets } from '@citygate/schema/tables'
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { z } from 'zod'
import { now } from '../db/clock.ts'
import { inTurn } from '../db/in-turn.ts'
import { codeOf } from '../db/postgres-errors.ts'
import { read as look } from '../db/read.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { usualTimes } from '../times.ts'
import { lasting, step } from './step.ts'

type Wish = z.output<NonNullable<(typeof issueEndpoint)['body']>>

/**
 * Asked again by the node that made it, it is the same ticket: the first answer may have been lost.
 *
 * @throws Problem `console_not_found`, `player_not_found` (of this console), `ticket_unknown` (it is of another log-in)
 */
export async function issue(deps: Deps, issuedBy: string, wish: Wish): Promise<Output<typeof issueEndpoint>> {
  const { ticketHash, consoleId, capcomId, login } = wish
  const own = login ?? crypto.randomUUID()
  const call = sql`issue_ticket(${ticketHash}, ${own}, ${consoleId}, ${capcomId}, ${issuedBy}, ${inTransit(deps)})`
  const told = ({ expiresAt }: { readonly expiresAt: string }) => ({
    login: own,
    expiresAt: utc(expiresAt),
  })
  return step(deps, call, told).catch((error: unknown) => {
    if (codeOf(error) !== isThere) throw error
    return issuedBefore(deps, issuedBy, wish)
  })
}

/** Two rows with one key. */
const isThere = '23505'

async function issuedBefore(
  deps: Deps,
  issuedBy: string,
  { ticketHash, consoleId, capcomId, login }: Wish,
): Promise<Output<typeof issueEndpoint>> {
  const [ticket] = await look(deps, (db) => db.select().from(tickets).where(eq(tickets.hash, ticketHash)))
  const same = ticket?.issuedBy === issuedBy && ticket.consoleId === consoleId && ticket.capcomId === capcomId
  if (!same || !ticket.expiresAt || (login ?? ticket.login) !== ticket.login) {
    throw new Problem('ticket_unknown', 'Such a ticket is of another log-in already.')
  }
  return { login: ticket.login, expiresAt: ticket.expiresAt.toISOString() }
}

interface NextTicket {
  readonly hash: string
  readonly login: string
}

/** Arguments for what the console asks for behind a step. */
export const nextTicket = (deps: Deps, next: NextTicket | undefined) =>
  sql`${next?.hash ?? null}, ${next?.login ?? null}, ${inTransit(deps)}`

/** What a step says of the ticket that was made with it. */
export const ticketUntil = ({ ticketUntil: until }: { readonly ticketUntil?: string | null | undefined }) =>
  until == null ? {} : { ticketUntil: utc(until) }

const utc = (time: string) => new Date(time).toISOString()

/** @throws Problem `ticket_unknown` */
export async function read(deps: Deps, ticketHash: string): Promise<Output<typeof readEndpoint>> {
  const call = sql`read_ticket(${ticketHash}, ${inTransit(deps)})`
  return step(deps, call, (ticket: Output<typeof readEndpoint>) => ticket)
}

const inTransit = ({ times = usualTimes }: Deps) => lasting(times.ticketInTransit)

/** The node for which the ticket was armed last, among the one that asks and those that share its FMP address. */
export async function find(deps: Deps, nodeId: string, hash: string): Promise<Output<typeof findEndpoint>> {
  const own = alias(nodeEpochs, 'own')
  return transact(deps, async (tx) => {
    const [[ticket], host] = await inTurn(
      tx
        .select({ targets: tickets.targets })
        .from(tickets)
        .where(and(eq(tickets.hash, hash), or(isNull(tickets.expiresAt), gt(tickets.expiresAt, now)))),
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
export async function end(deps: Deps, ticketHash: string): Promise<void> {
  await step(deps, sql`end_ticket(${ticketHash})`, () => ({}))
}
