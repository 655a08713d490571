/** Members of a quest party: list, leader, kick. Source: protocol/packets.json. */
import { counted, fieldList, lp2, rest, u8, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { CircleUserData } from '../structs/circle.ts'

/**
 * Leader removes a member. On FMP (inferred). Answered by AnsCircleKick.
 */
export const ReqCircleKick = packet({
  name: 'ReqCircleKick',
  id: 0x65350100,
  from: 'client',
  fields: {
    capcomId: lp2,
    /** 1. */
    flag: u8,
    /** Empty. */
    text: lp2,
  },
})

/**
 * Removed. On FMP (inferred).
 */
export const AnsCircleKick = packet({ name: 'AnsCircleKick', id: 0x65350200, from: 'server', fields: {} })

/**
 * You have been removed from the quest party. On FMP (inferred).
 */
export const NtcCircleKick = packet({
  name: 'NtcCircleKick',
  id: 0x65351000,
  from: 'server',
  fields: {
    /** The client uses neither. */
    ignored1: u8,
    ignored2: lp2,
  },
})

/**
 * Leader takes someone off the kick list. On FMP (inferred). Answered by AnsCircleDeleteKickList.
 */
export const ReqCircleDeleteKickList = packet({
  name: 'ReqCircleDeleteKickList',
  id: 0x65360100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Done. On FMP (inferred).
 */
export const AnsCircleDeleteKickList = packet({
  name: 'AnsCircleDeleteKickList',
  id: 0x65360200,
  from: 'server',
  fields: {},
})

/**
 * Leader hands the quest over. On FMP (inferred). Answered by AnsCircleHostHandover.
 */
export const ReqCircleHostHandover = packet({
  name: 'ReqCircleHostHandover',
  id: 0x65400100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Handed over. On FMP (inferred).
 */
export const AnsCircleHostHandover = packet({
  name: 'AnsCircleHostHandover',
  id: 0x65400200,
  from: 'server',
  fields: {},
})

/**
 * Leadership has been handed over. On FMP (inferred).
 */
export const NtcCircleHostHandover = packet({
  name: 'NtcCircleHostHandover',
  id: 0x65401000,
  from: 'server',
  fields: {
    /** 0. */
    unknown1: u32,
    /** 1-based place of the new leader. */
    playerIndex: u8,
    capcomId: lp2,
    hunterName: lp2,
    /** Empty; a short array of at most one element. */
    unknown5: lp2,
  },
})

/**
 * Client asks who leads a quest. On FMP (inferred). Answered by AnsCircleHost.
 */
export const ReqCircleHost = packet({
  name: 'ReqCircleHost',
  id: 0x65410100,
  from: 'client',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
  },
})

/**
 * Leader of the quest. On FMP (inferred).
 */
export const AnsCircleHost = packet({
  name: 'AnsCircleHost',
  id: 0x65410200,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    /** 1-based place. */
    playerIndex: u8,
    capcomId: lp2,
    hunterName: lp2,
  },
})

/**
 * The quest has a new leader. On FMP (inferred).
 */
export const NtcCircleHost = packet({
  name: 'NtcCircleHost',
  id: 0x65411000,
  from: 'server',
  fields: {
    unknown1: u32,
    /** 1-based place. */
    playerIndex: u8,
    capcomId: lp2,
    hunterName: lp2,
  },
})

/**
 * Client asks for the quest's members. On FMP (inferred). Answered by AnsCircleUserList.
 */
export const ReqCircleUserList = packet({
  name: 'ReqCircleUserList',
  id: 0x65600100,
  from: 'client',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    /** Wanted fields of CircleUserData. */
    fields: fieldList,
  },
})

/**
 * Members. On FMP (inferred).
 */
export const AnsCircleUserList = packet({
  name: 'AnsCircleUserList',
  id: 0x65600200,
  from: 'server',
  fields: {
    records: counted(u32, {
      circleUserData: items(CircleUserData),
    }),
  },
})
