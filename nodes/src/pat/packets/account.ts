/** Account and hunter slots, on LMP; the way to RFP. Source: protocol/packets.json. */
import { counted, fieldList, lp2, u8, u16, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { ChargeInfo, LoginInfo, UserObject } from '../structs/account.ts'

/**
 * Client sends its log-in data. On LMP. Answered by AnsLoginInfo.
 */
export const ReqLoginInfo = packet({
  name: 'ReqLoginInfo',
  id: 0x61010100,
  from: 'client',
  fields: {
    loginInfo: items(LoginInfo),
  },
})

/**
 * Log-in accepted. On LMP.
 */
export const AnsLoginInfo = packet({
  name: 'AnsLoginInfo',
  id: 0x61010200,
  from: 'server',
  fields: {
    /**
     * 1 go on (the client sends ReqTicket); 2 warned, 3 must pay, 4 full, 5 banned, 6 full, with a queue
     * (login.md 3.2).
     */
    needTicket: u8,
    /** At most 511 bytes; the client shows it for 3 and 5. */
    unknownText: lp2,
    chargeInfo: items(ChargeInfo),
  },
})

/**
 * Client asks for its billing state. On LMP (inferred). Answered by AnsChargeInfo.
 */
export const ReqChargeInfo = packet({
  name: 'ReqChargeInfo',
  id: 0x61020100,
  from: 'client',
  fields: {
    infoType: u8,
  },
})

/**
 * Billing state. On LMP (inferred).
 */
export const AnsChargeInfo = packet({
  name: 'AnsChargeInfo',
  id: 0x61020200,
  from: 'server',
  fields: {
    chargeInfo: items(ChargeInfo),
  },
})

/**
 * Client asks how many hunter slots there are. On LMP. Answered by AnsUserListHead.
 */
export const ReqUserListHead = packet({
  name: 'ReqUserListHead',
  id: 0x61100100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    /** Maximum wanted. */
    count: u32,
    /** Wanted fields of UserObject. */
    fields: fieldList,
  },
})

/**
 * Number of hunter slots. On LMP.
 */
export const AnsUserListHead = packet({
  name: 'AnsUserListHead',
  id: 0x61100200,
  from: 'server',
  fields: {
    ignored: u32,
    count: u32,
  },
})

/**
 * Client asks for hunter slots. On LMP. Answered by AnsUserListData.
 */
export const ReqUserListData = packet({
  name: 'ReqUserListData',
  id: 0x61110100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    count: u32,
  },
})

/**
 * Hunter slots. On LMP.
 */
export const AnsUserListData = packet({
  name: 'AnsUserListData',
  id: 0x61110200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    /** Six rows in the order of slots (login.md 3.2). */
    records: counted(u32, {
      userObject: items(UserObject),
    }),
  },
})

/**
 * End of the hunter slot list. On LMP. Answered by AnsUserListFoot.
 */
export const ReqUserListFoot = packet({ name: 'ReqUserListFoot', id: 0x61120100, from: 'client', fields: {} })

/**
 * End of the hunter slot list. On LMP.
 */
export const AnsUserListFoot = packet({ name: 'AnsUserListFoot', id: 0x61120200, from: 'server', fields: {} })

/**
 * Client picks (or creates) a hunter slot. On LMP. Answered by AnsUserObject.
 */
export const ReqUserObject = packet({
  name: 'ReqUserObject',
  id: 0x61200100,
  from: 'client',
  fields: {
    /** 1 create in a free slot, 2 use as it is, 3 use with these changes. */
    isSlotEmpty: u8,
    /** 1-based. */
    slotIndex: u32,
    userObject: items(UserObject),
  },
})

/**
 * The chosen hunter with its Capcom ID. On LMP.
 */
export const AnsUserObject = packet({
  name: 'AnsUserObject',
  id: 0x61200200,
  from: 'server',
  fields: {
    /** 1; with any other value the client gives up. */
    needTicket: u8,
    /** A message of at most 511 bytes. */
    unknownText: lp2,
    /** 0; read and not used. */
    unused: u32,
    /** Slot number, Capcom ID and name: from now on the client's own. */
    userObject: items(UserObject),
  },
})

/**
 * Client asks where the RFP server is. Answered by AnsRfpConnect.
 */
export const ReqRfpConnect = packet({ name: 'ReqRfpConnect', id: 0x61400100, from: 'client', fields: {} })

/**
 * Address of the RFP server. On LMP (inferred).
 */
export const AnsRfpConnect = packet({
  name: 'AnsRfpConnect',
  id: 0x61400200,
  from: 'server',
  fields: {
    /** At most 127 bytes. */
    address: lp2,
    port: u16,
  },
})
