/** The claim: from now on this node holds the player. */
import { type claimSession as endpoint, type Output, requestsAtMost } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { step } from './step.ts'

interface Claimed extends Output<typeof endpoint> {
  /** The node that held him, live or not, which has got a letter. */
  readonly told: string | null
}

/**
 * A hunter belongs to one console, so whoever comes with a ticket for him comes from that console: he
 * takes over from a holder that still lives, who is told by letter and fenced.
 *
 * @throws Problem `ticket_unknown`, `ticket_not_armed`, `ticket_without_hunter`, `player_banned`, `server_full`, `epoch_superseded`
 */
export async function claim(
  deps: Deps,
  nodeId: string,
  { ticketHash, epoch, attempt }: z.output<NonNullable<(typeof endpoint)['body']>>,
): Promise<Output<typeof endpoint>> {
  const call = sql`claim_and_read(${ticketHash}, ${nodeId}, ${epoch}, ${attempt ?? null}, ${requestsAtMost})`
  const hold = ({ told, ...own }: Claimed, wake: Wake) => {
    if (told !== null) wake(`node:${told}`)
    return own
  }
  return step(deps, call, hold, { epoch })
}
