/** Lists of child and sibling places. Source: protocol/packets.json. */
import { counted, fieldList, rest, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { LayerData } from '../structs/layer.ts'

/**
 * Client asks how many child layers there are. On FMP. Answered by AnsLayerChildListHead.
 */
export const ReqLayerChildListHead = packet({
  name: 'ReqLayerChildListHead',
  id: 0x64240100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    /** Maximum wanted. */
    count: u32,
    /** Wanted fields of LayerData. */
    fields: fieldList,
    /** Perhaps optionalFieldRequests; nobody has parsed it. */
    rest: rest,
  },
})

/**
 * Number of child layers. On FMP.
 */
export const AnsLayerChildListHead = packet({
  name: 'AnsLayerChildListHead',
  id: 0x64240200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    /** Number of records available. */
    count: u32,
  },
})

/**
 * Client asks for child layers. On FMP. Answered by AnsLayerChildListData.
 */
export const ReqLayerChildListData = packet({
  name: 'ReqLayerChildListData',
  id: 0x64250100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    count: u32,
  },
})

/**
 * The child layers. On FMP.
 */
export const AnsLayerChildListData = packet({
  name: 'AnsLayerChildListData',
  id: 0x64250200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    records: counted(u32, {
      layerData: items(LayerData),
      optionalFields: optionalFields,
    }),
  },
})

/**
 * End of the child list. On FMP. Answered by AnsLayerChildListFoot.
 */
export const ReqLayerChildListFoot = packet({
  name: 'ReqLayerChildListFoot',
  id: 0x64260100,
  from: 'client',
  fields: {},
})

/**
 * End of the child list. On FMP.
 */
export const AnsLayerChildListFoot = packet({
  name: 'AnsLayerChildListFoot',
  id: 0x64260200,
  from: 'server',
  fields: {},
})

/**
 * Client asks how many sibling layers there are. On FMP (inferred). Answered by AnsLayerSiblingListHead.
 */
export const ReqLayerSiblingListHead = packet({
  name: 'ReqLayerSiblingListHead',
  id: 0x64270100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    /** Maximum wanted. */
    count: u32,
    /** Wanted fields of LayerData. */
    fields: fieldList,
    /** Perhaps optionalFieldRequests; nobody has parsed it. */
    rest: rest,
  },
})

/**
 * Number of sibling layers. On FMP (inferred).
 */
export const AnsLayerSiblingListHead = packet({
  name: 'AnsLayerSiblingListHead',
  id: 0x64270200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    /** Number of records available. */
    count: u32,
  },
})

/**
 * Client asks for sibling layers. On FMP (inferred). Answered by AnsLayerSiblingListData.
 */
export const ReqLayerSiblingListData = packet({
  name: 'ReqLayerSiblingListData',
  id: 0x64280100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    count: u32,
  },
})

/**
 * The sibling layers. On FMP (inferred).
 */
export const AnsLayerSiblingListData = packet({
  name: 'AnsLayerSiblingListData',
  id: 0x64280200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    records: counted(u32, {
      layerData: items(LayerData),
      optionalFields: optionalFields,
    }),
  },
})

/**
 * End of the sibling list. On FMP (inferred). Answered by AnsLayerSiblingListFoot.
 */
export const ReqLayerSiblingListFoot = packet({
  name: 'ReqLayerSiblingListFoot',
  id: 0x64290100,
  from: 'client',
  fields: {},
})

/**
 * End of the sibling list. On FMP (inferred).
 */
export const AnsLayerSiblingListFoot = packet({
  name: 'AnsLayerSiblingListFoot',
  id: 0x64290200,
  from: 'server',
  fields: {},
})
