/** A player's own data (game.md 3.2). */
import {
  AnsUserBinaryNotice,
  AnsUserBinarySet,
  AnsUserSearchSet,
  AnsUserStatus,
  AnsUserStatusSet,
  overwriteHunterSettings,
  ReqUserBinaryNotice,
  ReqUserBinarySet,
  ReqUserSearchSet,
  ReqUserStatus,
  ReqUserStatusSet,
  UserStatusSet,
} from '../pat/index.ts'
import { publishFields, showSettings, writeSettings } from '../world/index.ts'
import { gameRoutes } from './session.ts'

/** UserStatusSet 9: no friend requests (game.md 3.2). */
const denyRequests = 4

export const userRoutes = gameRoutes(
  { ReqUserBinarySet, ReqUserBinaryNotice, ReqUserSearchSet, ReqUserStatusSet, ReqUserStatus },
  {
    /** Kept first: what a console is told to be done is done, and what cannot be kept changes nothing. */
    ReqUserBinarySet: async (call, { offset, data }) => {
      const { realm, hold, player } = call.session
      const piece = data.slice()
      await realm.link.settings(hold, overwriteHunterSettings(player.settings, offset, piece))
      realm.request(call, AnsUserBinarySet, writeSettings, offset, piece)
    },
    ReqUserBinaryNotice: (call, { unknown1, offset, length }) =>
      call.session.realm.request(call, AnsUserBinaryNotice, showSettings, unknown1, offset, length),
    ReqUserSearchSet: (call, { optionalFields }) =>
      call.session.realm.request(call, AnsUserSearchSet, publishFields, optionalFields),
    ReqUserStatusSet: async (call, { userStatusSet }) => {
      call.session.status = userStatusSet
      await call.session.ties.denyRequests(userStatusSet.get('friendRequestPolicy') === denyRequests)
      call.reply(AnsUserStatusSet, {})
    },
    /** The question has an unknown layout; its answer can only mean the asking player's own switches. */
    ReqUserStatus: (call) =>
      call.reply(AnsUserStatus, { userStatusSet: call.session.status ?? UserStatusSet.of({}) }),
  },
)
