/** Chat and tells (game.md 3.6). */
import {
  AnsLayerTell,
  AnsTell,
  latin1,
  NtcCircleChat,
  NtcLayerChat,
  ReqLayerTell,
  ReqTell,
} from '../pat/index.ts'
import { chat, chatInCircle, tell, tellInLayer } from '../world/index.ts'
import { gameRoutes } from './session.ts'

export const chatRoutes = gameRoutes(
  { NtcLayerChat, NtcCircleChat, ReqLayerTell, ReqTell },
  {
    NtcLayerChat: (call, { unknown1, messageInfo, message }) =>
      call.session.realm.notify(call, 'chat', chat, unknown1, messageInfo, message),
    NtcCircleChat: (call, { messageInfo, message }) =>
      call.session.realm.notify(call, 'chat', chatInCircle, messageInfo, message),
    ReqLayerTell: (call, { recipientId, messageInfo, message }) =>
      call.session.realm.request(
        call,
        AnsLayerTell,
        tellInLayer,
        recipientId,
        latin1(recipientId),
        messageInfo,
        message,
      ),
    ReqTell: (call, { recipientId, messageInfo, message }) =>
      call.session.realm.request(call, AnsTell, tell, latin1(recipientId), messageInfo, message),
  },
)
