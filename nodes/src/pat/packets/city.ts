/** Creating a city. Source: protocol/packets.json. */
import { u8, u16 } from '../codec.ts'
import { items } from '../items.ts'
import { optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { LayerSet } from '../structs/layer.ts'

/**
 * Client wants to create city number n. On FMP. Answered by AnsLayerCreateHead.
 */
export const ReqLayerCreateHead = packet({
  name: 'ReqLayerCreateHead',
  id: 0x64110100,
  from: 'client',
  fields: {
    /** 1-based. */
    cityIndex: u16,
  },
})

/**
 * City reserved for the client. On FMP.
 */
export const AnsLayerCreateHead = packet({
  name: 'AnsLayerCreateHead',
  id: 0x64110200,
  from: 'server',
  fields: {
    cityIndex: u16,
  },
})

/**
 * Settings of the new city. On FMP. Answered by AnsLayerCreateSet.
 */
export const ReqLayerCreateSet = packet({
  name: 'ReqLayerCreateSet',
  id: 0x64120100,
  from: 'client',
  fields: {
    cityIndex: u16,
    layerSet: items(LayerSet),
    /** City: 2 HR limit, 3 goal, 4 seeking. */
    optionalFields: optionalFields,
  },
})

/**
 * Settings stored; the client is in the city. On FMP.
 */
export const AnsLayerCreateSet = packet({
  name: 'AnsLayerCreateSet',
  id: 0x64120200,
  from: 'server',
  fields: {
    cityIndex: u16,
  },
})

/**
 * End of city creation. On FMP. Answered by AnsLayerCreateFoot.
 */
export const ReqLayerCreateFoot = packet({
  name: 'ReqLayerCreateFoot',
  id: 0x64130100,
  from: 'client',
  fields: {
    cityIndex: u16,
    cancelled: u8,
  },
})

/**
 * End of city creation. On FMP.
 */
export const AnsLayerCreateFoot = packet({
  name: 'AnsLayerCreateFoot',
  id: 0x64130200,
  from: 'server',
  fields: {
    cityIndex: u16,
  },
})
