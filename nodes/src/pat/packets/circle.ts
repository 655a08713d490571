/** Quest parties (circles). Source: protocol/packets.json. */
import { counted, fieldList, lp2, optional, rest, u8, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { optionalFieldRequests, optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { CircleInfo, CircleUserData } from '../structs/circle.ts'

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

/**
 * Client asks for all quests of the city. On FMP. Answered by AnsCircleListLayer.
 */
export const ReqCircleListLayer = packet({
  name: 'ReqCircleListLayer',
  id: 0x65270100,
  from: 'client',
  fields: {
    /** Wanted fields of CircleInfo. */
    fields: fieldList,
    optionalFieldRequests: optional(optionalFieldRequests),
  },
})

/**
 * All quests of the city. On FMP.
 */
export const AnsCircleListLayer = packet({
  name: 'AnsCircleListLayer',
  id: 0x65270200,
  from: 'server',
  fields: {
    /** Read and not used by the client; 0. */
    ignored: u32,
    records: counted(u32, {
      circleInfo: items(CircleInfo),
      optionalFields: optionalFields,
    }),
  },
})

/**
 * Quest search: asks for the number of quests found. On FMP (inferred). Answered by AnsCircleSearchHead.
 */
export const ReqCircleSearchHead = packet({
  name: 'ReqCircleSearchHead',
  id: 0x65280100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Quest search: number of quests found. On FMP (inferred).
 */
export const AnsCircleSearchHead = packet({
  name: 'AnsCircleSearchHead',
  id: 0x65280200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    total: u32,
  },
})

/**
 * Quest search: asks for the quests found. On FMP (inferred). Answered by AnsCircleSearchData.
 */
export const ReqCircleSearchData = packet({
  name: 'ReqCircleSearchData',
  id: 0x65290100,
  from: 'client',
  fields: {
    first: u32,
    count: u32,
  },
})

/**
 * Quest search: quests found. On FMP (inferred).
 */
export const AnsCircleSearchData = packet({
  name: 'AnsCircleSearchData',
  id: 0x65290200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    records: counted(u32, {
      circleInfo: items(CircleInfo),
      optionalFields: optionalFields,
    }),
  },
})

/**
 * Quest search: asks for the end of the search. On FMP (inferred). Answered by AnsCircleSearchFoot.
 */
export const ReqCircleSearchFoot = packet({
  name: 'ReqCircleSearchFoot',
  id: 0x652a0100,
  from: 'client',
  fields: {},
})

/**
 * Quest search: end of the search. On FMP (inferred).
 */
export const AnsCircleSearchFoot = packet({
  name: 'AnsCircleSearchFoot',
  id: 0x652a0200,
  from: 'server',
  fields: {},
})

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
    ignored1: u8,
    /** The client ignores both. */
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
