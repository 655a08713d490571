import type { Hold } from '../central/link.ts'
import type { Audience } from '../content/index.ts'
import { type Call, type HandlerTable, type PacketSet, type Routes, routes } from '../dialogue/handlers.ts'
import type { Peer } from '../dialogue/peer.ts'
import type { ServerList } from '../dialogue/server-list.ts'
import type { Items, UserStatusSet } from '../pat/index.ts'
import type { Player } from '../world/index.ts'
import type { FriendFinder } from './abroad.ts'
import type { Cursors } from './cursors.ts'
import type { Paces } from './paces.ts'
import type { Realm } from './realm.ts'
import type { Ties } from './ties.ts'

/** A player on this node with his connection: from the claim to the release. */
export interface Session {
  readonly realm: Realm
  readonly peer: Peer
  readonly hold: Hold
  readonly player: Player
  /** Which texts and layouts his console reads. */
  readonly audience: Audience
  readonly servers: ServerList
  readonly cursors: Cursors
  readonly paces: Paces
  readonly ties: Ties
  readonly finder: FriendFinder
  /** Numbers of the friend requests that he has seen: news may come twice. */
  readonly requestsShown: Set<number>
  /** Friend requests that waited for him have been shown. */
  waitingShown: boolean
  /** As the client set them last; undefined before. */
  status: Items<(typeof UserStatusSet)['fields']> | undefined
}

export type GameCall = Call<Session>

/** A handler table of this room. */
export const gameRoutes = <D extends PacketSet>(
  packets: D,
  table: HandlerTable<D, Session>,
): Routes<Session> => routes(packets, table)
