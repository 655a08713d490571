/**
 * OPN, the gatekeeper (login.md 3.1): texts, then the way to LMP. It knows nobody and keeps nothing:
 * every answer comes from the operator's content and the directory.
 */
import type { Directory } from '@citygate/schema/contract'
import type { EntryLink } from '../central/link.ts'
import { type Admission, type Audience, audienceOf, type Content, slice } from '../content/index.ts'
import { type HandlerTable, routes } from '../dialogue/handlers.ts'
import type { Connection, ServerKind } from '../dialogue/server-kind.ts'
import { hasServers } from '../dialogue/server-list.ts'
import { words } from '../dialogue/words.ts'
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
  AnsVulgarityInfoHigh,
  AnsVulgarityInfoHighJAP,
  AnsVulgarityInfoLow,
  AnsVulgarityInfoLowJAP,
  AnsVulgarityLow,
  latin1,
  MediaVersionInfo,
  messageText,
  noBytes,
  noticeLimit,
  plainText,
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
  ReqVulgarityInfoHigh,
  ReqVulgarityInfoHighJAP,
  ReqVulgarityInfoLow,
  ReqVulgarityInfoLowJAP,
  ReqVulgarityLow,
} from '../pat/index.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface OpnParts {
  readonly content: Content
  readonly link: Pick<EntryLink, 'directory'>
  /** This node's own LMP, for as long as the directory names none. */
  readonly lmp: () => Address
}

interface OpnSession {
  readonly audience: Audience
  readonly admission: Admission
}

/** NtcLogin on OPN (login.md 2.2). 5 is the reference's; the client does not tell it from 4. */
const statuses = { open: 5, closed: 1, maintenance: 2, 'wrong-version': 3 } as const

/** A word list of no bytes: its format is unknown, and the client then asks for no part of it. */
const noWordList = { version: 1, size: 0 } as const

const longestHost = 127

const packets = {
  ReqAuthenticationToken,
  ReqCommonKey,
  ReqMaintenance,
  ReqMediaVersionInfo,
  ReqTermsVersion,
  ReqTerms,
  ReqSubTermsInfo,
  ReqSubTerms,
  ReqAnnounce,
  ReqNoCharge,
  ReqVulgarityInfoLow,
  ReqVulgarityLow,
  ReqVulgarityInfoHigh,
  ReqVulgarityInfoHighJAP,
  ReqVulgarityInfoLowJAP,
  ReqLmpConnect,
}

export function opn(parts: OpnParts): ServerKind<OpnSession> {
  return {
    name: 'opn',
    refusal: 'shut',
    routes: routes(packets, handlers(parts)),
    open: (_peer, connection) => {
      const session = sessionOf(parts, connection)
      return { status: statuses[session.admission.status], session }
    },
    closed: () => undefined,
  }
}

function sessionOf({ content, link }: OpnParts, connection: Connection): OpnSession {
  const mediaVersion = latin1(connection.get('mediaVersion') ?? noBytes)
  const audience = audienceOf(mediaVersion, connection.get('languageCode'))
  const admission = content.admission(mediaVersion, audience)
  if (admission.status !== 'open' || hasServers(link.directory)) return { audience, admission }
  return { audience, admission: { status: 'maintenance', text: messageText(words.noServers, noticeLimit) } }
}

function handlers({ content, link, lmp }: OpnParts): HandlerTable<typeof packets, OpnSession> {
  const sent: Sent = new WeakMap()
  return {
    /** Only the operator of the log-in service that made the token could verify it (login.md 5.3). */
    ReqAuthenticationToken: (call) => call.reply(AnsAuthenticationToken, {}),
    /** Not AnsCommonKey, which would switch encryption on: this answer only moves the client on (login.md 3.1). */
    ReqCommonKey: (call) => call.reply(AnsAuthenticationToken, {}),
    ReqMaintenance: (call) => {
      const { admission } = call.session
      call.reply(AnsMaintenance, { text: admission.status === 'open' ? noBytes : admission.text })
    },
    ReqMediaVersionInfo: (call) => {
      const { admission } = call.session
      const wanted = admission.status === 'wrong-version' ? admission.wanted : noBytes
      call.reply(AnsMediaVersionInfo, {
        mediaVersion: wanted,
        patchMessage: admission.status === 'open' ? noBytes : admission.text,
        mediaVersionInfo: MediaVersionInfo.of({ unknown0x02: wanted }),
      })
    },
    ReqTermsVersion: (call) => {
      const { version, bytes } = content.terms(call.session.audience)
      call.reply(AnsTermsVersion, { version, size: bytes.length })
    },
    ReqTerms: (call, { version, offset, size }) => {
      const text = slice(content.terms(call.session.audience, version).bytes, offset, size)
      call.reply(AnsTerms, { offset, size: text.length, text })
    },
    ReqSubTermsInfo: (call, { subTermsType }) => {
      const { version, bytes } = content.subTerms(call.session.audience)
      call.reply(AnsSubTermsInfo, { version, subTermsType, size: bytes.length })
    },
    ReqSubTerms: (call, { version, subTermsType, offset, size }) => {
      const text = slice(content.subTerms(call.session.audience, version).bytes, offset, size)
      call.reply(AnsSubTerms, { subTermsType, offset, size: text.length, text })
    },
    ReqAnnounce: (call) => call.reply(AnsAnnounce, { text: content.announcement(call.session.audience) }),
    ReqNoCharge: (call) => call.reply(AnsNoCharge, { text: content.noCharge(call.session.audience) }),
    ReqVulgarityInfoLow: (call, { infoType }) => call.reply(AnsVulgarityInfoLow, { ...noWordList, infoType }),
    /** The first word is the list's number and the slice starts where it was asked for (login.md 3.1). */
    ReqVulgarityLow: (call, { infoType, offset }) =>
      call.reply(AnsVulgarityLow, { infoType, offset, size: 0, text: noBytes }),
    ReqVulgarityInfoHigh: (call) => call.reply(AnsVulgarityInfoHigh, { version: 1, a: 0, b: 0 }),
    ReqVulgarityInfoHighJAP: (call) => call.reply(AnsVulgarityInfoHighJAP, noWordList),
    ReqVulgarityInfoLowJAP: (call) => call.reply(AnsVulgarityInfoLowJAP, noWordList),
    ReqLmpConnect: (call) => {
      if (call.session.admission.status !== 'open') {
        call.peer.shut(words.noServers)
        return
      }
      const { host, port } = leastLoadedLmp(link.directory, sent) ?? lmp()
      call.reply(AnsLmpConnect, { address: plainText(host, longestHost), port })
    },
  }
}

/**
 * The least loaded live entry node: as central counted, and those that were sent there since, so that a crowd between
 * two syncs does not all go to one.
 */
function leastLoadedLmp({ entries }: Directory, sent: Sent): Address | undefined {
  const counts = sent.get(entries) ?? new Map<string, number>()
  sent.set(entries, counts)
  const loadOf = ({ nodeId, load = 0 }: Entry) => load + (counts.get(nodeId) ?? 0)
  const [first, ...others] = entries
  if (!first) return undefined
  const least = others.reduce((best, entry) => (loadOf(entry) < loadOf(best) ? entry : best), first)
  counts.set(least.nodeId, (counts.get(least.nodeId) ?? 0) + 1)
  return least.lmp
}

type Entry = Directory['entries'][number]
/** How many were sent to each node, under the count of central's that stood then. */
type Sent = WeakMap<Directory['entries'], Map<string, number>>
