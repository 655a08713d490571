/** Searches for players and cities. Source: protocol/packets.json. */
import { counted, fieldList, lp2, u8, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { detailedOptionalFields, optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { LayerData, LayerUserInfo } from '../structs/layer.ts'
import { UserSearchInfo } from '../structs/user.ts'

/**
 * Client searches cities. On FMP (inferred). Answered by AnsLayerDetailSearchHead.
 */
export const ReqLayerDetailSearchHead = packet({
  name: 'ReqLayerDetailSearchHead',
  id: 0x64900100,
  from: 'client',
  fields: {
    layer: u8,
    search: detailedOptionalFields,
    firstIndex: u32,
    count: u32,
    /** Wanted fields of LayerData. */
    layerFields: fieldList,
    /** Wanted fields of LayerUserInfo. */
    userFields: fieldList,
  },
})

/**
 * Number of cities found. On FMP (inferred).
 */
export const AnsLayerDetailSearchHead = packet({
  name: 'AnsLayerDetailSearchHead',
  id: 0x64900200,
  from: 'server',
  fields: {
    unknown1: u32,
    count: u32,
    unknown3: u32,
  },
})

/**
 * Client asks for the cities found. On FMP (inferred). Answered by AnsLayerDetailSearchData.
 */
export const ReqLayerDetailSearchData = packet({
  name: 'ReqLayerDetailSearchData',
  id: 0x64910100,
  from: 'client',
  fields: {
    firstIndex: u32,
    count: u32,
  },
})

/**
 * Cities found with their players. On FMP (inferred).
 */
export const AnsLayerDetailSearchData = packet({
  name: 'AnsLayerDetailSearchData',
  id: 0x64910200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    records: counted(u32, {
      layerData: items(LayerData),
      optionalFields: optionalFields,
      users: counted(u32, {
        layerUserInfo: items(LayerUserInfo),
        optionalFields: optionalFields,
      }),
    }),
  },
})

/**
 * End of the search. On FMP (inferred). Answered by AnsLayerDetailSearchFoot.
 */
export const ReqLayerDetailSearchFoot = packet({
  name: 'ReqLayerDetailSearchFoot',
  id: 0x64920100,
  from: 'client',
  fields: {},
})

/**
 * End of the search. On FMP (inferred).
 */
export const AnsLayerDetailSearchFoot = packet({
  name: 'AnsLayerDetailSearchFoot',
  id: 0x64920200,
  from: 'server',
  fields: {},
})

/**
 * Client searches players by name or id. On FMP (inferred). Answered by AnsUserSearchHead.
 */
export const ReqUserSearchHead = packet({
  name: 'ReqUserSearchHead',
  id: 0x66330100,
  from: 'client',
  fields: {
    capcomId: lp2,
    hunterName: lp2,
    search: detailedOptionalFields,
    /** 1-based. */
    firstIndex: u32,
    count: u32,
    /** Wanted fields of UserSearchInfo. */
    fields: fieldList,
  },
})

/**
 * Number of players found. On FMP (inferred).
 */
export const AnsUserSearchHead = packet({
  name: 'AnsUserSearchHead',
  id: 0x66330200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    /** Number of records available. */
    count: u32,
  },
})

/**
 * Client asks for the players found. On FMP (inferred). Answered by AnsUserSearchData.
 */
export const ReqUserSearchData = packet({
  name: 'ReqUserSearchData',
  id: 0x66340100,
  from: 'client',
  fields: {
    firstIndex: u32,
    count: u32,
  },
})

/**
 * Players found. On FMP (inferred).
 */
export const AnsUserSearchData = packet({
  name: 'AnsUserSearchData',
  id: 0x66340200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    records: counted(u32, {
      userSearchInfo: items(UserSearchInfo),
      optionalFields: optionalFields,
    }),
  },
})

/**
 * End of the search. On FMP (inferred). Answered by AnsUserSearchFoot.
 */
export const ReqUserSearchFoot = packet({
  name: 'ReqUserSearchFoot',
  id: 0x66350100,
  from: 'client',
  fields: {},
})

/**
 * End of the search. On FMP (inferred).
 */
export const AnsUserSearchFoot = packet({
  name: 'AnsUserSearchFoot',
  id: 0x66350200,
  from: 'server',
  fields: {},
})

/**
 * Client asks for one player's record. On FMP (inferred). Answered by AnsUserSearchInfo.
 */
export const ReqUserSearchInfo = packet({
  name: 'ReqUserSearchInfo',
  id: 0x66360100,
  from: 'client',
  fields: {
    capcomId: lp2,
    /** Shows the wanted fields. */
    userSearchInfo: items(UserSearchInfo),
  },
})

/**
 * The player's record. On FMP (inferred).
 */
export const AnsUserSearchInfo = packet({
  name: 'AnsUserSearchInfo',
  id: 0x66360200,
  from: 'server',
  fields: {
    userSearchInfo: items(UserSearchInfo),
    optionalFields: optionalFields,
  },
})

/**
 * Client asks for its own record. On LMP, FMP. Answered by AnsUserSearchInfoMine.
 */
export const ReqUserSearchInfoMine = packet({
  name: 'ReqUserSearchInfoMine',
  id: 0x66370100,
  from: 'client',
  fields: {
    userSearchInfo: items(UserSearchInfo),
  },
})

/**
 * Own record. On LMP, FMP.
 */
export const AnsUserSearchInfoMine = packet({
  name: 'AnsUserSearchInfoMine',
  id: 0x66370200,
  from: 'server',
  fields: {
    userSearchInfo: items(UserSearchInfo),
  },
})
