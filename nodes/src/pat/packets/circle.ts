/** Quest parties (circles): post, describe, join, leave. Source: protocol/packets.json. */
import { fieldList, lp2, optional, rest, u8, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { optionalFieldRequests, optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { CircleInfo } from '../structs/circle.ts'

/**
 * Client posts a quest. On FMP. Answered by AnsCircleCreate.
 */
export const ReqCircleCreate = packet({
  name: 'ReqCircleCreate',
  id: 0x65010100,
  from: 'client',
  fields: {
    circleInfo: items(CircleInfo),
    /** Circle: 1 party capacity, 2 quest id. */
    optionalFields: optionalFields,
  },
})

/**
 * Quest posted. On FMP.
 */
export const AnsCircleCreate = packet({
  name: 'AnsCircleCreate',
  id: 0x65010200,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
  },
})

/**
 * Client asks for a quest's data. On FMP. Answered by AnsCircleInfo.
 */
export const ReqCircleInfo = packet({
  name: 'ReqCircleInfo',
  id: 0x65020100,
  from: 'client',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    /** Wanted fields of CircleInfo. */
    fields: fieldList,
    optionalFieldRequests: optional(optionalFieldRequests),
  },
})

/**
 * The quest's data. On FMP.
 */
export const AnsCircleInfo = packet({
  name: 'AnsCircleInfo',
  id: 0x65020200,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    circleInfo: items(CircleInfo),
    /** Circle: 1 party capacity, 2 quest id. */
    optionalFields: optionalFields,
  },
})

/**
 * Client joins a quest. On FMP (inferred). Answered by AnsCircleJoin.
 */
export const ReqCircleJoin = packet({
  name: 'ReqCircleJoin',
  id: 0x65030100,
  from: 'client',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    /** Password fields, 0x0b. */
    circleInfo: items(CircleInfo),
  },
})

/**
 * Joined. On FMP (inferred).
 */
export const AnsCircleJoin = packet({
  name: 'AnsCircleJoin',
  id: 0x65030200,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    /** 1-based place. */
    playerIndex: u8,
  },
})

/**
 * A player has joined the quest. On FMP (inferred).
 */
export const NtcCircleJoin = packet({
  name: 'NtcCircleJoin',
  id: 0x65031000,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    capcomId: lp2,
    hunterName: lp2,
    /** 1-based place. */
    playerIndex: u8,
    /** 2 makes the client count something. */
    state: u8,
  },
})

/**
 * Client leaves the quest party. On FMP. Answered by AnsCircleLeave.
 */
export const ReqCircleLeave = packet({
  name: 'ReqCircleLeave',
  id: 0x65040100,
  from: 'client',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
  },
})

/**
 * Left. On FMP.
 */
export const AnsCircleLeave = packet({
  name: 'AnsCircleLeave',
  id: 0x65040200,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
  },
})

/**
 * A player has left the quest party. On FMP.
 */
export const NtcCircleLeave = packet({
  name: 'NtcCircleLeave',
  id: 0x65041000,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    capcomId: lp2,
    /** 1-based place. */
    playerIndex: u8,
    /** A flag. */
    unknown4: u8,
  },
})

/**
 * Client dissolves the quest party. On FMP (inferred). Answered by AnsCircleBreak.
 */
export const ReqCircleBreak = packet({
  name: 'ReqCircleBreak',
  id: 0x65050100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Dissolved. On FMP (inferred).
 */
export const AnsCircleBreak = packet({
  name: 'AnsCircleBreak',
  id: 0x65050200,
  from: 'server',
  fields: {
    circleIndex: u32,
  },
})

/**
 * The quest party has been dissolved. On FMP (inferred).
 */
export const NtcCircleBreak = packet({
  name: 'NtcCircleBreak',
  id: 0x65051000,
  from: 'server',
  fields: {
    /** The client does not use it. */
    ignored: u32,
  },
})

/**
 * Client changes the quest's data. On FMP. Answered by AnsCircleInfoSet.
 */
export const ReqCircleInfoSet = packet({
  name: 'ReqCircleInfoSet',
  id: 0x65200100,
  from: 'client',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    circleInfo: items(CircleInfo),
    /** Circle: 1 party capacity, 2 quest id. */
    optionalFields: optionalFields,
  },
})

/**
 * Changed. On FMP.
 */
export const AnsCircleInfoSet = packet({
  name: 'AnsCircleInfoSet',
  id: 0x65200200,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
  },
})

/**
 * The quest's data has changed (to its members). On FMP.
 */
export const NtcCircleInfoSet = packet({
  name: 'NtcCircleInfoSet',
  id: 0x65201000,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    circleInfo: items(CircleInfo),
    /** Circle: 1 party capacity, 2 quest id. */
    optionalFields: optionalFields,
  },
})
