/** Friends (game.md 3.10). A request waits for its answer, also while its addressee is away (gap 1). */
import { codeOf } from '../dialogue/words.ts'
import {
  AnsFriendAccept,
  AnsFriendAdd,
  AnsFriendDelete,
  AnsFriendList,
  latin1,
  ReqFriendAccept,
  ReqFriendAdd,
  ReqFriendDelete,
  ReqFriendList,
} from '../pat/index.ts'
import { isCapcomId } from './capcom-id.ts'
import { friendData, outgoing, showFriend, showRequest, tooLong } from './letters.ts'
import { gameRoutes, type Session } from './session.ts'
import { gameWords } from './words.ts'

export const friendRoutes = gameRoutes(
  { ReqFriendList, ReqFriendAdd, ReqFriendAccept, ReqFriendDelete },
  {
    /** Rows keep their number over the pages (gap 6). */
    ReqFriendList: async (call, { firstIndex, count, fields }) => {
      const friends = await call.session.ties.friends()
      const from = Math.max(firstIndex, 1) - 1
      const rows = friends.map((friend, i) => friendData(i + 1, friend)).slice(from, from + count)
      call.reply(AnsFriendList, {
        ignored: 0,
        records: rows.map((row) => ({ friendData: fields.length > 0 ? row.pick(fields) : row })),
      })
      showWaitingRequests(call.session)
    },

    ReqFriendAdd: async (call, { recipientId, messageInfo, message }) => {
      const { realm, hold } = call.session
      const other = latin1(recipientId)
      if (!isCapcomId(other) || other === hold.capcomId) {
        call.refuse(AnsFriendAdd, gameWords.noSuchHunter)
        return
      }
      const letter = outgoing(messageInfo, message)
      if (tooLong(letter)) {
        call.refuse(AnsFriendAdd, gameWords.tooLong)
        return
      }
      const request = await realm.social.askFriend(hold, other, letter)
      call.reply(AnsFriendAdd, {})
      const asked = realm.playing(other)
      if (!asked) realm.outdate(other)
      else if (request) showRequest(asked, request, call.sequence)
    },

    /** Nobody becomes a friend who did not ask (gap 3). */
    ReqFriendAccept: async (call, { senderId, accepted }) => {
      const { realm, hold, player, ties } = call.session
      const asker = latin1(senderId)
      if (!isCapcomId(asker)) {
        call.refuse(AnsFriendAccept, gameWords.noRequest)
        return
      }
      const { friend, made } = await realm.social.answerFriend(hold, asker, accepted === 1)
      call.reply(AnsFriendAccept, {})
      if (!friend) return
      const other = realm.playing(asker)
      if (!other) realm.outdate(asker)
      else if (made) {
        other.ties.befriend(player)
        showFriend(other, player, call.sequence)
      }
      ties.befriend(friend)
      showFriend(call.session, friend, call.sequence)
    },

    /** Who is no friend (any more) is a success with nothing to do (gap 5). */
    ReqFriendDelete: async (call, { capcomId }) => {
      const { realm, hold, ties } = call.session
      const friend = latin1(capcomId)
      if (isCapcomId(friend)) await realm.social.deleteFriend(hold, friend)
      ties.unfriend(friend)
      call.reply(AnsFriendDelete, {})
    },
  },
)

/**
 * A hunter sees the requests that waited for him once, behind his friend list, or in his first gate if
 * he never asked for the list. Nothing waits for them.
 */
export function showWaitingRequests(session: Session): void {
  if (session.waitingShown) return
  session.waitingShown = true
  session.ties.requests().then(
    (requests) => {
      for (const request of requests) showRequest(session, request)
    },
    (error: unknown) => {
      session.peer.log.warn({ reason: codeOf(error) }, 'friend requests could not be shown')
    },
  )
}
