/** Blacklist. Source: protocol/packets.json. */
import { counted, fieldList, lp2, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { BlackListUserData } from '../structs/user.ts'

/**
 * Client blocks a player. On FMP (inferred). Answered by AnsBlackAdd.
 */
export const ReqBlackAdd = packet({
  name: 'ReqBlackAdd',
  id: 0x66600100,
  from: 'client',
  fields: {
    capcomId: lp2,
    blackListUserData: items(BlackListUserData),
  },
})

/**
 * Blocked. On FMP (inferred).
 */
export const AnsBlackAdd = packet({ name: 'AnsBlackAdd', id: 0x66600200, from: 'server', fields: {} })

/**
 * Client unblocks a player. On FMP (inferred). Answered by AnsBlackDelete.
 */
export const ReqBlackDelete = packet({
  name: 'ReqBlackDelete',
  id: 0x66610100,
  from: 'client',
  fields: {
    capcomId: lp2,
  },
})

/**
 * Unblocked. On FMP (inferred).
 */
export const AnsBlackDelete = packet({ name: 'AnsBlackDelete', id: 0x66610200, from: 'server', fields: {} })

/**
 * Client asks for its blocked players. On FMP. Answered by AnsBlackList.
 */
export const ReqBlackList = packet({
  name: 'ReqBlackList',
  id: 0x66620100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    /** Maximum wanted. */
    count: u32,
    /** Wanted fields of BlackListUserData. */
    fields: fieldList,
  },
})

/**
 * Blocked players. On FMP.
 */
export const AnsBlackList = packet({
  name: 'AnsBlackList',
  id: 0x66620200,
  from: 'server',
  fields: {
    /** Read and not used by the client; 0. */
    ignored: u32,
    records: counted(u32, {
      blackListUserData: items(BlackListUserData),
    }),
  },
})
