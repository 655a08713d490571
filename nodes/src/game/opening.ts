/** How a player comes in on FMP (game.md 3.1): by a ticket that was armed for this node. */

import { audienceOf } from '../content/index.ts'
import type { Peer } from '../dialogue/peer.ts'
import type { Connection, Opening } from '../dialogue/server-kind.ts'
import { codeOf, words } from '../dialogue/words.ts'
import { latin1, noBytes } from '../pat/index.ts'
import type { Realm } from './realm.ts'
import type { Session } from './session.ts'
import type { Ties } from './ties.ts'

/** NtcLogin on FMP: welcome (login.md 2.2). */
const welcome = 3

/** An unknown or spent ticket makes the claim fail, and its problem turns the player away in words. */
export async function openGame(realm: Realm, peer: Peer, connection: Connection): Promise<Opening<Session>> {
  const ticket = connection.get('patTicket') ?? noBytes
  if (ticket.length === 0) return { refused: words.ticketUnknown }
  const reader = audienceOf(latin1(connection.get('mediaVersion') ?? noBytes), connection.get('languageCode'))
  const hold = await realm.link.claim(ticket.slice())
  peer.identify({ capcomId: hold.capcomId })
  const ties = realm.arriving(hold)
  const audience = { ...reader, server: hold.serverId }
  const session = realm.enter(peer, hold, audience, ties, await blockedBy(ties, peer))
  if (!session) {
    realm.link.release(hold, 'lost')
    return { refused: words.serverFull }
  }
  return { status: welcome, session }
}

/** Whom the hunter blocks. Whatever keeps central from telling, he comes in all the same. */
async function blockedBy(ties: Ties, peer: Peer): Promise<ReadonlySet<string>> {
  try {
    return new Set((await ties.blocked()).map(({ capcomId }) => capcomId))
  } catch (error) {
    peer.log.warn({ reason: codeOf(error) }, 'comes in without his friends and blocked players')
    return new Set()
  }
}
