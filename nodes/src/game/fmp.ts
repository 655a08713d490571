/** The game server: one handler table for each topic, under the names of the wire's files. */
import { binaryRoutes } from '../dialogue/binaries.ts'
import { join } from '../dialogue/handlers.ts'
import type { ServerKind } from '../dialogue/server-kind.ts'
import { blacklistRoutes } from './blacklist.ts'
import { chatRoutes } from './chat.ts'
import { circleRoutes } from './circle.ts'
import { circleBoardRoutes } from './circle-board.ts'
import { cityRoutes } from './city.ts'
import { connectionRoutes } from './connection.ts'
import type { Crowd } from './crowd.ts'
import { friendRoutes } from './friends.ts'
import { layerRoutes } from './layer.ts'
import { layerListRoutes } from './layer-list.ts'
import { layerUserRoutes } from './layer-users.ts'
import { matchRoutes } from './match.ts'
import { mediationRoutes } from './mediation.ts'
import { openGame } from './opening.ts'
import { presenceRoutes } from './presence.ts'
import { Realm, type RealmParts } from './realm.ts'
import { searchRoutes } from './search.ts'
import { serverRoutes } from './servers.ts'
import type { Session } from './session.ts'
import { userRoutes } from './user.ts'
import { warpRoutes } from './warp.ts'

const gameTable = join(
  blacklistRoutes,
  chatRoutes,
  circleBoardRoutes,
  circleRoutes,
  cityRoutes,
  connectionRoutes,
  friendRoutes,
  layerListRoutes,
  layerRoutes,
  layerUserRoutes,
  matchRoutes,
  mediationRoutes,
  presenceRoutes,
  searchRoutes,
  serverRoutes,
  userRoutes,
  warpRoutes,
)

/** The game servers that `link` names, as one kind of connection. */
export function createFmp(parts: RealmParts): ServerKind<Session> & { readonly crowd: Crowd } {
  const realm = new Realm(parts)
  return {
    name: 'fmp',
    open: (peer, connection) => openGame(realm, peer, connection),
    routes: join(gameTable, binaryRoutes<Session>(parts.content, parts.clock)),
    refusal: 'alert',
    closed: (session, ending) => realm.leave(session, ending),
    crowd: realm.crowd,
  }
}
