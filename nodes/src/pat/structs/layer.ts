/** Structures about places and the players in them. Source: protocol/structs.json. */
import { struct } from '../items.ts'

/**
 * A layer: server (depth 1), gate (2) or city (3).
 */
export const LayerData = struct('LayerData', {
  /** The index again. */
  unknown0x01: { id: 0x01, type: 'long' },
  /** LayerPath of this layer. */
  layerHost: { id: 0x02, type: 'binary', max: 14 },
  /** Layer name. */
  name: { id: 0x03, type: 'string', max: 63 },
  /** 1-based number among its siblings. The client subtracts one. */
  index: { id: 0x05, type: 'word' },
  /** Players in the layer and below it. */
  size: { id: 0x06, type: 'long' },
  /** Same value, used by the search screens (a guess). */
  size2: { id: 0x07, type: 'long' },
  unknown0x08: { id: 0x08, type: 'long' },
  capacity: { id: 0x09, type: 'long' },
  /** Reserved seats. */
  reserved: { id: 0x0a, type: 'long' },
  /** Members who are in a quest. */
  childPopulation: { id: 0x0b, type: 'long' },
  /** Match key of the city, the same for all its members; comes back in LayerSet and warps (extras.md 8.2). */
  matchKey: { id: 0x0c, type: 'long' },
  unknown0x0d: { id: 0x0d, type: 'word' },
  /** 1 empty, 2 closed or reserved, anything else open (extras.md 8.2). */
  state: { id: 0x10, type: 'byte' },
  /** Interval of the player position messages, milliseconds presumably. */
  positionInterval: { id: 0x11, type: 'long' },
  /** 1: the client asks ReqLayerUserList in this layer (extras.md 8.2). */
  asksUserList: { id: 0x12, type: 'byte' },
  /** 1 server, 2 gate, 3 city. */
  layerDepth: { id: 0x15, type: 'byte' },
  /** Names of server, gate and city joined with TAB. Sent for cities. */
  layerPathname: { id: 0x16, type: 'string', max: 191 },
  /** Read in NtcLayerInfoSet. Needs the dummy field 0xff after it; do not send. */
  unknown0x17: { id: 0x17, type: 'binary', max: 255 },
})

/**
 * What the client sends about a layer it creates or enters.
 */
export const LayerSet = struct('LayerSet', {
  unknown0x01: { id: 0x01, type: 'long' },
  /** Presumably LayerData.layerHost. */
  unknown0x02: { id: 0x02, type: 'binary' },
  /** Presumably the name. */
  unknown0x03: { id: 0x03, type: 'string' },
  /** The tag on the wire decides. */
  unknown0x05: { id: 0x05, type: 'binary' },
  /** Presumably the number of places chosen for the city (a guess). */
  capacity: { id: 0x09, type: 'long' },
  /** Reserved seats. */
  reserved: { id: 0x0a, type: 'long' },
  /** The key that ReqLayerChildInfo gave. */
  matchKey: { id: 0x0c, type: 'long' },
  unknown0x17: { id: 0x17, type: 'binary' },
})

/**
 * A player in a layer.
 */
export const LayerUserInfo = struct('LayerUserInfo', {
  /** Capcom ID. */
  capcomId: { id: 0x01, type: 'string', max: 7 },
  /** Hunter name. */
  hunterName: { id: 0x02, type: 'string', max: 31 },
  /** LayerPath of the player's place. */
  layerHost: { id: 0x03, type: 'binary', max: 14 },
  unknown0x06: { id: 0x06, type: 'long' },
  stats: { id: 0x07, type: 'binary', max: 256 },
})

/**
 * Sender information in relayed layer and quest binaries.
 */
export const LayerBinaryInfo = struct('LayerBinaryInfo', {
  /** Time related (a guess). */
  unknown0x01: { id: 0x01, type: 'long' },
  /** Sender. */
  capcomId: { id: 0x02, type: 'string', max: 7 },
  /** Sender's name. */
  hunterName: { id: 0x03, type: 'string', max: 31 },
})

/**
 * Population update of a layer.
 */
export const LayerUserNum = struct('LayerUserNum', {
  /** LayerPath. */
  path: { id: 0x01, type: 'binary', max: 14 },
  /** LayerData.size. */
  population: { id: 0x02, type: 'long' },
  /** LayerData.index, widened to a long. */
  index: { id: 0x03, type: 'long' },
  unknown0x04: { id: 0x04, type: 'long' },
  /** LayerData.capacity. */
  maxPopulation: { id: 0x05, type: 'long' },
  unknown0x06: { id: 0x06, type: 'long' },
  /** LayerData.childPopulation; omitted if the layer has none. */
  childPopulation: { id: 0x07, type: 'long' },
})

/**
 * A shared object in a city: a seat (1 to 12) or arm wrestling (13, 14).
 */
export const MediationListItem = struct('MediationListItem', {
  ownerCapcomId: { id: 0x01, type: 'string', max: 7 },
  /** 1-based object number. */
  index: { id: 0x02, type: 'byte' },
  /** 1 locked, otherwise free. */
  isLocked: { id: 0x03, type: 'byte' },
})
