/** OPN: maintenance, announcement, version, the way to LMP. Source: protocol/packets.json. */
import { lp2, u16 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { MediaVersionInfo } from '../structs/connection.ts'

/**
 * Client asks where the LMP server is. On OPN. Answered by AnsLmpConnect.
 */
export const ReqLmpConnect = packet({ name: 'ReqLmpConnect', id: 0x62010100, from: 'client', fields: {} })

/**
 * Address of the LMP server; ends the OPN conversation. On OPN.
 */
export const AnsLmpConnect = packet({
  name: 'AnsLmpConnect',
  id: 0x62010200,
  from: 'server',
  fields: {
    /** Dotted IPv4 text, at most 127 bytes. */
    address: lp2,
    port: u16,
  },
})

/**
 * Client asks for the maintenance text (after NtcLogin 2). On OPN. Answered by AnsMaintenance.
 */
export const ReqMaintenance = packet({ name: 'ReqMaintenance', id: 0x62200100, from: 'client', fields: {} })

/**
 * Maintenance text. On OPN.
 */
export const AnsMaintenance = packet({
  name: 'AnsMaintenance',
  id: 0x62200200,
  from: 'server',
  fields: {
    /** Mark-up, at most 1023 bytes. */
    text: lp2,
  },
})

/**
 * Client asks for the announcement. On OPN. Answered by AnsAnnounce.
 */
export const ReqAnnounce = packet({ name: 'ReqAnnounce', id: 0x62300100, from: 'client', fields: {} })

/**
 * Announcement. On OPN.
 */
export const AnsAnnounce = packet({
  name: 'AnsAnnounce',
  id: 0x62300200,
  from: 'server',
  fields: {
    /** Mark-up, at most 1023 bytes. */
    text: lp2,
  },
})

/**
 * Client asks for the text shown to players who have not paid. On OPN. Answered by AnsNoCharge.
 */
export const ReqNoCharge = packet({ name: 'ReqNoCharge', id: 0x62310100, from: 'client', fields: {} })

/**
 * That text. On OPN.
 */
export const AnsNoCharge = packet({
  name: 'AnsNoCharge',
  id: 0x62310200,
  from: 'server',
  fields: {
    /** Mark-up, at most 1023 bytes. */
    text: lp2,
  },
})

/**
 * Client asks about a newer game version (after NtcLogin 3 on OPN). On OPN. Answered by AnsMediaVersionInfo.
 */
export const ReqMediaVersionInfo = packet({
  name: 'ReqMediaVersionInfo',
  id: 0x62410100,
  from: 'client',
  fields: {},
})

/**
 * Newest version and patch text. On OPN.
 */
export const AnsMediaVersionInfo = packet({
  name: 'AnsMediaVersionInfo',
  id: 0x62410200,
  from: 'server',
  fields: {
    /** At most 31 bytes. */
    mediaVersion: lp2,
    /** Mark-up, at most 1023 bytes. */
    patchMessage: lp2,
    mediaVersionInfo: items(MediaVersionInfo),
  },
})

/**
 * Client forwards the token from the Nintendo log-in server. On OPN. Answered by AnsAuthenticationToken.
 */
export const ReqAuthenticationToken = packet({
  name: 'ReqAuthenticationToken',
  id: 0x62600100,
  from: 'client',
  fields: {
    nasToken: lp2,
  },
})

/**
 * Token accepted. Also used to answer ReqCommonKey and so avoid encryption. On OPN.
 */
export const AnsAuthenticationToken = packet({
  name: 'AnsAuthenticationToken',
  id: 0x62600200,
  from: 'server',
  fields: {},
})
