/** Who is around (game.md 3.4). */
import { AnsLayerUserList, ReqLayerUserList } from '../pat/index.ts'
import { usersAround } from '../world/index.ts'
import { gameRoutes } from './session.ts'

export const layerUserRoutes = gameRoutes(
  { ReqLayerUserList },
  {
    ReqLayerUserList: (call) =>
      call.reply(AnsLayerUserList, {
        records: usersAround(call.session.player).map((layerUserInfo) => ({ layerUserInfo })),
      }),
  },
)
