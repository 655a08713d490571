/** Positions and opaque game data, relayed. Source: protocol/packets.json. */
import { lp2, rest, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { LayerBinaryInfo } from '../structs/layer.ts'

/**
 * Opaque game data for everyone in the layer. On FMP.
 */
export const NtcLayerBinary = packet({
  name: 'NtcLayerBinary',
  id: 0x64701000,
  from: 'client',
  fields: {
    sender: items(LayerBinaryInfo),
    /** ExtendedList; relay unchanged. */
    data: rest,
  },
})

/**
 * Opaque game data for everyone in the layer. As the server relays it. On FMP.
 */
export const NtcLayerBinaryRelayed = packet({
  name: 'NtcLayerBinary',
  id: 0x64701000,
  from: 'server',
  fields: {
    capcomId: lp2,
    sender: items(LayerBinaryInfo),
    /** Unchanged. */
    data: rest,
  },
})

/**
 * A player's position. On FMP.
 */
export const NtcLayerUserPosition = packet({
  name: 'NtcLayerUserPosition',
  id: 0x64711000,
  from: 'client',
  fields: {
    /** ExtendedList; relay unchanged. */
    data: rest,
  },
})

/**
 * A player's position. As the server relays it. On FMP.
 */
export const NtcLayerUserPositionRelayed = packet({
  name: 'NtcLayerUserPosition',
  id: 0x64711000,
  from: 'server',
  fields: {
    capcomId: lp2,
    /** Unchanged. */
    data: rest,
  },
})

/**
 * Opaque game data for one player of the layer. On FMP.
 */
export const NtcLayerBinary2 = packet({
  name: 'NtcLayerBinary2',
  id: 0x64751000,
  from: 'client',
  fields: {
    /** Addressee. */
    partnerId: lp2,
    sender: items(LayerBinaryInfo),
    /** ExtendedList. */
    data: rest,
  },
})

/**
 * Opaque game data for one player of the layer. As the server relays it. On FMP.
 */
export const NtcLayerBinary2Relayed = packet({
  name: 'NtcLayerBinary2',
  id: 0x64751000,
  from: 'server',
  fields: {
    senderId: lp2,
    sender: items(LayerBinaryInfo),
    /** Unchanged. */
    data: rest,
  },
})

/**
 * Opaque game data for all members. On FMP (inferred).
 */
export const NtcCircleBinary = packet({
  name: 'NtcCircleBinary',
  id: 0x65701000,
  from: 'client',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    sender: items(LayerBinaryInfo),
    /** ExtendedList. */
    data: rest,
  },
})

/**
 * Opaque game data for all members. As the server relays it. On FMP (inferred).
 */
export const NtcCircleBinaryRelayed = packet({
  name: 'NtcCircleBinary',
  id: 0x65701000,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    capcomId: lp2,
    sender: items(LayerBinaryInfo),
    /** Unchanged. */
    data: rest,
  },
})

/**
 * Opaque game data for one member. On FMP (inferred).
 */
export const NtcCircleBinary2 = packet({
  name: 'NtcCircleBinary2',
  id: 0x65711000,
  from: 'client',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    /** Addressee. */
    partnerId: lp2,
    sender: items(LayerBinaryInfo),
    /** ExtendedList. */
    data: rest,
  },
})

/**
 * Opaque game data for one member. As the server relays it. On FMP (inferred).
 */
export const NtcCircleBinary2Relayed = packet({
  name: 'NtcCircleBinary2',
  id: 0x65711000,
  from: 'server',
  fields: {
    /** 1-based quest slot. */
    circleIndex: u32,
    senderId: lp2,
    /** Fields 2, 3. */
    sender: items(LayerBinaryInfo),
    /** Unchanged. */
    data: rest,
  },
})
