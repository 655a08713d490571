/** Binaries: texts, options, calendars and quests that the client downloads. Source: protocol/packets.json. */
import { lp2, u8, u32 } from '../codec.ts'
import { packet } from '../packet.ts'

/**
 * Client asks whether a binary has changed. On FMP. Answered by AnsBinaryVersion.
 */
export const ReqBinaryVersion = packet({
  name: 'ReqBinaryVersion',
  id: 0x63010100,
  from: 'client',
  fields: {
    binaryType: u8,
  },
})

/**
 * Version of the binary. On FMP.
 */
export const AnsBinaryVersion = packet({
  name: 'AnsBinaryVersion',
  id: 0x63010200,
  from: 'server',
  fields: {
    binaryType: u8,
    /** The client fetches the binary if it has another version. */
    version: u32,
  },
})

/**
 * Client starts fetching a binary. On LMP, FMP. Answered by AnsBinaryHead.
 */
export const ReqBinaryHead = packet({
  name: 'ReqBinaryHead',
  id: 0x63020100,
  from: 'client',
  fields: {
    /** See the binary table of the server. */
    binaryType: u8,
  },
})

/**
 * Version and size of the binary. On LMP, FMP.
 */
export const AnsBinaryHead = packet({
  name: 'AnsBinaryHead',
  id: 0x63020200,
  from: 'server',
  fields: {
    version: u32,
    size: u32,
  },
})

/**
 * Client asks for a piece of a binary. On LMP, FMP. Answered by AnsBinaryData.
 */
export const ReqBinaryData = packet({
  name: 'ReqBinaryData',
  id: 0x63030100,
  from: 'client',
  fields: {
    binaryType: u8,
    version: u32,
    offset: u32,
    size: u32,
  },
})

/**
 * A piece of a binary. On LMP, FMP.
 */
export const AnsBinaryData = packet({
  name: 'AnsBinaryData',
  id: 0x63030200,
  from: 'server',
  fields: {
    version: u32,
    offset: u32,
    size: u32,
    data: lp2,
  },
})

/**
 * Binary complete. On LMP, FMP. Answered by AnsBinaryFoot.
 */
export const ReqBinaryFoot = packet({
  name: 'ReqBinaryFoot',
  id: 0x63040100,
  from: 'client',
  fields: {
    binaryType: u8,
  },
})

/**
 * Binary complete. On LMP, FMP.
 */
export const AnsBinaryFoot = packet({ name: 'AnsBinaryFoot', id: 0x63040200, from: 'server', fields: {} })
