/** A family of unknown use. Source: protocol/packets.json. */
import { lp2, rest, u8, u16 } from '../codec.ts'
import { packet } from '../packet.ts'

/**
 * Client asks for an MCS (relay) session. On FMP (inferred). Answered by AnsMcsCreate.
 */
export const ReqMcsCreate = packet({
  name: 'ReqMcsCreate',
  id: 0x65900100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * MCS created. On FMP (inferred).
 */
export const AnsMcsCreate = packet({ name: 'AnsMcsCreate', id: 0x65900200, from: 'server', fields: {} })

/**
 * MCS created. On FMP (inferred).
 */
export const NtcMcsCreate = packet({
  name: 'NtcMcsCreate',
  id: 0x65901000,
  from: 'server',
  fields: {
    value: u8,
  },
})

/**
 * Move to an MCS server. On FMP (inferred).
 */
export const NtcMcsStart = packet({
  name: 'NtcMcsStart',
  id: 0x65911000,
  from: 'server',
  fields: {
    address: lp2,
    port: u16,
    /** Doubtful. */
    name: lp2,
  },
})
