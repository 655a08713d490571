/** Seats and arm wrestling in a city. Source: protocol/packets.json. */
import { counted, fieldList, lp2, u8 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { MediationListItem } from '../structs/layer.ts'

/**
 * Client takes a shared object (seat, arm wrestling). On FMP. Answered by AnsLayerMediationLock.
 */
export const ReqLayerMediationLock = packet({
  name: 'ReqLayerMediationLock',
  id: 0x64800100,
  from: 'client',
  fields: {
    /** 1 to 12 seats, 13 and 14 arm wrestling. */
    index: u8,
    mediationListItem: items(MediationListItem),
  },
})

/**
 * Result. On FMP.
 */
export const AnsLayerMediationLock = packet({
  name: 'AnsLayerMediationLock',
  id: 0x64800200,
  from: 'server',
  fields: {
    success: u8,
  },
})

/**
 * A player takes a shared object. On FMP.
 */
export const NtcLayerMediationLock = packet({
  name: 'NtcLayerMediationLock',
  id: 0x64801000,
  from: 'server',
  fields: {
    capcomId: lp2,
    index: u8,
    mediationListItem: items(MediationListItem),
  },
})

/**
 * Client frees a shared object (seat, arm wrestling). On FMP (inferred). Answered by AnsLayerMediationUnlock.
 */
export const ReqLayerMediationUnlock = packet({
  name: 'ReqLayerMediationUnlock',
  id: 0x64810100,
  from: 'client',
  fields: {
    /** 1 to 12 seats, 13 and 14 arm wrestling. */
    index: u8,
    mediationListItem: items(MediationListItem),
  },
})

/**
 * Result. On FMP (inferred).
 */
export const AnsLayerMediationUnlock = packet({
  name: 'AnsLayerMediationUnlock',
  id: 0x64810200,
  from: 'server',
  fields: {
    success: u8,
  },
})

/**
 * A player frees a shared object. On FMP (inferred).
 */
export const NtcLayerMediationUnlock = packet({
  name: 'NtcLayerMediationUnlock',
  id: 0x64811000,
  from: 'server',
  fields: {
    capcomId: lp2,
    index: u8,
    mediationListItem: items(MediationListItem),
  },
})

/**
 * Client asks for the shared objects of the city. On FMP. Answered by AnsLayerMediationList.
 */
export const ReqLayerMediationList = packet({
  name: 'ReqLayerMediationList',
  id: 0x64820100,
  from: 'client',
  fields: {
    unknown1: u8,
    unknown2: u8,
    /** Wanted fields of MediationListItem. */
    fields: fieldList,
  },
})

/**
 * Shared objects. On FMP.
 */
export const AnsLayerMediationList = packet({
  name: 'AnsLayerMediationList',
  id: 0x64820200,
  from: 'server',
  fields: {
    unknown1: u8,
    records: counted(u8, {
      mediationListItem: items(MediationListItem),
    }),
  },
})
