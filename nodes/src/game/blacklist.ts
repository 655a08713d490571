/**
 * Blocked players (game.md 3.10, gap 7): their tells and friend requests do not arrive, and they do not
 * find who blocks them.
 */
import {
  AnsBlackAdd,
  AnsBlackDelete,
  AnsBlackList,
  ascii,
  BlackListUserData,
  latin1,
  ReqBlackAdd,
  ReqBlackDelete,
  ReqBlackList,
} from '../pat/index.ts'
import { isCapcomId } from './capcom-id.ts'
import { gameRoutes } from './session.ts'
import { gameWords } from './words.ts'

export const blacklistRoutes = gameRoutes(
  { ReqBlackList, ReqBlackAdd, ReqBlackDelete },
  {
    ReqBlackList: async (call, { firstIndex, count, fields }) => {
      const { player, ties } = call.session
      const blocked = await ties.blocked()
      player.blocked = new Set(blocked.map(({ capcomId }) => capcomId))
      const from = Math.max(firstIndex, 1) - 1
      const records = blocked
        .map(({ capcomId, name }, i) =>
          BlackListUserData.of({ index: i + 1, capcomId: ascii(capcomId), hunterName: name }),
        )
        .slice(from, from + count)
        .map((row) => ({ blackListUserData: fields.length > 0 ? row.pick(fields) : row }))
      call.reply(AnsBlackList, { ignored: 0, records })
    },

    ReqBlackAdd: async (call, { capcomId }) => {
      const { realm, hold, player, ties } = call.session
      const other = latin1(capcomId)
      if (!isCapcomId(other) || other === hold.capcomId) {
        call.refuse(AnsBlackAdd, gameWords.noSuchHunter)
        return
      }
      ties.block(await realm.social.setBlacklisted(hold, other, true))
      realm.playing(other)?.ties.unfriend(hold.capcomId)
      player.blocked = new Set([...player.blocked, other])
      call.reply(AnsBlackAdd, {})
    },

    /** Who is not blocked (any more) is a success with nothing to do. */
    ReqBlackDelete: async (call, { capcomId }) => {
      const { realm, hold, player, ties } = call.session
      const other = latin1(capcomId)
      if ((await ties.blocked()).some(({ capcomId: blocked }) => blocked === other)) {
        await realm.social.setBlacklisted(hold, other, false)
        ties.unblock(other)
        player.blocked = new Set([...player.blocked].filter((blocked) => blocked !== other))
      }
      call.reply(AnsBlackDelete, {})
    },
  },
)
