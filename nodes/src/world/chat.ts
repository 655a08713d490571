/** Chat and tells (game.md 3.6). Texts are relayed as bytes; only the sender is ours to name. */
import {
  AnsLayerTell,
  AnsTell,
  type Bytes,
  type Items,
  type MessageInfo,
  NtcCircleChatRelayed,
  NtcLayerChatRelayed,
  NtcLayerTell,
  NtcTell,
} from '../pat/index.ts'
import { circleOthers, layerAll, layerOthers } from './audience.ts'
import type { Reason, Turn } from './turn.ts'
import type { Layer, Player } from './world.ts'

type Message = Items<(typeof MessageInfo)['fields']>

/** RGBA (game.md 4.1). */
const colours = { server: 0xbb3385ff, gate: 0xffffffff, city: 0xffffffff } as const satisfies Record<
  Layer['kind'],
  number
>
/** MessageInfo 2 in tells and friend requests (game.md 9.6). */
const tellTime = 20

/** NtcLayerChat. The sender's client draws its own line. */
export function chat(turn: Turn, kind: number, info: Message, message: Bytes): undefined {
  const { actor } = turn
  if (!actor.at) return
  turn.tell(layerOthers(actor), NtcLayerChatRelayed, {
    unknown1: kind,
    messageInfo: info.with({
      textColor: colours[actor.at.kind],
      senderId: actor.id,
      senderName: actor.name,
    }),
    message,
  })
}

/** NtcCircleChat. */
export function chatInCircle(turn: Turn, info: Message, message: Bytes): undefined {
  const { actor } = turn
  if (!actor.circle) return
  turn.tell(circleOthers(actor.circle, actor), NtcCircleChatRelayed, {
    messageInfo: info.with({ senderId: actor.id, senderName: actor.name }),
    message,
  })
}

/** ReqLayerTell: shown to the sender too, then to the one in the same list if he is there. */
export function tellInLayer(
  turn: Turn,
  target: Bytes,
  to: string,
  info: Message,
  message: Bytes,
): Reason | undefined {
  const { actor } = turn
  turn.answer(AnsLayerTell, {})
  const body = { recipientId: target, messageInfo: privately(actor, info), message }
  turn.tell([actor], NtcLayerTell, body)
  turn.tell(
    layerAll(actor).filter((player) => player.capcomId === to && hears(player, actor)),
    NtcLayerTell,
    body,
  )
  return undefined
}

/**
 * ReqTell, to anybody of this node by his exact id (gap 8). Not shown to the sender again; to somebody
 * who is not there it is a success, as the game expects.
 */
export function tell(turn: Turn, to: string, info: Message, message: Bytes): Reason | undefined {
  const { actor, world } = turn
  turn.answer(AnsTell, {})
  const target = world.players.get(to)
  if (target && hears(target, actor))
    turn.tell([target], NtcTell, {
      recipientId: target.id,
      messageInfo: privately(actor, info),
      message,
    })
  return undefined
}

/** Who blocks the sender does not hear him, and he is not told. */
const hears = (player: Player, sender: Player): boolean => !player.blocked.has(sender.capcomId)

const privately = (sender: Player, info: Message): Message =>
  info.with({ unknown0x02: tellTime, senderId: sender.id, senderName: sender.name })
