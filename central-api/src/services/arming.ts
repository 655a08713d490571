/** A server choice: the ticket is armed for the node that carries the game server, and a seat is kept there. */
import type {
  Output,
  armSession as sessionEndpoint,
  armTicket as ticketEndpoint,
} from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Deps } from '../deps.ts'
import { usualTimes } from '../times.ts'
import { requireNotAhead } from './epochs.ts'
import { lasting, step } from './step.ts'

type Armed = Omit<Output<typeof ticketEndpoint>, 'serverId'>

/** @throws Problem `ticket_unknown`, `ticket_without_hunter`, `server_not_found`, `server_down`, `server_full` */
export async function armTicket(
  deps: Deps,
  { ticketHash, serverId }: z.output<NonNullable<(typeof ticketEndpoint)['body']>>,
): Promise<Output<typeof ticketEndpoint>> {
  const call = sql`arm_ticket(${ticketHash}, ${serverId}, ${timesOf(deps)})`
  return step(deps, call, (armed: Armed) => target(serverId, armed))
}

/**
 * The same by the node that holds the player. Replaces what was armed before.
 *
 * @throws Problem `player_not_found`, `fence_lost`, `epoch_superseded`, and those of `armTicket`
 */
export async function armSession(
  deps: Deps,
  nodeId: string,
  capcomId: string,
  { epoch, fence, serverId }: z.output<NonNullable<(typeof sessionEndpoint)['body']>>,
): Promise<Output<typeof sessionEndpoint>> {
  const call = sql`arm_session(${capcomId}, ${nodeId}, ${epoch}, ${fence}, ${serverId}, ${timesOf(deps)})`
  return step(deps, call, (armed: Armed) => target(serverId, armed), {
    epoch,
    refused: ({ fence: known }) => requireNotAhead(nodeId, fence, known),
  })
}

/** Of the ticket and of the seat. */
function timesOf({ times = usualTimes }: Deps) {
  return sql`${lasting(times.ticketInTransit)}, ${lasting(times.seat)}`
}

function target(serverId: number, { address, seatUntil }: Armed): Output<typeof ticketEndpoint> {
  return { serverId, address, seatUntil: new Date(seatUntil).toISOString() }
}
