/** Warp to a friend or to a city that was found (extras.md 1). */
import {
  AnsLayerJump,
  decodeLayerPath,
  NtcLayerJumpGo,
  NtcLayerJumpReady,
  ReqLayerJump,
  ReqLayerJumpGo,
  ReqLayerJumpReady,
} from '../pat/index.ts'
import { jump, jumpGo, prepareJump } from '../world/index.ts'
import { gameRoutes } from './session.ts'
import { reasonWords } from './words.ts'

export const warpRoutes = gameRoutes(
  { ReqLayerJump, ReqLayerJumpReady, ReqLayerJumpGo },
  {
    ReqLayerJump: (call, { path }) =>
      call.session.realm.request(call, AnsLayerJump, jump, decodeLayerPath(path)),
    /** The player then changes servers with ReqFmpInfo2 as ever, and central keeps a seat on that server. */
    ReqLayerJumpReady: (call, { path }) => {
      const { realm } = call.session
      const to = decodeLayerPath(path)
      if (!realm.link.directory.servers.some(({ id }) => id === to.server)) {
        call.refuse(NtcLayerJumpReady, reasonWords.no_such_place)
        return
      }
      realm.request(call, NtcLayerJumpReady, prepareJump, to, realm.clock.now())
      realm.watchVisit()
    },
    ReqLayerJumpGo: (call, { path }) =>
      call.session.realm.request(call, NtcLayerJumpGo, jumpGo, decodeLayerPath(path)),
  },
)
