/** Friends (game.md 3.10). A request waits for its answer, also while its addressee is away (gap 1). */
import {
  AnsFriendAccept,
  AnsFriendAdd,
  AnsFriendDelete,
  AnsFriendList,
  ascii,
  type Bytes,
  FriendData,
  latin1,
  MessageInfo,
  NtcFriendAccept,
  NtcFriendAdd,
  ReqFriendAccept,
  ReqFriendAdd,
  ReqFriendDelete,
  ReqFriendList,
} from '../pat/index.ts'
import { gameRoutes, type Session } from './session.ts'
import type { Asked, FriendLetter, Known } from './ties.ts'
import { gameWords } from './words.ts'

/** MessageInfo 2 in friend requests, and MessageInfo 1 when the client names none (game.md 4.1, 9.6). */
const letterTime = 20
const white = 0xffffffff

const refusals: Partial<Record<Asked, string>> = {
  unknown: gameWords.noSuchHunter,
  denied: gameWords.takesNoRequests,
  full: gameWords.friendsFull,
}

export const friendRoutes = gameRoutes(
  { ReqFriendList, ReqFriendAdd, ReqFriendAccept, ReqFriendDelete },
  {
    /** Rows keep their number over the pages (gap 6). */
    ReqFriendList: async (call, { firstIndex, count, fields }) => {
      const friends = await call.session.realm.ties.friends(call.session.hold.capcomId)
      const rows = friends.map((friend, i) => friendData(i + 1, friend))
      const from = Math.max(firstIndex, 1) - 1
      call.reply(AnsFriendList, {
        ignored: 0,
        records: rows
          .slice(from, from + count)
          .map((row) => ({ friendData: fields.length > 0 ? row.pick(fields) : row })),
      })
    },

    ReqFriendAdd: async (call, { recipientId, messageInfo, message }) => {
      const { realm, player } = call.session
      const to = latin1(recipientId)
      const letter = {
        from: { capcomId: player.capcomId, name: player.name },
        colour: messageInfo.get('textColor') ?? white,
        text: message.slice(),
      }
      const asked = await realm.ties.ask(letter, to)
      const refused = refusals[asked]
      if (refused) {
        call.refuse(AnsFriendAdd, refused)
        return
      }
      call.reply(AnsFriendAdd, {})
      if (asked === 'asked') await deliverLetters(realm.playing(to), call.sequence)
    },

    /** Nobody becomes a friend who did not ask (gap 3). */
    ReqFriendAccept: async (call, { senderId, accepted }) => {
      const { realm, player } = call.session
      const asker = latin1(senderId)
      const friend = await realm.ties.answer(player.capcomId, asker, accepted === 1)
      if (friend === 'no_request') {
        call.refuse(AnsFriendAccept, gameWords.noRequest)
        return
      }
      call.reply(AnsFriendAccept, {})
      if (friend === 'refused') return
      tellFriendship(realm.playing(asker), player, call.sequence)
      tellFriendship(call.session, friend, call.sequence)
    },

    /** Who is no friend (any more) is a success with nothing to do. */
    ReqFriendDelete: async (call, { capcomId }) => {
      await call.session.realm.ties.unfriend(call.session.hold.capcomId, latin1(capcomId))
      call.reply(AnsFriendDelete, {})
    },
  },
)

/** Shows requests that wait, if the hunter is here. */
export async function deliverLetters(session: Session | undefined, sequence = 0): Promise<void> {
  if (!session) return
  for (const letter of await session.realm.ties.letters(session.hold.capcomId))
    session.peer.send(NtcFriendAccept, sequence, {
      recipientId: session.player.id,
      messageInfo: letterHead(letter),
      message: letter.text,
    })
}

const letterHead = ({ from, colour }: FriendLetter) =>
  MessageInfo.of({
    textColor: colour,
    unknown0x02: letterTime,
    senderId: ascii(from.capcomId),
    senderName: from.name,
  })

function tellFriendship(session: Session | undefined, friend: Known, sequence: number): void {
  session?.peer.send(NtcFriendAdd, sequence, {
    recipientId: session.player.id,
    friendData: friendData(1, friend),
    accepted: 1,
  })
}

const friendData = (index: number, { capcomId, name }: { capcomId: string; name: Bytes }) =>
  FriendData.of({ index, capcomId: ascii(capcomId), hunterName: name })
