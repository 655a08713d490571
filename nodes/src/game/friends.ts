/** Friends (game.md 3.10). Nobody keeps friends yet, so the list is truthfully empty. */
import { AnsFriendList, ReqFriendList } from '../pat/index.ts'
import { gameRoutes } from './session.ts'

export const friendRoutes = gameRoutes(
  { ReqFriendList },
  { ReqFriendList: (call) => call.reply(AnsFriendList, { ignored: 0, records: [] }) },
)
