/** The visit to OPN: terms, announcement, and the way to LMP (login.md 3.1). */
import {
  AnsAnnounce,
  AnsAuthenticationToken,
  AnsLmpConnect,
  AnsMaintenance,
  AnsMediaVersionInfo,
  AnsNoCharge,
  AnsSubTerms,
  AnsSubTermsInfo,
  AnsTerms,
  AnsTermsVersion,
  AnsVulgarityInfoLow,
  AnsVulgarityLow,
  ascii,
  type Bytes,
  latin1,
  ReqAnnounce,
  ReqAuthenticationToken,
  ReqCommonKey,
  ReqLmpConnect,
  ReqMaintenance,
  ReqMediaVersionInfo,
  ReqNoCharge,
  ReqSubTerms,
  ReqSubTermsInfo,
  ReqTerms,
  ReqTermsVersion,
  ReqVulgarityInfoLow,
  ReqVulgarityLow,
} from '@citygate/nodes/pat'
import type { Connection } from './connection.ts'
import { TurnedAway, words } from './errors.ts'
import { fetchSlices } from './slices.ts'
import type { Address } from './socket.ts'

/** What the player gets to read, and where the console goes next. */
export interface OpnVisit {
  readonly terms: Bytes
  readonly termsVersion: number
  readonly subTerms: Bytes
  readonly announcement: Bytes
  readonly lmp: Address
}

const status = { closed: 1, maintenance: 2, wrongVersion: 3 } as const
const europeanSubTerms = 1

/** Throws TurnedAway when the server is closed, in maintenance, or wants another game version. */
export async function visitOpn(opn: Connection, login: number, european: boolean): Promise<OpnVisit> {
  if (login === status.wrongVersion) await refuseVersion(opn)
  await opn.call(ReqAuthenticationToken, { nasToken: ascii('bot-nas-token') }, AnsAuthenticationToken)
  if (login === status.closed || login === status.maintenance) await refuseMaintenance(opn, login)
  const { termsVersion, terms } = await readTerms(opn)
  const subTerms = european ? await readSubTerms(opn) : new Uint8Array(0)
  const { text: announcement } = await opn.call(ReqAnnounce, {}, AnsAnnounce)
  await opn.call(ReqNoCharge, {}, AnsNoCharge)
  await readForbiddenWords(opn, 2)
  await readForbiddenWords(opn, 1)
  await opn.call(ReqCommonKey, {}, AnsAuthenticationToken)
  const { address, port } = await opn.call(ReqLmpConnect, {}, AnsLmpConnect)
  await opn.leave(2)
  return { terms, termsVersion, subTerms, announcement, lmp: { host: latin1(address), port } }
}

async function refuseVersion(opn: Connection): Promise<never> {
  const { patchMessage } = await opn.call(ReqMediaVersionInfo, {}, AnsMediaVersionInfo)
  await opn.leave(1)
  throw new TurnedAway('opn', status.wrongVersion, words(patchMessage))
}

async function refuseMaintenance(opn: Connection, login: number): Promise<never> {
  const { text } = await opn.call(ReqMaintenance, {}, AnsMaintenance)
  if (login === status.maintenance) await readTerms(opn)
  await opn.leave(1)
  throw new TurnedAway('opn', login, words(text))
}

async function readTerms(opn: Connection): Promise<{ termsVersion: number; terms: Bytes }> {
  const { version, size } = await opn.call(ReqTermsVersion, {}, AnsTermsVersion)
  const terms = await fetchSlices(size, async (offset, wanted) => {
    const slice = await opn.call(ReqTerms, { version, offset, size: wanted }, AnsTerms)
    return { offset: slice.offset, bytes: slice.text }
  })
  return { termsVersion: version, terms }
}

async function readSubTerms(opn: Connection): Promise<Bytes> {
  const kind = { subTermsType: europeanSubTerms }
  const { version, size } = await opn.call(ReqSubTermsInfo, kind, AnsSubTermsInfo)
  return fetchSlices(size, async (offset, wanted) => {
    const slice = await opn.call(ReqSubTerms, { version, ...kind, offset, size: wanted }, AnsSubTerms)
    return { offset: slice.offset, bytes: slice.text }
  })
}

async function readForbiddenWords(opn: Connection, list: number): Promise<void> {
  const info = await opn.call(ReqVulgarityInfoLow, { infoType: list }, AnsVulgarityInfoLow)
  await fetchSlices(info.size, async (offset, wanted) => {
    const asked = { version: list, infoType: info.infoType, offset, size: wanted }
    const slice = await opn.call(ReqVulgarityLow, asked, AnsVulgarityLow)
    return { offset: slice.offset, bytes: slice.text }
  })
}
