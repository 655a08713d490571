/** Terms of use, sub-terms (PAL) and agreements. Source: protocol/packets.json. */
import { lp2, rest, u8, u32 } from '../codec.ts'
import { packet } from '../packet.ts'

/**
 * Client asks for version and size of the terms of use. On OPN. Answered by AnsTermsVersion.
 */
export const ReqTermsVersion = packet({ name: 'ReqTermsVersion', id: 0x62100100, from: 'client', fields: {} })

/**
 * Version and size of the terms. On OPN.
 */
export const AnsTermsVersion = packet({
  name: 'AnsTermsVersion',
  id: 0x62100200,
  from: 'server',
  fields: {
    version: u32,
    /** Bytes. */
    size: u32,
  },
})

/**
 * Client asks for a piece of the terms. On OPN. Answered by AnsTerms.
 */
export const ReqTerms = packet({
  name: 'ReqTerms',
  id: 0x62110100,
  from: 'client',
  fields: {
    version: u32,
    offset: u32,
    size: u32,
  },
})

/**
 * A piece of the terms. On OPN.
 */
export const AnsTerms = packet({
  name: 'AnsTerms',
  id: 0x62110200,
  from: 'server',
  fields: {
    offset: u32,
    size: u32,
    /** At most the requested size. */
    text: lp2,
  },
})

/**
 * European clients: asks for the size of the sub-terms. On OPN (inferred). Answered by AnsSubTermsInfo.
 */
export const ReqSubTermsInfo = packet({
  name: 'ReqSubTermsInfo',
  id: 0x62130100,
  from: 'client',
  fields: {
    /** Language or country, presumably; echoed back. */
    subTermsType: u8,
  },
})

/**
 * Size of the sub-terms. On OPN (inferred).
 */
export const AnsSubTermsInfo = packet({
  name: 'AnsSubTermsInfo',
  id: 0x62130200,
  from: 'server',
  fields: {
    /** The client repeats it in ReqSubTerms. */
    version: u32,
    subTermsType: u8,
    size: u32,
  },
})

/**
 * European clients: asks for a piece of the sub-terms. On OPN (inferred). Answered by AnsSubTerms.
 */
export const ReqSubTerms = packet({
  name: 'ReqSubTerms',
  id: 0x62140100,
  from: 'client',
  fields: {
    version: u32,
    subTermsType: u8,
    offset: u32,
    size: u32,
  },
})

/**
 * A piece of the sub-terms. On OPN (inferred).
 */
export const AnsSubTerms = packet({
  name: 'AnsSubTerms',
  id: 0x62140200,
  from: 'server',
  fields: {
    subTermsType: u8,
    offset: u32,
    size: u32,
    text: lp2,
  },
})

/**
 * Client asks for the number of agreement pages. Answered by AnsAgreementPageNum.
 */
export const ReqAgreementPageNum = packet({
  name: 'ReqAgreementPageNum',
  id: 0x69010100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * The number of agreement pages.
 */
export const AnsAgreementPageNum = packet({
  name: 'AnsAgreementPageNum',
  id: 0x69010200,
  from: 'server',
  fields: {
    a: u8,
    b: u8,
  },
})

/**
 * Client asks for the data about an agreement page. Answered by AnsAgreementPageInfo.
 */
export const ReqAgreementPageInfo = packet({
  name: 'ReqAgreementPageInfo',
  id: 0x69020100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * The data about an agreement page.
 */
export const AnsAgreementPageInfo = packet({
  name: 'AnsAgreementPageInfo',
  id: 0x69020200,
  from: 'server',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Client asks for the text of an agreement page. Answered by AnsAgreementPage.
 */
export const ReqAgreementPage = packet({
  name: 'ReqAgreementPage',
  id: 0x69030100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * The text of an agreement page.
 */
export const AnsAgreementPage = packet({
  name: 'AnsAgreementPage',
  id: 0x69030200,
  from: 'server',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Client agrees. Answered by AnsAgreement.
 */
export const ReqAgreement = packet({
  name: 'ReqAgreement',
  id: 0x69100100,
  from: 'client',
  layout: 'unknown',
  fields: { data: rest },
})

/**
 * Agreement noted.
 */
export const AnsAgreement = packet({
  name: 'AnsAgreement',
  id: 0x69100200,
  from: 'server',
  fields: {
    value: u8,
  },
})
