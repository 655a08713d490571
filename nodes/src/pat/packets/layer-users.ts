/** Who is in a place. Source: protocol/packets.json. */
import { counted, fieldList, lp2, u8, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { detailedOptionalFields, optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { LayerUserInfo } from '../structs/layer.ts'

/**
 * Client changes its data as a layer member. On FMP (inferred). Answered by AnsLayerUserInfoSet.
 */
export const ReqLayerUserInfoSet = packet({
  name: 'ReqLayerUserInfoSet',
  id: 0x64600100,
  from: 'client',
  fields: {
    userInfo: items(LayerUserInfo),
  },
})

/**
 * Changed. On FMP (inferred).
 */
export const AnsLayerUserInfoSet = packet({
  name: 'AnsLayerUserInfoSet',
  id: 0x64600200,
  from: 'server',
  fields: {},
})

/**
 * A layer member's data has changed. On FMP (inferred).
 */
export const NtcLayerUserInfoSet = packet({
  name: 'NtcLayerUserInfoSet',
  id: 0x64601000,
  from: 'server',
  fields: {
    capcomId: lp2,
    layerUserInfo: items(LayerUserInfo),
  },
})

/**
 * Client asks for all players in its layer. On FMP. Answered by AnsLayerUserList.
 */
export const ReqLayerUserList = packet({
  name: 'ReqLayerUserList',
  id: 0x64630100,
  from: 'client',
  fields: {
    /** Wanted fields of LayerUserInfo. */
    fields: fieldList,
  },
})

/**
 * Players in the layer. On FMP.
 */
export const AnsLayerUserList = packet({
  name: 'AnsLayerUserList',
  id: 0x64630200,
  from: 'server',
  fields: {
    records: counted(u32, {
      layerUserInfo: items(LayerUserInfo),
    }),
  },
})

/**
 * Client asks how many players are in a given layer. On FMP. Answered by AnsLayerUserListHead.
 */
export const ReqLayerUserListHead = packet({
  name: 'ReqLayerUserListHead',
  id: 0x64640100,
  from: 'client',
  fields: {
    /** 2 usually, 1 for the whole server (extras.md 8.3). */
    unknown1: u8,
    /** LayerPath. */
    path: lp2,
    /** 1-based. */
    firstIndex: u32,
    /** Maximum wanted. */
    count: u32,
    /** Wanted fields of LayerUserInfo. */
    fields: fieldList,
  },
})

/**
 * Number of players. On FMP.
 */
export const AnsLayerUserListHead = packet({
  name: 'AnsLayerUserListHead',
  id: 0x64640200,
  from: 'server',
  fields: {
    /** The request's. */
    firstIndex: u32,
    count: u32,
  },
})

/**
 * Client asks for those players. On FMP. Answered by AnsLayerUserListData.
 */
export const ReqLayerUserListData = packet({
  name: 'ReqLayerUserListData',
  id: 0x64650100,
  from: 'client',
  fields: {
    firstIndex: u32,
    count: u32,
  },
})

/**
 * Those players. On FMP.
 */
export const AnsLayerUserListData = packet({
  name: 'AnsLayerUserListData',
  id: 0x64650200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    records: counted(u32, {
      layerUserInfo: items(LayerUserInfo),
      optionalFields: optionalFields,
    }),
  },
})

/**
 * End of the list. On FMP. Answered by AnsLayerUserListFoot.
 */
export const ReqLayerUserListFoot = packet({
  name: 'ReqLayerUserListFoot',
  id: 0x64660100,
  from: 'client',
  fields: {},
})

/**
 * End of the list. On FMP.
 */
export const AnsLayerUserListFoot = packet({
  name: 'AnsLayerUserListFoot',
  id: 0x64660200,
  from: 'server',
  fields: {},
})

/**
 * Client searches players at the gate. On FMP (inferred). Answered by AnsLayerUserSearchHead.
 */
export const ReqLayerUserSearchHead = packet({
  name: 'ReqLayerUserSearchHead',
  id: 0x64670100,
  from: 'client',
  fields: {
    /** 2 usually, 1 for the whole server (extras.md 8.3). */
    unknown1: u8,
    /** LayerPath. */
    path: lp2,
    capcomId: lp2,
    hunterName: lp2,
    search: detailedOptionalFields,
    /** 1-based. */
    firstIndex: u32,
    count: u32,
    /** Wanted fields of LayerUserInfo. */
    fields: fieldList,
  },
})

/**
 * Number of players found. On FMP (inferred).
 */
export const AnsLayerUserSearchHead = packet({
  name: 'AnsLayerUserSearchHead',
  id: 0x64670200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    /** Number of records available. */
    count: u32,
  },
})

/**
 * Client asks for the players found. On FMP (inferred). Answered by AnsLayerUserSearchData.
 */
export const ReqLayerUserSearchData = packet({
  name: 'ReqLayerUserSearchData',
  id: 0x64680100,
  from: 'client',
  fields: {
    firstIndex: u32,
    count: u32,
  },
})

/**
 * Players found. On FMP (inferred).
 */
export const AnsLayerUserSearchData = packet({
  name: 'AnsLayerUserSearchData',
  id: 0x64680200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    records: counted(u32, {
      layerUserInfo: items(LayerUserInfo),
      optionalFields: optionalFields,
    }),
  },
})

/**
 * End of the search. On FMP (inferred). Answered by AnsLayerUserSearchFoot.
 */
export const ReqLayerUserSearchFoot = packet({
  name: 'ReqLayerUserSearchFoot',
  id: 0x64690100,
  from: 'client',
  fields: {},
})

/**
 * End of the search. On FMP (inferred).
 */
export const AnsLayerUserSearchFoot = packet({
  name: 'AnsLayerUserSearchFoot',
  id: 0x64690200,
  from: 'server',
  fields: {},
})
