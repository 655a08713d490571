/** Readiness, departure and end of a quest. Source: protocol/packets.json. */
import { block, counted, lp2, rest, u8, u16, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { CircleUserData } from '../structs/circle.ts'

/**
 * Client sets its readiness and options in the party. On FMP. Answered by AnsCircleMatchOptionSet.
 */
export const ReqCircleMatchOptionSet = packet({
  name: 'ReqCircleMatchOptionSet',
  id: 0x65100100,
  from: 'client',
  fields: {
    circleUserData: items(CircleUserData),
  },
})

/**
 * Set. On FMP.
 */
export const AnsCircleMatchOptionSet = packet({
  name: 'AnsCircleMatchOptionSet',
  id: 0x65100200,
  from: 'server',
  fields: {},
})

/**
 * A member's options have changed. On FMP.
 */
export const NtcCircleMatchOptionSet = packet({
  name: 'NtcCircleMatchOptionSet',
  id: 0x65101000,
  from: 'server',
  fields: {
    /** The client's fields plus 5, 6, 4. */
    circleUserData: items(CircleUserData),
  },
})

/**
 * Client asks for options. On FMP (inferred). Answered by AnsCircleMatchOptionGet.
 */
export const ReqCircleMatchOptionGet = packet({
  name: 'ReqCircleMatchOptionGet',
  id: 0x65110100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Options. On FMP (inferred).
 */
export const AnsCircleMatchOptionGet = packet({
  name: 'AnsCircleMatchOptionGet',
  id: 0x65110200,
  from: 'server',
  fields: {
    capcomId: lp2,
    userData: items(CircleUserData),
  },
})

/**
 * The leader departs. On FMP. Answered by AnsCircleMatchStart.
 */
export const ReqCircleMatchStart = packet({
  name: 'ReqCircleMatchStart',
  id: 0x65120100,
  from: 'client',
  fields: {},
})

/**
 * Departure accepted. On FMP.
 */
export const AnsCircleMatchStart = packet({
  name: 'AnsCircleMatchStart',
  id: 0x65120200,
  from: 'server',
  fields: {},
})

/**
 * The quest starts for these members. On FMP.
 */
export const NtcCircleMatchStart = packet({
  name: 'NtcCircleMatchStart',
  id: 0x65121000,
  from: 'server',
  fields: {
    match: block({
      /** At most 4. */
      members: counted(u32, {
        /** 1-based place in the party. */
        playerIndex: u8,
        capcomId: lp2,
        /** One byte, 0x01. */
        unknown3: lp2,
        /** 21. */
        unknown4: u16,
      }),
    }),
    /** 1. */
    unknownLast: u32,
  },
})

/**
 * Client has finished or abandoned the quest. On FMP. Answered by AnsCircleMatchEnd.
 */
export const ReqCircleMatchEnd = packet({
  name: 'ReqCircleMatchEnd',
  id: 0x65130100,
  from: 'client',
  fields: {
    /** Boolean of unknown meaning. */
    unknown1: u8,
  },
})

/**
 * Noted. On FMP.
 */
export const AnsCircleMatchEnd = packet({
  name: 'AnsCircleMatchEnd',
  id: 0x65130200,
  from: 'server',
  fields: {},
})
