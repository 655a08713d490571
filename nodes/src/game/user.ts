/** A player's own data (game.md 3.2). */
import {
  AnsUserBinaryNotice,
  AnsUserBinarySet,
  AnsUserSearchSet,
  AnsUserStatusSet,
  ReqUserBinaryNotice,
  ReqUserBinarySet,
  ReqUserSearchSet,
  ReqUserStatusSet,
} from '../pat/index.ts'
import { showSettings, writeSettings } from '../world/index.ts'
import { gameRoutes } from './session.ts'

export const userRoutes = gameRoutes(
  { ReqUserBinarySet, ReqUserBinaryNotice, ReqUserSearchSet, ReqUserStatusSet },
  {
    ReqUserBinarySet: (call, { offset, data }) => {
      const { realm, hold, player } = call.session
      realm.request(call, AnsUserBinarySet, writeSettings, offset, data)
      realm.link.settings(hold, player.settings)
    },
    ReqUserBinaryNotice: (call, { unknown1, offset, length }) =>
      call.session.realm.request(call, AnsUserBinaryNotice, showSettings, unknown1, offset, length),
    /** Weapon and rank come from the settings themselves, so that they cannot disagree. */
    ReqUserSearchSet: (call) => call.reply(AnsUserSearchSet, {}),
    ReqUserStatusSet: (call) => call.reply(AnsUserStatusSet, {}),
  },
)
