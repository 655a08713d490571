/** The time on a game server, and leaving it (game.md 3.1). */
import { AnsServerTime, AnsShut, ReqServerTime, ReqShut } from '../pat/index.ts'
import { gameRoutes } from './session.ts'

/** ReqShut: out of online mode. Every other value goes on to another server. */
const leavingOnlineMode = 1

export const connectionRoutes = gameRoutes(
  { ReqServerTime, ReqShut },
  {
    /** The first drives day and night, and a server may be ahead; the second is the date (extras.md 3). */
    ReqServerTime: (call) => {
      const { realm, audience } = call.session
      const now = realm.clock.utcSeconds()
      const serverTime = realm.content.gameTime(audience, now) >>> 0
      call.reply(AnsServerTime, { serverTime, currentTime: now >>> 0 })
    },
    /** The answer comes first; what the departure makes known follows it. */
    ReqShut: (call, { shutType }) => {
      const { realm } = call.session
      call.reply(AnsShut, { shutType })
      realm.leave(call.session, shutType === leavingOnlineMode ? 'left' : 'travelling')
      call.peer.close()
    },
  },
)
