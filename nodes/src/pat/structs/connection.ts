/** Structures of the opening and of reports by the client. Source: protocol/structs.json. */
import { struct } from '../items.ts'

/**
 * Client environment, the whole payload of AnsConnection.
 */
export const ConnectionData = struct('ConnectionData', {
  /** Support code the console kept from an earlier login. A console without one may send a placeholder */
  onlineSupportCode: { id: 0x01, type: 'string', max: 31 },
  /**
   * Ticket given by AnsTicket. Absent on the first LMP connection, present afterwards: this is how a session
   * is carried from server to server.
   */
  patTicket: { id: 0x02, type: 'binary', max: 1024 },
  /** Constant 3 in the US version. */
  unknown0x03: { id: 0x03, type: 'long' },
  /** Constant 2 in the US version. */
  unknown0x04: { id: 0x04, type: 'long' },
  /** Country in the game's own numbering; the same value comes in ReqServerTime (a guess). */
  convertedCountryCode: { id: 0x05, type: 'long' },
  unknown0x06: { id: 0x06, type: 'long' },
  /**
   * Build stamp of the disc. Known: 0903131810 (ROMJ08), 0906222136 (RMHJ08, Japan), 1001301045 (RMHE08, US),
   * 1002121503 (RMHP08, PAL).
   */
  mediaVersion: { id: 0x07, type: 'string' },
  /** Constant 0x4000 (a guess). */
  receiveBufferSize: { id: 0x08, type: 'long' },
  /** Console country. */
  countryCode: { id: 0x09, type: 'long' },
  /** Console language. */
  languageCode: { id: 0x0a, type: 'long' },
})

/**
 * Error report of the game, the whole payload of NtcCollectionLog.
 */
export const CollectionLog = struct('CollectionLog', {
  /**
   * 0x80050037 no quest list slot found; 0x80060002 warp to a place failed (layer index?); 0x80070002 empty
   * unique id?. Others unknown.
   */
  errorCode: { id: 0x01, type: 'long' },
  unknown0x02: { id: 0x02, type: 'long' },
  /** Time-out that ran out, if it was one (a guess). */
  timeoutValue: { id: 0x03, type: 'long' },
})

/**
 * Last part of AnsMediaVersionInfo.
 */
export const MediaVersionInfo = struct('MediaVersionInfo', {
  unknown0x02: { id: 0x02, type: 'string' },
})

/**
 * Last part of NtcCheatCheck.
 */
export const CheatCheckData = struct('CheatCheckData', {
  unknown0x01: { id: 0x01, type: 'byte' },
  unknown0x02: { id: 0x02, type: 'byte' },
})
