/** Lists of forbidden words. Their format is unknown; a size of 0 means that there is none. Source: protocol/packets.json. */
import { lp2, rest, u32 } from '../codec.ts'
import { packet } from '../packet.ts'

/**
 * Japanese clients, asks for the size of the word list for names. On OPN (inferred). Answered by
 * AnsVulgarityInfoHighJAP.
 */
export const ReqVulgarityInfoHighJAP = packet({
  name: 'ReqVulgarityInfoHighJAP',
  id: 0x62500100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Size of the word list for names. On OPN (inferred).
 */
export const AnsVulgarityInfoHighJAP = packet({
  name: 'AnsVulgarityInfoHighJAP',
  id: 0x62500200,
  from: 'server',
  fields: {
    version: u32,
    size: u32,
  },
})

/**
 * Japanese clients, asks for a piece of the word list for names. On OPN (inferred). Answered by
 * AnsVulgarityHighJAP.
 */
export const ReqVulgarityHighJAP = packet({
  name: 'ReqVulgarityHighJAP',
  id: 0x62510100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * A piece of the word list for names. On OPN (inferred).
 */
export const AnsVulgarityHighJAP = packet({
  name: 'AnsVulgarityHighJAP',
  id: 0x62510200,
  from: 'server',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Japanese clients, asks for the size of the word list for other texts. On OPN (inferred). Answered by
 * AnsVulgarityInfoLowJAP.
 */
export const ReqVulgarityInfoLowJAP = packet({
  name: 'ReqVulgarityInfoLowJAP',
  id: 0x62520100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Size of the word list for other texts. On OPN (inferred).
 */
export const AnsVulgarityInfoLowJAP = packet({
  name: 'AnsVulgarityInfoLowJAP',
  id: 0x62520200,
  from: 'server',
  fields: {
    version: u32,
    size: u32,
  },
})

/**
 * Japanese clients, asks for a piece of the word list for other texts. On OPN (inferred). Answered by
 * AnsVulgarityLowJAP.
 */
export const ReqVulgarityLowJAP = packet({
  name: 'ReqVulgarityLowJAP',
  id: 0x62530100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * A piece of the word list for other texts. On OPN (inferred).
 */
export const AnsVulgarityLowJAP = packet({
  name: 'AnsVulgarityLowJAP',
  id: 0x62530200,
  from: 'server',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Asks for the size of the newer word list for names. On OPN (inferred). Answered by AnsVulgarityInfoHigh.
 */
export const ReqVulgarityInfoHigh = packet({
  name: 'ReqVulgarityInfoHigh',
  id: 0x62540100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Size of the newer word list for names. On OPN (inferred).
 */
export const AnsVulgarityInfoHigh = packet({
  name: 'AnsVulgarityInfoHigh',
  id: 0x62540200,
  from: 'server',
  fields: {
    version: u32,
    a: u32,
    b: u32,
  },
})

/**
 * Asks for a piece of the newer word list for names. On OPN (inferred). Answered by AnsVulgarityHigh.
 */
export const ReqVulgarityHigh = packet({
  name: 'ReqVulgarityHigh',
  id: 0x62550100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * A piece of the newer word list for names. On OPN (inferred).
 */
export const AnsVulgarityHigh = packet({
  name: 'AnsVulgarityHigh',
  id: 0x62550200,
  from: 'server',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Western clients: asks for the size of the word list for texts other than names. On OPN. Answered by
 * AnsVulgarityInfoLow.
 */
export const ReqVulgarityInfoLow = packet({
  name: 'ReqVulgarityInfoLow',
  id: 0x62560100,
  from: 'client',
  fields: {
    /** Number of the list: 2, then 1 (login.md 3.1). */
    infoType: u32,
  },
})

/**
 * Size of that word list. On OPN.
 */
export const AnsVulgarityInfoLow = packet({
  name: 'AnsVulgarityInfoLow',
  id: 0x62560200,
  from: 'server',
  fields: {
    /** 1. */
    version: u32,
    /** A descriptor; comes back in ReqVulgarityLow. */
    infoType: u32,
    /** Bytes; 0 when there is no list. */
    size: u32,
  },
})

/**
 * Asks for a piece of that word list. On OPN. Answered by AnsVulgarityLow.
 */
export const ReqVulgarityLow = packet({
  name: 'ReqVulgarityLow',
  id: 0x62570100,
  from: 'client',
  fields: {
    /** The number of the list. */
    version: u32,
    /** The descriptor. */
    infoType: u32,
    offset: u32,
    size: u32,
  },
})

/**
 * A piece of that word list. On OPN.
 */
export const AnsVulgarityLow = packet({
  name: 'AnsVulgarityLow',
  id: 0x62570200,
  from: 'server',
  fields: {
    /** The number of the list. */
    infoType: u32,
    offset: u32,
    size: u32,
    text: lp2,
  },
})
