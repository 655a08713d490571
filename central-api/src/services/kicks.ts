/** An operator ends one session; the player may log in again. */
import { type kickPlayer as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { players } from '@citygate/schema/tables'
import { eq } from 'drizzle-orm'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { audit } from './audit.ts'
import { endSessions, lockPlayers } from './session-end.ts'

/** @throws Problem `player_not_found`, `player_offline` */
export async function kick(
  deps: Deps,
  operatorId: string,
  capcomId: string,
  text: string,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx, wake) => {
    await lockPlayers(tx, [capcomId])
    if ((await tx.$count(players, eq(players.capcomId, capcomId))) === 0)
      throw new Problem('player_not_found')
    const [ended] = await endSessions(tx, [capcomId], text, wake)
    if (!ended?.nodeId) throw new Problem('player_offline')
    await audit(tx, `operator:${operatorId}`, 'kick', `player:${capcomId}`, { text, node: ended.nodeId })
    return { nodeId: ended.nodeId }
  })
}
