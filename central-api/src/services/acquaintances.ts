/** Everything that a hunter keeps of others, as of one moment. */
import { type readAcquaintances as endpoint, type Output, requestsAtMost } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import type { Acting } from './acting.ts'
import { requireNotAhead } from './epochs.ts'
import { step } from './step.ts'

type Acquaintances = Output<typeof endpoint>

/**
 * Under the player's own lock, which every change of these takes too.
 *
 * @throws Problem `fence_lost`, `epoch_superseded`, `incarnation_changed`
 */
export async function readAcquaintances(
  deps: Deps,
  { nodeId, epoch, fence, capcomId }: Acting,
): Promise<Acquaintances> {
  const call = sql`read_acquaintances(${capcomId}, ${nodeId}, ${epoch}, ${fence}, ${requestsAtMost})`
  return step(deps, call, (all: Acquaintances) => all, {
    epoch,
    refused: ({ fence: known }) => requireNotAhead(nodeId, fence, known),
  })
}
