/** Places: start, enter, leave, describe, lead. Source: protocol/packets.json. */
import { fieldList, lp2, optional, u8, u16 } from '../codec.ts'
import { items } from '../items.ts'
import { optionalFieldRequests, optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { LayerData, LayerSet, LayerUserInfo, LayerUserNum } from '../structs/layer.ts'

/**
 * Client enters the layer system on the FMP server. On FMP. Answered by AnsLayerStart.
 */
export const ReqLayerStart = packet({
  name: 'ReqLayerStart',
  id: 0x64010100,
  from: 'client',
  fields: {
    /** Wanted fields of LayerData. */
    fields1: fieldList,
    /** Second list of unknown use. */
    fields2: fieldList,
  },
})

/**
 * The layer the client starts in. On FMP.
 */
export const AnsLayerStart = packet({
  name: 'AnsLayerStart',
  id: 0x64010200,
  from: 'server',
  fields: {
    layerData: items(LayerData),
  },
})

/**
 * Client leaves the layer system. On FMP. Answered by AnsLayerEnd.
 */
export const ReqLayerEnd = packet({ name: 'ReqLayerEnd', id: 0x64020100, from: 'client', fields: {} })

/**
 * Left. On FMP.
 */
export const AnsLayerEnd = packet({ name: 'AnsLayerEnd', id: 0x64020200, from: 'server', fields: {} })

/**
 * Population of a layer has changed. On FMP (inferred).
 */
export const NtcLayerUserNum = packet({
  name: 'NtcLayerUserNum',
  id: 0x64031000,
  from: 'server',
  fields: {
    /**
     * 1 own layer, shown; 2 own layer, stored; 3 sibling, 4 child, 5 parent (extras.md 8.2). The path tells
     * the number.
     */
    updateType: u8,
    layerUserNum: items(LayerUserNum),
  },
})

/**
 * Client enters child layer n (gate or city). On FMP. Answered by AnsLayerDown.
 */
export const ReqLayerDown = packet({
  name: 'ReqLayerDown',
  id: 0x64140100,
  from: 'client',
  fields: {
    /** 1-based. */
    layerIndex: u16,
    layerSet: items(LayerSet),
  },
})

/**
 * Entered. On FMP.
 */
export const AnsLayerDown = packet({
  name: 'AnsLayerDown',
  id: 0x64140200,
  from: 'server',
  fields: {
    layerIndex: u16,
  },
})

/**
 * A player has entered the layer. On FMP.
 */
export const NtcLayerIn = packet({
  name: 'NtcLayerIn',
  id: 0x64141000,
  from: 'server',
  fields: {
    capcomId: lp2,
    /** Fields 1, 2, 7. */
    layerUserInfo: items(LayerUserInfo),
  },
})

/**
 * Client goes back to the parent layer. On FMP. Answered by AnsLayerUp.
 */
export const ReqLayerUp = packet({ name: 'ReqLayerUp', id: 0x64150100, from: 'client', fields: {} })

/**
 * Gone up. On FMP.
 */
export const AnsLayerUp = packet({ name: 'AnsLayerUp', id: 0x64150200, from: 'server', fields: {} })

/**
 * A player has left the layer. On FMP.
 */
export const NtcLayerOut = packet({
  name: 'NtcLayerOut',
  id: 0x64151000,
  from: 'server',
  fields: {
    capcomId: lp2,
  },
})

/**
 * Client changes its layer's data. On FMP (inferred). Answered by AnsLayerInfoSet.
 */
export const ReqLayerInfoSet = packet({
  name: 'ReqLayerInfoSet',
  id: 0x64200100,
  from: 'client',
  fields: {
    /** Field 0x17. */
    layerSet: items(LayerSet),
    optionalFields: optionalFields,
  },
})

/**
 * Changed. On FMP (inferred).
 */
export const AnsLayerInfoSet = packet({ name: 'AnsLayerInfoSet', id: 0x64200200, from: 'server', fields: {} })

/**
 * A layer's data has changed. On FMP (inferred).
 */
export const NtcLayerInfoSet = packet({
  name: 'NtcLayerInfoSet',
  id: 0x64201000,
  from: 'server',
  fields: {
    /** LayerPath. */
    path: lp2,
    layerData: items(LayerData),
    optionalFields: optionalFields,
  },
})

/**
 * Client asks for its layer's data. On FMP (inferred). Answered by AnsLayerInfo.
 */
export const ReqLayerInfo = packet({
  name: 'ReqLayerInfo',
  id: 0x64210100,
  from: 'client',
  fields: {
    /** LayerPath, 14 bytes. */
    path: lp2,
    /** Wanted fields of LayerData. */
    fields: fieldList,
    optionalFields: optionalFieldRequests,
  },
})

/**
 * The layer's data. On FMP (inferred).
 */
export const AnsLayerInfo = packet({
  name: 'AnsLayerInfo',
  id: 0x64210200,
  from: 'server',
  fields: {
    /** LayerPath, 14 bytes. */
    path: lp2,
    layerData: items(LayerData),
    optionalFields: optionalFields,
  },
})

/**
 * Client asks for the parent layer's data. On FMP (inferred). Answered by AnsLayerParentInfo.
 */
export const ReqLayerParentInfo = packet({
  name: 'ReqLayerParentInfo',
  id: 0x64220100,
  from: 'client',
  fields: {
    /** Wanted fields of LayerData. */
    fields: fieldList,
    optionalFields: optionalFieldRequests,
  },
})

/**
 * Parent layer's data. On FMP (inferred).
 */
export const AnsLayerParentInfo = packet({
  name: 'AnsLayerParentInfo',
  id: 0x64220200,
  from: 'server',
  fields: {
    layerData: items(LayerData),
    optionalFields: optionalFields,
  },
})

/**
 * Client asks for the data of child layer n. On FMP. Answered by AnsLayerChildInfo.
 */
export const ReqLayerChildInfo = packet({
  name: 'ReqLayerChildInfo',
  id: 0x64230100,
  from: 'client',
  fields: {
    /** 1-based; 0 is the client's own layer. */
    layerIndex: u16,
    /** Wanted fields of LayerData. */
    fields: fieldList,
    optionalFieldRequests: optional(optionalFieldRequests),
  },
})

/**
 * Data of the child layer. On FMP.
 */
export const AnsLayerChildInfo = packet({
  name: 'AnsLayerChildInfo',
  id: 0x64230200,
  from: 'server',
  fields: {
    /** The number that was asked for (extras.md 8.2). */
    layerIndex: u16,
    layerData: items(LayerData),
    optionalFields: optionalFields,
  },
})

/**
 * Client asks who hosts the city it joins. On FMP. Answered by AnsLayerHost.
 */
export const ReqLayerHost = packet({
  name: 'ReqLayerHost',
  id: 0x64410100,
  from: 'client',
  fields: {
    /** LayerPath. */
    cityPath: lp2,
  },
})

/**
 * Host of the city. On FMP.
 */
export const AnsLayerHost = packet({
  name: 'AnsLayerHost',
  id: 0x64410200,
  from: 'server',
  fields: {
    /** Echo of the request's bytes. */
    cityPath: lp2,
    hostCapcomId: lp2,
    hostName: lp2,
  },
})

/**
 * The city has a new host. On FMP.
 */
export const NtcLayerHost = packet({
  name: 'NtcLayerHost',
  id: 0x64411000,
  from: 'server',
  fields: {
    cityPath: lp2,
    hostCapcomId: lp2,
    hostName: lp2,
  },
})
