/** Chat and tells. Source: protocol/packets.json. */
import { lp2, rest, u8 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { MessageInfo } from '../structs/user.ts'

/**
 * Chat to everyone in the layer. On FMP.
 */
export const NtcLayerChat = packet({
  name: 'NtcLayerChat',
  id: 0x64721000,
  from: 'client',
  fields: {
    unknown1: u8,
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Chat to everyone in the layer. As the server relays it. On FMP.
 */
export const NtcLayerChatRelayed = packet({
  name: 'NtcLayerChat',
  id: 0x64721000,
  from: 'server',
  fields: {
    /** Unchanged. */
    unknown1: u8,
    /** Colour, senderId, senderName set by the server. */
    messageInfo: items(MessageInfo),
    /** Unchanged. */
    message: lp2,
  },
})

/**
 * Private message to someone in the layer. On FMP (inferred). Answered by AnsLayerTell.
 */
export const ReqLayerTell = packet({
  name: 'ReqLayerTell',
  id: 0x64730100,
  from: 'client',
  fields: {
    recipientId: lp2,
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Message accepted. On FMP (inferred).
 */
export const AnsLayerTell = packet({ name: 'AnsLayerTell', id: 0x64730200, from: 'server', fields: {} })

/**
 * A private message has come. On FMP (inferred).
 */
export const NtcLayerTell = packet({
  name: 'NtcLayerTell',
  id: 0x64731000,
  from: 'server',
  fields: {
    recipientId: lp2,
    /** Fields 2 = 20, 3, 4 set by the server. */
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Private layer message without answer (the game calls it TellLow). On FMP (inferred).
 */
export const NtcLayerTellLow = packet({
  name: 'NtcLayerTellLow',
  id: 0x64741000,
  from: 'client',
  fields: {
    recipientId: lp2,
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Private layer message without answer (the game calls it TellLow). As the server relays it. On FMP
 * (inferred).
 */
export const NtcLayerTellLowRelayed = packet({
  name: 'NtcLayerTellLow',
  id: 0x64741000,
  from: 'server',
  fields: {
    recipientId: lp2,
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Chat to the quest's members. On FMP (inferred).
 */
export const NtcCircleChat = packet({
  name: 'NtcCircleChat',
  id: 0x65721000,
  from: 'client',
  fields: {
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Chat to the quest's members. As the server relays it. On FMP (inferred).
 */
export const NtcCircleChatRelayed = packet({
  name: 'NtcCircleChat',
  id: 0x65721000,
  from: 'server',
  fields: {
    /** SenderId, senderName set by the server. */
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Private message to a member. On FMP (inferred). Answered by AnsCircleTell.
 */
export const ReqCircleTell = packet({
  name: 'ReqCircleTell',
  id: 0x65730100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Accepted. On FMP (inferred).
 */
export const AnsCircleTell = packet({ name: 'AnsCircleTell', id: 0x65730200, from: 'server', fields: {} })

/**
 * A private message from a member. On FMP (inferred).
 */
export const NtcCircleTell = packet({
  name: 'NtcCircleTell',
  id: 0x65731000,
  from: 'server',
  fields: {
    recipientId: lp2,
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Private message to any player. On FMP (inferred). Answered by AnsTell.
 */
export const ReqTell = packet({
  name: 'ReqTell',
  id: 0x66110100,
  from: 'client',
  fields: {
    recipientId: lp2,
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Accepted. On FMP (inferred).
 */
export const AnsTell = packet({ name: 'AnsTell', id: 0x66110200, from: 'server', fields: {} })

/**
 * A private message has come. On FMP (inferred).
 */
export const NtcTell = packet({
  name: 'NtcTell',
  id: 0x66111000,
  from: 'server',
  fields: {
    recipientId: lp2,
    /** Fields 2 = 20, 3, 4 set by the server. */
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})
