/** Friends. Source: protocol/packets.json. */
import { counted, fieldList, lp2, u8, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { FriendData, MessageInfo } from '../structs/user.ts'

/**
 * Client asks someone to be friends. On FMP (inferred). Answered by AnsFriendAdd.
 */
export const ReqFriendAdd = packet({
  name: 'ReqFriendAdd',
  id: 0x66500100,
  from: 'client',
  fields: {
    recipientId: lp2,
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Request passed on. On FMP (inferred).
 */
export const AnsFriendAdd = packet({ name: 'AnsFriendAdd', id: 0x66500200, from: 'server', fields: {} })

/**
 * Friendship is now in force. On FMP (inferred).
 */
export const NtcFriendAdd = packet({
  name: 'NtcFriendAdd',
  id: 0x66501000,
  from: 'server',
  fields: {
    /** The id of the one who gets this packet. */
    recipientId: lp2,
    /** The other one. */
    friendData: items(FriendData),
    /** 1. */
    accepted: u8,
  },
})

/**
 * Client answers a friend request. On FMP (inferred). Answered by AnsFriendAccept.
 */
export const ReqFriendAccept = packet({
  name: 'ReqFriendAccept',
  id: 0x66510100,
  from: 'client',
  fields: {
    /** Who had asked. */
    senderId: lp2,
    accepted: u8,
  },
})

/**
 * Noted. On FMP (inferred).
 */
export const AnsFriendAccept = packet({ name: 'AnsFriendAccept', id: 0x66510200, from: 'server', fields: {} })

/**
 * Someone asks to be friends. On FMP (inferred).
 */
export const NtcFriendAccept = packet({
  name: 'NtcFriendAccept',
  id: 0x66511000,
  from: 'server',
  fields: {
    recipientId: lp2,
    /** Fields 2 = 20, 3, 4 set by the server. */
    messageInfo: items(MessageInfo),
    message: lp2,
  },
})

/**
 * Client removes a friend. On FMP (inferred). Answered by AnsFriendDelete.
 */
export const ReqFriendDelete = packet({
  name: 'ReqFriendDelete',
  id: 0x66530100,
  from: 'client',
  fields: {
    capcomId: lp2,
  },
})

/**
 * Removed. On FMP (inferred).
 */
export const AnsFriendDelete = packet({ name: 'AnsFriendDelete', id: 0x66530200, from: 'server', fields: {} })

/**
 * Client asks for its friends. On FMP. Answered by AnsFriendList.
 */
export const ReqFriendList = packet({
  name: 'ReqFriendList',
  id: 0x66540100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    /** Maximum wanted. */
    count: u32,
    /** Wanted fields of FriendData. */
    fields: fieldList,
  },
})

/**
 * Friends. On FMP.
 */
export const AnsFriendList = packet({
  name: 'AnsFriendList',
  id: 0x66540200,
  from: 'server',
  fields: {
    /** Read and not used by the client; 0. */
    ignored: u32,
    records: counted(u32, {
      friendData: items(FriendData),
    }),
  },
})
