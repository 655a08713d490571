/** The quest board of a city. Source: protocol/packets.json. */
import { fieldList, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { CircleInfo } from '../structs/circle.ts'

/**
 * Client subscribes to quest notifications. On FMP. Answered by AnsCircleInfoNoticeSet.
 */
export const ReqCircleInfoNoticeSet = packet({
  name: 'ReqCircleInfoNoticeSet',
  id: 0x65800100,
  from: 'client',
  fields: {
    /** Wanted fields of CircleInfo. */
    fields1: fieldList,
    /** Second list of unknown use. */
    fields2: fieldList,
  },
})

/**
 * Subscribed. On FMP.
 */
export const AnsCircleInfoNoticeSet = packet({
  name: 'AnsCircleInfoNoticeSet',
  id: 0x65800200,
  from: 'server',
  fields: {},
})

/**
 * A quest has appeared on the city's board. On FMP (inferred).
 */
export const NtcCircleListLayerCreate = packet({
  name: 'NtcCircleListLayerCreate',
  id: 0x65811000,
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
 * A quest on the city's board has changed (also appeared or vanished). On FMP (inferred).
 */
export const NtcCircleListLayerChange = packet({
  name: 'NtcCircleListLayerChange',
  id: 0x65821000,
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
 * A quest has vanished from the board. On FMP (inferred).
 */
export const NtcCircleListLayerDelete = packet({
  name: 'NtcCircleListLayerDelete',
  id: 0x65831000,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
  },
})
