/** Structures about quest parties. Source: protocol/structs.json. */
import { struct } from '../items.ts'

/**
 * A quest ('circle') on the quest board of a city.
 */
export const CircleInfo = struct('CircleInfo', {
  /** 1-based quest slot. */
  index: { id: 0x01, type: 'long' },
  unknown0x02: { id: 0x02, type: 'string', max: 63 },
  /** 1 if a password is set; absent otherwise. */
  hasPassword: { id: 0x03, type: 'byte' },
  /** The password in clear, present with field 3. */
  password: { id: 0x04, type: 'string' },
  partyMembers: { id: 0x05, type: 'binary', max: 256 },
  /** Comment by the quest's creator. */
  remarks: { id: 0x06, type: 'string', max: 511 },
  /** Players in the quest party. */
  playerCount: { id: 0x07, type: 'long' },
  unknown0x08: { id: 0x08, type: 'long' },
  /** Places in the party (1 to 4). Mandatory in ReqCircleCreate. */
  capacity: { id: 0x09, type: 'long' },
  unknown0x0a: { id: 0x0a, type: 'long' },
  /** May be present in ReqCircleJoin. */
  unknown0x0b: { id: 0x0b, type: 'long' },
  /** Quest slot again (a guess). */
  index2: { id: 0x0c, type: 'long' },
  /** Capcom ID of the party's leader. */
  leaderCapcomId: { id: 0x0d, type: 'string', max: 7 },
  /** Given by the creator */
  unknown0x0e: { id: 0x0e, type: 'byte' },
  /** 1 when full or departed, else 0. */
  notJoinable: { id: 0x0f, type: 'byte' },
  unknown0x10: { id: 0x10, type: 'byte' },
})

/**
 * A member of a quest party.
 */
export const CircleUserData = struct('CircleUserData', {
  /** Sent by the client in ReqCircleMatchOptionSet; relayed. */
  unknown0x01: { id: 0x01, type: 'binary' },
  unknown0x02: { id: 0x02, type: 'word' },
  /** 1 when the member is ready to depart. */
  isStandby: { id: 0x03, type: 'byte' },
  /** 1-based place in the party. */
  playerIndex: { id: 0x04, type: 'byte' },
  /** Capcom ID. */
  capcomId: { id: 0x05, type: 'string', max: 7 },
  /** Hunter name. */
  hunterName: { id: 0x06, type: 'string', max: 31 },
})
