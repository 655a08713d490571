/** Structures of the log-in: account, hunter slots, game servers. Source: protocol/structs.json. */
import { struct } from '../items.ts'

/**
 * Billing state. Whole payload of AnsChargeInfo; end of AnsLoginInfo.
 */
export const ChargeInfo = struct('ChargeInfo', {
  ticketValidity1: { id: 0x01, type: 'long' },
  /** As field 1 (a guess). */
  ticketValidity2: { id: 0x02, type: 'long' },
  unknown0x05: { id: 0x05, type: 'binary', max: 44 },
  /** The support code the console is to remember */
  onlineSupportCode: { id: 0x07, type: 'string', max: 31 },
})

/**
 * Login data of the client, whole payload of ReqLoginInfo.
 */
export const LoginInfo = struct('LoginInfo', {
  /** See ChargeInfo (a guess). */
  ticketValidity1: { id: 0x01, type: 'long' },
  /** See ChargeInfo (a guess). */
  ticketValidity2: { id: 0x02, type: 'long' },
  /** size suggests a certificate or shop ticket. */
  unknown0x06: { id: 0x06, type: 'binary', max: 1604 },
  /** Support code. */
  onlineSupportCode: { id: 0x07, type: 'string', max: 31 },
  unknown0x08: { id: 0x08, type: 'string', max: 47 },
  /** Network state (a guess). */
  state: { id: 0x09, type: 'byte' },
  /** Token from the Nintendo login server. */
  nasToken: { id: 0x0a, type: 'binary', max: 44 },
})

/**
 * A hunter slot (Capcom ID slot). Records of AnsUserListData; end of ReqUserObject and AnsUserObject. Also
 * called HunterSlot.
 */
export const UserObject = struct('UserObject', {
  /** Slot number. */
  slotIndex: { id: 0x01, type: 'long' },
  /** '******' marks an empty slot. */
  capcomId: { id: 0x02, type: 'string', max: 7 },
  /** Absent for an empty slot. */
  hunterName: { id: 0x03, type: 'string', max: 31 },
  unknown0x04: { id: 0x04, type: 'long' },
  unknown0x05: { id: 0x05, type: 'long' },
  unknown0x06: { id: 0x06, type: 'long' },
  rank: { id: 0x07, type: 'long' },
  unknown0x08: { id: 0x08, type: 'string', max: 31 },
})

/**
 * A game server (the list of AnsFmpListData), or only its address (AnsFmpInfo).
 */
export const FmpData = struct('FmpData', {
  /** 1-based number of the server in the list; ReqFmpInfo names it. */
  index: { id: 0x01, type: 'long' },
  /** Address text. */
  serverAddress: { id: 0x02, type: 'string', max: 255 },
  /** TCP port. */
  serverPort: { id: 0x03, type: 'word' },
  /** 1 open, 2 rookie, 3 expert, 4 recruiting. High values may make the client read badly. */
  serverType: { id: 0x07, type: 'longlong' },
  /** Players on the server. */
  playerCount: { id: 0x08, type: 'long' },
  playerCapacity: { id: 0x09, type: 'long' },
  /** Displayed name. */
  serverName: { id: 0x0a, type: 'string', max: 31 },
  unknown0x0b: { id: 0x0b, type: 'string' },
  unknown0x0c: { id: 0x0c, type: 'long' },
})
