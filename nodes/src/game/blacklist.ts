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
  noBytes,
  ReqBlackAdd,
  ReqBlackDelete,
  ReqBlackList,
} from '../pat/index.ts'
import { gameRoutes, type Session } from './session.ts'
import { gameWords } from './words.ts'

const longestName = 31
const wellFormed = /^[0-9A-Z]{6}$/

export const blacklistRoutes = gameRoutes(
  { ReqBlackList, ReqBlackAdd, ReqBlackDelete },
  {
    ReqBlackList: async (call, { firstIndex, count, fields }) => {
      const blocked = await call.session.realm.ties.blocked(call.session.hold.capcomId)
      const from = Math.max(firstIndex, 1) - 1
      const records = blocked
        .map(({ capcomId, name }, i) =>
          BlackListUserData.of({ index: i + 1, capcomId: ascii(capcomId), hunterName: name }),
        )
        .slice(from, from + count)
        .map((row) => ({ blackListUserData: fields.length > 0 ? row.pick(fields) : row }))
      call.reply(AnsBlackList, { ignored: 0, records })
    },

    ReqBlackAdd: async (call, { capcomId, blackListUserData }) => {
      const { realm, hold } = call.session
      const other = latin1(capcomId)
      if (!wellFormed.test(other) || other === hold.capcomId) {
        call.refuse(AnsBlackAdd, gameWords.noSuchHunter)
        return
      }
      const named = realm.world.players.get(other)?.name ?? blackListUserData.get('hunterName') ?? noBytes
      const done = await realm.ties.block(hold.capcomId, {
        capcomId: other,
        name: named.slice(0, longestName),
      })
      if (done === 'full') {
        call.refuse(AnsBlackAdd, gameWords.blacklistFull)
        return
      }
      await refreshBlocked(call.session)
      call.reply(AnsBlackAdd, {})
    },

    ReqBlackDelete: async (call, { capcomId }) => {
      await call.session.realm.ties.unblock(call.session.hold.capcomId, latin1(capcomId))
      await refreshBlocked(call.session)
      call.reply(AnsBlackDelete, {})
    },
  },
)

/** The world filters by its own copy of the list. */
async function refreshBlocked({ realm, hold, player }: Session): Promise<void> {
  const blocked = await realm.ties.blocked(hold.capcomId)
  player.blocked = new Set(blocked.map(({ capcomId }) => capcomId))
}
