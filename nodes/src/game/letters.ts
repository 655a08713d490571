/** Messages of hunters on their way to others: what goes to central, and what comes from it (game.md 3.6, 3.10). */
import { messageBytesAtMost } from '@citygate/schema/contract'
import type { FriendRequest, Known, Message, SocialNews } from '../central/social.ts'
import {
  ascii,
  type Bytes,
  decodeItems,
  encodeItems,
  FriendData,
  type Items,
  MessageInfo,
  NtcFriendAccept,
  NtcFriendAdd,
  NtcTell,
  ProtocolError,
} from '../pat/index.ts'
import { announcementFrames } from './announce.ts'
import type { Session } from './session.ts'
import { gameWords } from './words.ts'

/** MessageInfo 2 in tells and friend requests (game.md 9.6). */
const letterTime = 20
/** Sequence of what no packet of this console caused. */
const unasked = 0

/** A message for another node. Its sender's name is set by whoever delivers it, from central's word. */
export const outgoing = (info: Items<(typeof MessageInfo)['fields']>, text: Bytes): Message => ({
  info: encodeItems(info),
  text: text.slice(),
})

/** Bytes of a text: far beyond what the game lets a player write; central takes no more. */
export const longestText = messageBytesAtMost

export const tooLong = ({ info, text }: Message): boolean =>
  info.length > messageBytesAtMost || text.length > longestText

function head(message: Message, from: Known): Items<(typeof MessageInfo)['fields']> {
  return readInfo(message.info).with({
    unknown0x02: letterTime,
    senderId: ascii(from.capcomId),
    senderName: from.name,
  })
}

/** What another node has let through and is no MessageInfo, is left out: the text is what counts. */
function readInfo(info: Bytes): Items<(typeof MessageInfo)['fields']> {
  try {
    return decodeItems(MessageInfo, info)
  } catch (error) {
    if (error instanceof ProtocolError) return MessageInfo.of({})
    throw error
  }
}

/** Shows a friend request to its addressee, once. */
export function showRequest(session: Session, request: FriendRequest, sequence = unasked): void {
  if (session.requestsShown.has(request.number)) return
  session.requestsShown.add(request.number)
  session.peer.send(NtcFriendAccept, sequence, {
    recipientId: session.player.id,
    messageInfo: head(request.message, request.from),
    message: request.message.text,
  })
}

/** Tells a hunter that he has a new friend. */
export function showFriend(session: Session, friend: Known, sequence = unasked): void {
  session.peer.send(NtcFriendAdd, sequence, {
    recipientId: session.player.id,
    friendData: friendData(1, friend),
    accepted: 1,
  })
}

export const friendData = (index: number, { capcomId, name }: Known) =>
  FriendData.of({ index, capcomId: ascii(capcomId), hunterName: name })

/** In the server's own voice. */
export function say({ peer, audience }: Session, text: string, frames = announcementFrames(text)): void {
  for (const frame of frames(audience)) peer.sendFrame(frame)
}

/** What a hunter of another node did. It may come twice. */
export function showNews(session: Session, news: SocialNews): void {
  const { ties, player, peer } = session
  switch (news.kind) {
    case 'tell':
      if (player.blocked.has(news.from.capcomId)) return
      peer.send(NtcTell, unasked, {
        recipientId: player.id,
        messageInfo: head(news.message, news.from),
        message: news.message.text,
      })
      return
    case 'friend-request':
      showRequest(session, news.request)
      return
    case 'friend-answer':
      ties.befriend(news.by)
      showFriend(session, news.by)
      return
    case 'friend-deleted':
      ties.unfriend(news.by)
      return
    case 'pending':
      say(session, gameWords.pending)
      return
    case 'refused':
      ties.outdate()
      say(session, gameWords.refusedLater)
      return
  }
}
