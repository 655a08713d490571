/** Layer jump: straight to another place. Source: protocol/packets.json. */
import { lp2, u32 } from '../codec.ts'
import { packet } from '../packet.ts'

/**
 * Client wants to move to another place on the same server. On FMP (inferred). Answered by AnsLayerJump.
 */
export const ReqLayerJump = packet({
  name: 'ReqLayerJump',
  id: 0x64100100,
  from: 'client',
  fields: {
    /** LayerPath of the target, 14 bytes. */
    path: lp2,
    /** LayerData 0x0c of the city found by a city search, else 0. */
    matchKey: u32,
  },
})

/**
 * The move is done; no data. On FMP (inferred).
 */
export const AnsLayerJump = packet({ name: 'AnsLayerJump', id: 0x64100200, from: 'server', fields: {} })

/**
 * Client asks for a place on another server before it goes there. On FMP (inferred). Answered by
 * NtcLayerJumpReady.
 */
export const ReqLayerJumpReady = packet({
  name: 'ReqLayerJumpReady',
  id: 0x64160100,
  from: 'client',
  fields: {
    /** LayerPath of the target, 14 bytes. */
    path: lp2,
    /** As in ReqLayerJump. */
    matchKey: u32,
  },
})

/**
 * The place is granted. On FMP (inferred).
 */
export const NtcLayerJumpReady = packet({
  name: 'NtcLayerJumpReady',
  id: 0x64160200,
  from: 'server',
  fields: {
    /** Comes back in ReqLayerJumpGo; any value. */
    ticket: u32,
  },
})

/**
 * Client, now on the new server, goes to the granted place. On FMP (inferred). Answered by NtcLayerJumpGo.
 */
export const ReqLayerJumpGo = packet({
  name: 'ReqLayerJumpGo',
  id: 0x64170100,
  from: 'client',
  fields: {
    /** LayerPath of the target, 14 bytes. */
    path: lp2,
    /** Value of the answer to ReqLayerJumpReady. */
    ticket: u32,
  },
})

/**
 * Arrived; no data. On FMP (inferred).
 */
export const NtcLayerJumpGo = packet({ name: 'NtcLayerJumpGo', id: 0x64170200, from: 'server', fields: {} })
