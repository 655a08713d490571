/** Chat and tells (game.md 3.6). */
import { Problem } from '@citygate/schema/contract'
import {
  AnsLayerTell,
  AnsTell,
  type AnyPacket,
  type Bytes,
  latin1,
  NtcCircleChat,
  NtcLayerChat,
  ReqLayerTell,
  ReqTell,
} from '../pat/index.ts'
import { chat, chatInCircle, tell, tellInLayer } from '../world/index.ts'
import { isCapcomId } from './capcom-id.ts'
import { longestText, outgoing, tooLong } from './letters.ts'
import { type GameCall, gameRoutes } from './session.ts'
import { gameWords } from './words.ts'

export const chatRoutes = gameRoutes(
  { NtcLayerChat, NtcCircleChat, ReqLayerTell, ReqTell },
  {
    NtcLayerChat: (call, { unknown1, messageInfo, message }) => {
      if (message.length > longestText) return
      call.session.realm.notify(call, 'chat', chat, unknown1, messageInfo, message)
    },
    NtcCircleChat: (call, { messageInfo, message }) => {
      if (message.length > longestText) return
      call.session.realm.notify(call, 'chat', chatInCircle, messageInfo, message)
    },
    ReqLayerTell: (call, { recipientId, messageInfo, message }) => {
      if (refused(call, AnsLayerTell, message)) return
      const to = latin1(recipientId)
      call.session.realm.request(call, AnsLayerTell, tellInLayer, recipientId, to, messageInfo, message)
    },
    /** To a hunter of another node through central; to one who is nowhere it is a success as well. */
    ReqTell: async (call, { recipientId, messageInfo, message }) => {
      if (refused(call, AnsTell, message)) return
      const { realm, hold } = call.session
      const to = latin1(recipientId)
      if (realm.world.players.has(to) || !isCapcomId(to)) {
        realm.request(call, AnsTell, tell, to, messageInfo, message)
        return
      }
      const letter = outgoing(messageInfo, message)
      if (tooLong(letter)) {
        call.refuse(AnsTell, gameWords.tooLong)
        return
      }
      await realm.social.tell(hold, to, letter).catch(unlessUnknown)
      call.reply(AnsTell, {})
    },
  },
)

/** Tells are for one hunter, who should not be flooded either. */
function refused(call: GameCall, answer: AnyPacket, message: Bytes): boolean {
  const { paces, realm } = call.session
  const words =
    message.length > longestText
      ? gameWords.tooLong
      : paces.chat.take(realm.clock.now())
        ? undefined
        : gameWords.tooFast
  if (words) call.refuse(answer, words)
  return words !== undefined
}

/** Nobody has this Capcom ID: as little of an error as a hunter who is not online. */
function unlessUnknown(error: unknown): void {
  if (!(error instanceof Problem && error.code === 'player_not_found')) throw error
}
