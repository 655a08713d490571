/** A player's own data. Source: protocol/packets.json. */
import { lp2, rest, u8, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { optionalFields } from '../optional-fields.ts'
import { packet } from '../packet.ts'
import { LayerBinaryInfo } from '../structs/layer.ts'
import { UserStatusSet } from '../structs/user.ts'

/**
 * Opaque data for one player. On FMP (inferred). Answered by AnsBinaryUser.
 */
export const ReqBinaryUser = packet({
  name: 'ReqBinaryUser',
  id: 0x66120100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Accepted. On FMP (inferred).
 */
export const AnsBinaryUser = packet({ name: 'AnsBinaryUser', id: 0x66120200, from: 'server', fields: {} })

/**
 * Opaque data has come. On FMP (inferred).
 */
export const NtcBinaryUser = packet({
  name: 'NtcBinaryUser',
  id: 0x66121000,
  from: 'server',
  fields: {
    capcomId: lp2,
    binaryInfo: items(LayerBinaryInfo),
    data: lp2,
  },
})

/**
 * Opaque data from the server. On FMP (inferred).
 */
export const NtcBinaryServer = packet({
  name: 'NtcBinaryServer',
  id: 0x66131000,
  from: 'server',
  fields: {
    binaryInfo: items(LayerBinaryInfo),
    data: lp2,
  },
})

/**
 * Client publishes its search properties. On FMP. Answered by AnsUserSearchSet.
 */
export const ReqUserSearchSet = packet({
  name: 'ReqUserSearchSet',
  id: 0x66300100,
  from: 'client',
  fields: {
    optionalFields: optionalFields,
  },
})

/**
 * Stored. On FMP.
 */
export const AnsUserSearchSet = packet({
  name: 'AnsUserSearchSet',
  id: 0x66300200,
  from: 'server',
  fields: {},
})

/**
 * Client writes a part of its HunterSettings. On FMP. Answered by AnsUserBinarySet.
 */
export const ReqUserBinarySet = packet({
  name: 'ReqUserBinarySet',
  id: 0x66310100,
  from: 'client',
  fields: {
    offset: u32,
    /** Written at offset. */
    data: lp2,
  },
})

/**
 * Stored. On FMP.
 */
export const AnsUserBinarySet = packet({
  name: 'AnsUserBinarySet',
  id: 0x66310200,
  from: 'server',
  fields: {},
})

/**
 * Client asks that a part of its HunterSettings be shown to the others. On FMP. Answered by
 * AnsUserBinaryNotice.
 */
export const ReqUserBinaryNotice = packet({
  name: 'ReqUserBinaryNotice',
  id: 0x66320100,
  from: 'client',
  fields: {
    unknown1: u8,
    capcomId: lp2,
    offset: u32,
    length: u32,
  },
})

/**
 * Done. On FMP.
 */
export const AnsUserBinaryNotice = packet({
  name: 'AnsUserBinaryNotice',
  id: 0x66320200,
  from: 'server',
  fields: {},
})

/**
 * A part of a player's HunterSettings has changed. On FMP.
 */
export const NtcUserBinaryNotice = packet({
  name: 'NtcUserBinaryNotice',
  id: 0x66321000,
  from: 'server',
  fields: {
    /** As in the request. */
    unknown1: u8,
    capcomId: lp2,
    offset: u32,
    data: lp2,
  },
})

/**
 * Client sets its status switches. On FMP. Answered by AnsUserStatusSet.
 */
export const ReqUserStatusSet = packet({
  name: 'ReqUserStatusSet',
  id: 0x66400100,
  from: 'client',
  fields: {
    userStatusSet: items(UserStatusSet),
  },
})

/**
 * Set. On FMP.
 */
export const AnsUserStatusSet = packet({
  name: 'AnsUserStatusSet',
  id: 0x66400200,
  from: 'server',
  fields: {},
})

/**
 * Client asks for a status. On FMP (inferred). Answered by AnsUserStatus.
 */
export const ReqUserStatus = packet({
  name: 'ReqUserStatus',
  id: 0x66410100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * A status. On FMP (inferred).
 */
export const AnsUserStatus = packet({
  name: 'AnsUserStatus',
  id: 0x66410200,
  from: 'server',
  fields: {
    userStatusSet: items(UserStatusSet),
  },
})
