/** The ids by which clients know each other (game.md 3.2). Searches follow. */
import { AnsUserSearchInfoMine, ReqUserSearchInfoMine, UserSearchInfo } from '../pat/index.ts'
import { uniqueIds } from '../world/index.ts'
import { gameRoutes } from './session.ts'

export const searchRoutes = gameRoutes(
  { ReqUserSearchInfoMine },
  {
    ReqUserSearchInfoMine: (call) => {
      const { first, second } = uniqueIds(call.session.player.id)
      call.reply(AnsUserSearchInfoMine, {
        userSearchInfo: UserSearchInfo.of({ uniqueIdA: first, uniqueIdB: second }),
      })
    },
  },
)
