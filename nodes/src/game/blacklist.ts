/** Blocked players (game.md 3.10). Nobody keeps them yet, so the list is truthfully empty. */
import { AnsBlackList, ReqBlackList } from '../pat/index.ts'
import { gameRoutes } from './session.ts'

export const blacklistRoutes = gameRoutes(
  { ReqBlackList },
  { ReqBlackList: (call) => call.reply(AnsBlackList, { ignored: 0, records: [] }) },
)
