/** Structures about one player: search, messages, friends, status. Source: protocol/structs.json. */
import { struct } from '../items.ts'

/**
 * A player found by search, or the client's own record.
 */
export const UserSearchInfo = struct('UserSearchInfo', {
  /** Capcom ID. */
  capcomId: { id: 0x01, type: 'string', max: 7 },
  /** Hunter name. */
  hunterName: { id: 0x02, type: 'string', max: 31 },
  /** HunterSettings blob, 0x100 bytes. */
  stats: { id: 0x03, type: 'binary', max: 256 },
  /** LayerPath of the place where the player is. */
  layerHost: { id: 0x04, type: 'binary', max: 14 },
  /** its comment says index. */
  unknown0x07: { id: 0x07, type: 'byte' },
  /** Server, gate and city names joined with TAB. */
  serverName: { id: 0x08, type: 'string' },
  unknown0x0b: { id: 0x0b, type: 'byte' },
  unknown0x0c: { id: 0x0c, type: 'string' },
  cityCapacity: { id: 0x0d, type: 'long' },
  citySize: { id: 0x0e, type: 'long' },
  /** With field 0x10 identifies the user when the game reads relayed layer binaries (a guess). */
  uniqueIdA: { id: 0x0f, type: 'long' },
  /** Second half (a guess). */
  uniqueIdB: { id: 0x10, type: 'long' },
})

/**
 * Head of a chat or private message.
 */
export const MessageInfo = struct('MessageInfo', {
  /** R, G, B, A bytes. In layer chat the server sets it. */
  textColor: { id: 0x01, type: 'long' },
  /** Time related (a guess). */
  unknown0x02: { id: 0x02, type: 'long' },
  /** Sender's Capcom ID; the server sets it. With an empty id the client shows nothing. */
  senderId: { id: 0x03, type: 'string', max: 7 },
  /** Sender's hunter name; the server sets it. */
  senderName: { id: 0x04, type: 'string', max: 31 },
})

/**
 * A friend.
 */
export const FriendData = struct('FriendData', {
  /** 1-based position in the list. */
  index: { id: 0x01, type: 'long' },
  /** Capcom ID. */
  capcomId: { id: 0x02, type: 'string', max: 7 },
  /** Hunter name. */
  hunterName: { id: 0x03, type: 'string', max: 31 },
})

/**
 * A blocked player; same fields as FriendData.
 */
export const BlackListUserData = struct('BlackListUserData', {
  /** 1-based position in the list. */
  index: { id: 0x01, type: 'long' },
  /** Capcom ID. */
  capcomId: { id: 0x02, type: 'string', max: 7 },
  /** Hunter name. */
  hunterName: { id: 0x03, type: 'string', max: 31 },
})

/**
 * The player's status switches, whole payload of ReqUserStatusSet.
 */
export const UserStatusSet = struct('UserStatusSet', {
  unknown0x01: { id: 0x01, type: 'byte' },
  unknown0x02: { id: 0x02, type: 'byte' },
  unknown0x03: { id: 0x03, type: 'byte' },
  unknown0x04: { id: 0x04, type: 'byte' },
  unknown0x05: { id: 0x05, type: 'byte' },
  unknown0x08: { id: 0x08, type: 'byte' },
  /** 4 = refuse friend requests. Other values unknown (a guess). */
  friendRequestPolicy: { id: 0x09, type: 'byte' },
})
