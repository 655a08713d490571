/** Lists of quests and the quest search. Source: protocol/packets.json. */
import { counted, fieldList, optional, rest, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { optionalFieldRequests, optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { CircleInfo } from '../structs/circle.ts'

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
