/** Leaving the game server (game.md 3.1). */
import { AnsShut, ReqShut } from '../pat/index.ts'
import { gameRoutes } from './session.ts'

/** ReqShut: out of online mode. Every other value goes on to another server. */
const leavingOnlineMode = 1

export const connectionRoutes = gameRoutes(
  { ReqShut },
  {
    /** The answer comes first; what the departure makes known follows it. */
    ReqShut: (call, { shutType }) => {
      const { realm } = call.session
      call.reply(AnsShut, { shutType })
      realm.leave(call.session, shutType === leavingOnlineMode ? 'left' : 'travelling')
      call.peer.close()
    },
  },
)
