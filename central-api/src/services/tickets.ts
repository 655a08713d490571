/** Tickets: how a log-in is known from one server to the next (shared-state.md, "The way of a log-in"). */
import type {
  findTicket as findEndpoint,
  issueTicket as issueEndpoint,
  Output,
  readTicket as readEndpoint,
} from '@citygate/schema/contract'
import { nodeEpochs, nodes, tickets } from '@citygate/schema/tables'
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { z } from 'zod'
import { now } from '../db/clock.ts'
import { inTurn } from '../db/in-turn.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { usualTimes } from '../times.ts'
import { lasting, step } from './step.ts'

/** @throws Problem `console_not_found`, `player_not_found` (of this console) */
export async function issue(
  deps: Deps,
  issuedBy: string,
  wish: z.output<NonNullable<(typeof issueEndpoint)['body']>>,
): Promise<Output<typeof issueEndpoint>> {
  const { ticketHash, consoleId, capcomId, login = null } = wish
  const own = login ?? crypto.randomUUID()
  const call = sql`issue_ticket(${ticketHash}, ${own}, ${consoleId}, ${capcomId}, ${issuedBy}, ${inTransit(deps)})`
  return step(deps, call, ({ expiresAt }: { readonly expiresAt: string }) => ({
    login: own,
    expiresAt: new Date(expiresAt).toISOString(),
  }))
}

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
