/** The server list inside the game, and the change to another server (game.md 3.1, login.md 3.3). */
import { words } from '../dialogue/words.ts'
import {
  AnsFmpInfo2,
  AnsFmpListData2,
  AnsFmpListFoot2,
  AnsFmpListHead2,
  AnsFmpListVersion2,
  ReqFmpInfo2,
  ReqFmpListData2,
  ReqFmpListFoot2,
  ReqFmpListHead2,
  ReqFmpListVersion2,
} from '../pat/index.ts'
import { gameRoutes } from './session.ts'

export const serverRoutes = gameRoutes(
  { ReqFmpListVersion2, ReqFmpListHead2, ReqFmpListData2, ReqFmpListFoot2, ReqFmpInfo2 },
  {
    ReqFmpListVersion2: (call) => call.reply(AnsFmpListVersion2, { version: call.session.servers.version }),
    ReqFmpListHead2: (call, { fields }) =>
      call.reply(AnsFmpListHead2, { ignored: 0, count: call.session.servers.head(fields) }),
    ReqFmpListData2: (call, { firstIndex, count }) =>
      call.reply(AnsFmpListData2, {
        ignored: 0,
        records: call.session.servers.page(firstIndex, count).map((fmpData) => ({ fmpData })),
      }),
    ReqFmpListFoot2: (call) => call.reply(AnsFmpListFoot2, {}),
    /**
     * Arms the ticket for the chosen server; the player goes there with ReqLayerEnd and ReqShut 2. Who warps to
     * a server that his console does not know yet asks for all of its fields (extras.md 1.6).
     */
    ReqFmpInfo2: async (call, { serverIndex, fields }) => {
      const { realm, hold, servers } = call.session
      if (!servers.find(serverIndex)) {
        call.refuse(AnsFmpInfo2, words.serverGone)
        return
      }
      const target = await realm.link.arm(hold, serverIndex)
      call.reply(AnsFmpInfo2, { fmpData: servers.chosen(serverIndex, target, fields) })
    },
  },
)
