/** Private messages from node to node: letters, and nothing is kept. */
import type { tellPlayer as endpoint, Message, Output } from '@citygate/schema/contract'
import { blacklist } from '@citygate/schema/tables'
import { and, eq } from 'drizzle-orm'
import { toBase64 } from '../base64.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type Acting, actBetween, holderOf } from './acting.ts'
import { writeLetter } from './mail.ts'

/**
 * The receiver's lock keeps him where he is: the letter goes to the node that holds him when it is
 * written. Who is blocked is not told so.
 *
 * @throws Problem those of acting between two
 */
export async function tell(
  deps: Deps,
  acting: Acting,
  receiver: string,
  message: Message,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx, wake) => {
    const { actor, other } = await actBetween(tx, acting, receiver)
    const nodeId = await holderOf(tx, other.capcomId)
    if (nodeId === null) return { outcome: 'offline' }
    const blocks = and(eq(blacklist.owner, other.capcomId), eq(blacklist.blocked, actor.capcomId))
    if ((await tx.$count(blacklist, blocks)) === 0) {
      const from = { capcomId: actor.capcomId, name: toBase64(actor.name) }
      await writeLetter(tx, nodeId, { kind: 'tell', to: other.capcomId, from, message }, wake)
    }
    return { outcome: 'sent' }
  })
}
