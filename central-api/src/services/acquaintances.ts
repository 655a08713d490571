/** Everything that a hunter keeps of others, as of one moment. */
import { type readAcquaintances as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type Acting, actFor } from './acting.ts'
import { blacklistOf } from './blacklist.ts'
import { friendsOf, requestsFor } from './friends.ts'

/** Under the player's own lock, which every change of these takes too. */
export async function readAcquaintances(deps: Deps, acting: Acting): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx) => {
    const [own] = await actFor(tx, acting)
    if (!own) throw new Problem('fence_lost')
    const { capcomId, deniesRequests } = own
    return {
      friends: await friendsOf(tx, capcomId),
      blacklist: await blacklistOf(tx, capcomId),
      requests: await requestsFor(tx, capcomId),
      deniesRequests,
    }
  })
}
