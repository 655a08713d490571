/** What every server speaks: opening, line check, time, tickets, leaving. Source: protocol/packets.json. */
import { lp2, rest, u8, u16, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { CheatCheckData, CollectionLog, ConnectionData } from '../structs/connection.ts'

/**
 * Server asks whether the client is still there. On OPN, LMP, FMP. Answered by AnsLineCheck.
 */
export const ReqLineCheck = packet({ name: 'ReqLineCheck', id: 0x60010100, from: 'server', fields: {} })

/**
 * Client is still there. On OPN, LMP, FMP.
 */
export const AnsLineCheck = packet({ name: 'AnsLineCheck', id: 0x60010200, from: 'client', fields: {} })

/**
 * Client asks for the server's clock. On LMP, FMP. Answered by AnsServerTime.
 */
export const ReqServerTime = packet({
  name: 'ReqServerTime',
  id: 0x60020100,
  from: 'client',
  fields: {
    /** ConnectionData.convertedCountryCode. */
    convertedCountryCode: u32,
  },
})

/**
 * Server clock. On LMP, FMP.
 */
export const AnsServerTime = packet({
  name: 'AnsServerTime',
  id: 0x60020200,
  from: 'server',
  fields: {
    /** Counter of seconds that drives day and night. */
    serverTime: u32,
    /** Unix time, for Wii Shop tickets. */
    currentTime: u32,
  },
})

/**
 * Client wants to leave this server. On OPN, LMP, FMP. Answered by AnsShut.
 */
export const ReqShut = packet({
  name: 'ReqShut',
  id: 0x60100100,
  from: 'client',
  fields: {
    /** 2: going on to the next server; 1: leaving the online mode (login.md 2.4). */
    shutType: u8,
  },
})

/**
 * Leave granted; the server closes afterwards. On OPN, LMP, FMP.
 */
export const AnsShut = packet({
  name: 'AnsShut',
  id: 0x60100200,
  from: 'server',
  fields: {
    /** The request's. */
    shutType: u8,
  },
})

/**
 * Server disconnects the client with a message. On OPN, LMP, FMP.
 */
export const NtcShut = packet({
  name: 'NtcShut',
  id: 0x60101000,
  from: 'server',
  fields: {
    /** 1 if text follows, else 0. */
    hasMessage: u8,
    /** Mark-up, at most 511 bytes. */
    message: lp2,
  },
})

/**
 * Server tells the client to reconnect.
 */
export const NtcRecconect = packet({
  name: 'NtcRecconect',
  id: 0x60111000,
  from: 'server',
  fields: {
    host: lp2,
    port: u16,
  },
})

/**
 * Server opens the conversation and asks for the client's environment. On OPN, LMP, FMP. Answered by
 * AnsConnection.
 */
export const ReqConnection = packet({
  name: 'ReqConnection',
  id: 0x60200100,
  from: 'server',
  fields: {
    /** 0; said to be unused by western versions. */
    unused: u32,
  },
})

/**
 * Client's environment: ticket, support code, versions, country. On OPN, LMP, FMP.
 */
export const AnsConnection = packet({
  name: 'AnsConnection',
  id: 0x60200200,
  from: 'client',
  fields: {
    connectionData: items(ConnectionData),
  },
})

/**
 * Result of the connection phase; decides what the client does next. On OPN, LMP, FMP.
 */
export const NtcLogin = packet({
  name: 'NtcLogin',
  id: 0x60211000,
  from: 'server',
  fields: {
    /**
     * OPN 1 closed, 2 maintenance, 3 wrong version of the game, 4 or 5 go on; LMP 1 without and 2 with a
     * ticket; FMP 3; RFP 1 (login.md 2.2).
     */
    status: u8,
  },
})

/**
 * Client asks for a PAT ticket. On LMP. Answered by AnsTicket.
 */
export const ReqTicket = packet({ name: 'ReqTicket', id: 0x60300100, from: 'client', fields: {} })

/**
 * The PAT ticket. On LMP.
 */
export const AnsTicket = packet({
  name: 'AnsTicket',
  id: 0x60300200,
  from: 'server',
  fields: {
    /** Opaque, at most 1024 bytes; comes back as ConnectionData.patTicket. */
    ticket: lp2,
  },
})

/**
 * Server side of the ticket exchange: the server sends a ticket to the client. Answered by AnsTicket2.
 */
export const ReqTicket2 = packet({
  name: 'ReqTicket2',
  id: 0x60310100,
  from: 'server',
  fields: {
    ticket: lp2,
  },
})

/**
 * Client confirms a ticket.
 */
export const AnsTicket2 = packet({ name: 'AnsTicket2', id: 0x60310200, from: 'client', fields: {} })

/**
 * Server sends a warning text that the client must confirm. Answered by AnsWarning.
 */
export const ReqWarning = packet({
  name: 'ReqWarning',
  id: 0x60400100,
  from: 'server',
  fields: {
    kind: u8,
    /** Seconds. */
    value: u32,
    /** Mark-up, at most 1023 bytes. */
    text: lp2,
  },
})

/**
 * Client has shown the warning.
 */
export const AnsWarning = packet({ name: 'AnsWarning', id: 0x60400200, from: 'client', fields: {} })

/**
 * Client reports an error. On OPN, LMP, FMP.
 */
export const NtcCollectionLog = packet({
  name: 'NtcCollectionLog',
  id: 0x60501000,
  from: 'client',
  fields: {
    collectionLog: items(CollectionLog),
  },
})

/**
 * Client asks for the encryption key. On OPN. Answered by an empty AnsAuthenticationToken, which avoids
 * encryption (wire.md 10).
 */
export const ReqCommonKey = packet({
  name: 'ReqCommonKey',
  id: 0x60700100,
  from: 'client',
  answer: 'AnsAuthenticationToken',
  fields: {},
})

/**
 * The encryption key. On OPN.
 */
export const AnsCommonKey = packet({
  name: 'AnsCommonKey',
  id: 0x60700200,
  from: 'server',
  fields: {
    /** Never sent: it would switch encryption on (login.md 3.1). */
    key: lp2,
  },
})

/**
 * Client sends cheat-check data.
 */
export const NtcCheatCheck = packet({
  name: 'NtcCheatCheck',
  id: 0x60801000,
  from: 'client',
  fields: {
    /** Unknown bytes. */
    checkFormat: lp2,
    cheatCheckData: items(CheatCheckData),
  },
})

/**
 * Server asks for a piece of the client's memory. Answered by AnsMemoryCheck.
 */
export const ReqMemoryCheck = packet({
  name: 'ReqMemoryCheck',
  id: 0x60810100,
  from: 'server',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * The piece of memory.
 */
export const AnsMemoryCheck = packet({
  name: 'AnsMemoryCheck',
  id: 0x60810200,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})
