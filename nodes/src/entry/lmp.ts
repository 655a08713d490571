/**
 * LMP, account and hunter (login.md 3.2 and 3.3). A console comes twice: without a ticket to fetch
 * one and to see its slots, and with it to choose a hunter and a game server. Both visits are served
 * by the same handlers: what is asked is answered, in whatever order.
 */
import { Problem, type ProblemCode } from '@citygate/schema/contract'
import type { EntryLink, Issued, Slot } from '../central/link.ts'
import { type Audience, audienceOf, type Content } from '../content/index.ts'
import { binaryRoutes } from '../dialogue/binaries.ts'
import { type HandlerTable, join, routes } from '../dialogue/handlers.ts'
import type { Peer } from '../dialogue/peer.ts'
import type { Clock } from '../dialogue/ports.ts'
import type { Connection, Opening, ServerKind } from '../dialogue/server-kind.ts'
import { ServerList } from '../dialogue/server-list.ts'
import { codeOf, words, wordsFor } from '../dialogue/words.ts'
import {
  AnsChargeInfo,
  AnsFmpInfo,
  AnsFmpListData,
  AnsFmpListFoot,
  AnsFmpListHead,
  AnsFmpListVersion,
  AnsLoginInfo,
  AnsRfpConnect,
  AnsTicket,
  AnsUserListData,
  AnsUserListFoot,
  AnsUserListHead,
  AnsUserObject,
  AnsUserSearchInfoMine,
  ascii,
  type Bytes,
  ChargeInfo,
  latin1,
  noBytes,
  plainText,
  ReqChargeInfo,
  ReqFmpInfo,
  ReqFmpListData,
  ReqFmpListFoot,
  ReqFmpListHead,
  ReqFmpListVersion,
  ReqLoginInfo,
  ReqRfpConnect,
  ReqTicket,
  ReqUserListData,
  ReqUserListFoot,
  ReqUserListHead,
  ReqUserObject,
  ReqUserSearchInfoMine,
  UserSearchInfo,
} from '../pat/index.ts'
import { uniqueIds } from '../world/index.ts'
import type { Address } from './opn.ts'
import { chosenRow, slotCount, slotRows } from './slots.ts'
import { supportCodeOf } from './support-code.ts'

/** AnsLoginInfo and AnsUserObject: all is well, go on (login.md 3.2). */
const allIsWell = 1
const visits = { first: 1, second: 2 } as const
/** ReqUserObject mode 1: the console believes the slot to be free. */
const modeCreate = 1
const longestName = 31
const longestHost = 127
/** Of a media version; the game's have ten characters. */
const longestVersion = 31
/** Validity that the reference tells Japanese consoles; nothing is charged here. */
const daySeconds = 86_400
/** A ticket that was made ahead is given for so long: most of its time in transit is left then. */
const madeAheadMs = 30_000
/** The server is the trouble, not the log-in: the player may choose another one. */
const refusesServer: ReadonlySet<ProblemCode> = new Set(['server_not_found', 'server_down', 'server_full'])

export interface LmpParts {
  readonly content: Content
  readonly link: EntryLink
  readonly clock: Pick<Clock, 'utcSeconds' | 'now'>
  /** Where this node's waiting room is; null for none. */
  readonly rfp: () => Address | null
}

const packets = {
  ReqLoginInfo,
  ReqChargeInfo,
  ReqTicket,
  ReqUserListHead,
  ReqUserListData,
  ReqUserListFoot,
  ReqUserObject,
  ReqUserSearchInfoMine,
  ReqFmpListVersion,
  ReqFmpListHead,
  ReqFmpListData,
  ReqFmpListFoot,
  ReqFmpInfo,
  ReqRfpConnect,
}

/** One connection's part of a log-in. Nothing of it outlives the connection: the ticket finds it again at central. */
interface LmpSession {
  /** Where the console comes from: what a place creates is limited. */
  readonly source: string | null
  readonly audience: Audience
  readonly mediaVersion: string
  readonly servers: ServerList
  supportCode: string | null
  /** Joins the tickets of one log-in; null before the first. */
  login: string | null
  /** The newest ticket that the console holds. */
  ticket: Bytes | null
  consoleId: string | null
  capcomId: string | null
  /** Was made with the last step, for the console that asks for one next. */
  ahead: { readonly issued: Issued; readonly at: number } | null
  slots: readonly Slot[]
}

export function lmp(parts: LmpParts): ServerKind<LmpSession> {
  const { content, clock } = parts
  return {
    name: 'lmp',
    refusal: 'shut',
    routes: join(
      routes<typeof packets, LmpSession>(packets, handlers(parts)),
      binaryRoutes<LmpSession>(content, clock),
    ),
    open: (peer, connection) => opening(parts, connection, peer.source ?? null),
    closed: (session, ending, peer) => {
      if (ending === 'left') endLogin(parts, session, peer)
    },
  }
}

/** Out of online mode: the console's tickets are good for nothing any more. Time would end them too. */
function endLogin({ link }: LmpParts, { ticket }: LmpSession, { log }: Peer): void {
  if (ticket === null) return
  link
    .endTicket(ticket)
    .catch((error: unknown) => log.info({ code: codeOf(error) }, 'a log-in ends later, by time'))
}

/** A media version is a short number; whatever else a console calls so is kept in a form that can be stored. */
const printable = (bytes: Bytes): string => latin1(bytes).replace(/[^\x20-\x7e]/g, '?')

async function opening(
  { link }: LmpParts,
  connection: Connection,
  source: string | null,
): Promise<Opening<LmpSession>> {
  const mediaVersion = printable(connection.get('mediaVersion') ?? noBytes).slice(0, longestVersion)
  const session: LmpSession = {
    source,
    audience: audienceOf(mediaVersion, connection.get('languageCode')),
    mediaVersion,
    servers: new ServerList(() => link.directory),
    supportCode: supportCodeOf(connection.get('onlineSupportCode')),
    login: null,
    ticket: null,
    consoleId: null,
    capcomId: null,
    ahead: null,
    slots: [],
  }
  const ticket = connection.get('patTicket')
  if (!ticket || ticket.length === 0) return { status: visits.first, session }
  try {
    const { login, consoleId, capcomId, slots } = await link.readTicket(ticket)
    Object.assign(session, { login, consoleId, capcomId, slots, ticket })
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'ticket_unknown') throw error
    // The support code is the account: with it the log-in begins anew under the second visit (login.md 2.6).
    if (session.supportCode === null) return { refused: words.ticketUnknown }
  }
  return { status: visits.second, session }
}

/** The console behind this connection. Asked when it is first needed, so that a bare connection creates none. */
async function consoleOf({ link, clock }: LmpParts, session: LmpSession): Promise<string> {
  if (session.consoleId !== null) return session.consoleId
  const { consoleId, supportCode, slots, issued } = await link.identifyConsole(
    session.supportCode,
    session.mediaVersion,
    session.source,
  )
  Object.assign(session, { consoleId, supportCode, slots, ahead: issued && { issued, at: clock.now() } })
  return consoleId
}

/** Each is given once: who asks again gets another. */
function takeAhead({ clock }: LmpParts, session: LmpSession): Issued | null {
  const { ahead } = session
  session.ahead = null
  return ahead && clock.now() - ahead.at < madeAheadMs ? ahead.issued : null
}

/** What delivers the support code, which the console keeps. */
function chargeInfoOf(session: LmpSession) {
  return session.supportCode === null
    ? ChargeInfo.of({})
    : ChargeInfo.of({ onlineSupportCode: ascii(session.supportCode) })
}

function handlers(parts: LmpParts): HandlerTable<typeof packets, LmpSession> {
  const { link, rfp, clock } = parts
  return {
    ReqLoginInfo: async (call, { loginInfo }) => {
      const { session } = call
      if (session.consoleId === null)
        session.supportCode ??= supportCodeOf(loginInfo.get('onlineSupportCode'))
      await consoleOf(parts, session)
      call.reply(AnsLoginInfo, {
        needTicket: allIsWell,
        unknownText: noBytes,
        chargeInfo: chargeInfoOf(session),
      })
    },
    ReqChargeInfo: async (call) => {
      const { session } = call
      await consoleOf(parts, session)
      call.reply(AnsChargeInfo, {
        chargeInfo: ChargeInfo.of({ ticketValidity1: daySeconds, ticketValidity2: daySeconds }).with({
          unknown0x05: noBytes,
          onlineSupportCode: session.supportCode === null ? undefined : ascii(session.supportCode),
        }),
      })
    },
    ReqTicket: async (call) => {
      const { session } = call
      const consoleId = await consoleOf(parts, session)
      const { ticket, login } =
        takeAhead(parts, session) ?? (await link.issueTicket(session.login, consoleId, session.capcomId))
      Object.assign(session, { ticket, login })
      call.reply(AnsTicket, { ticket })
    },
    ReqUserListHead: async (call, { firstIndex, count }) => {
      await consoleOf(parts, call.session)
      const rows = slotRows(call.session.slots, firstIndex, count)
      call.reply(AnsUserListHead, { ignored: firstIndex, count: rows.length })
    },
    ReqUserListData: async (call, { firstIndex, count }) => {
      await consoleOf(parts, call.session)
      const rows = slotRows(call.session.slots, firstIndex, count)
      call.reply(AnsUserListData, {
        ignored: firstIndex,
        records: rows.map((userObject) => ({ userObject })),
      })
    },
    ReqUserListFoot: (call) => call.reply(AnsUserListFoot, {}),
    ReqUserObject: async (call, { isSlotEmpty, slotIndex, userObject }) => {
      const { session } = call
      if (slotIndex < 1 || slotIndex > slotCount) {
        call.peer.shut(words.noSuchSlot)
        return
      }
      const name = userObject.get('hunterName')?.subarray(0, longestName)
      const create = isSlotEmpty === modeCreate
      if (create && !name?.length) {
        call.peer.shut(words.noName)
        return
      }
      const consoleId = await consoleOf(parts, session)
      const {
        issued,
        created: _,
        ...hunter
      } = await link.chooseHunter(
        consoleId,
        slotIndex,
        name?.length ? name : null,
        create,
        session.login,
        session.source,
      )
      session.capcomId = hunter.capcomId
      session.ahead = issued && { issued, at: clock.now() }
      session.slots = [...session.slots.filter(({ slot }) => slot !== slotIndex), hunter]
      call.peer.identify({ capcomId: hunter.capcomId })
      call.reply(AnsUserObject, {
        needTicket: allIsWell,
        unknownText: noBytes,
        unused: 0,
        userObject: chosenRow(userObject, hunter),
      })
    },
    /** Seen here as well (packets.json). Before a hunter is chosen there is nobody whose ids they could be. */
    ReqUserSearchInfoMine: (call) => {
      const { capcomId } = call.session
      if (capcomId === null) {
        call.refuse(AnsUserSearchInfoMine, words.notOffered)
        return
      }
      const { first, second } = uniqueIds(ascii(capcomId))
      call.reply(AnsUserSearchInfoMine, {
        userSearchInfo: UserSearchInfo.of({ uniqueIdA: first, uniqueIdB: second }),
      })
    },
    ReqFmpListVersion: (call) => call.reply(AnsFmpListVersion, { version: call.session.servers.version }),
    ReqFmpListHead: (call, { fields }) => {
      const count = call.session.servers.head(fields)
      if (count === 0) call.peer.shut(words.noServers)
      else call.reply(AnsFmpListHead, { ignored: 0, count })
    },
    ReqFmpListData: (call, { firstIndex, count }) => {
      const rows = call.session.servers.page(firstIndex, count)
      call.reply(AnsFmpListData, { ignored: 0, records: rows.map((fmpData) => ({ fmpData })) })
    },
    ReqFmpListFoot: (call) => call.reply(AnsFmpListFoot, {}),
    /** Arms the ticket for the server. The client asks twice, for a spare and for the best (login.md 3.3). */
    ReqFmpInfo: async (call, { serverIndex, fields }) => {
      const { ticket, servers } = call.session
      if (!ticket) {
        call.peer.shut(words.ticketUnknown)
        return
      }
      if (!servers.find(serverIndex)) {
        call.refuse(AnsFmpInfo, words.serverGone)
        return
      }
      try {
        const target = await link.armTicket(ticket, serverIndex)
        call.reply(AnsFmpInfo, { fmpData: servers.chosen(serverIndex, target, fields) })
      } catch (error) {
        if (!(error instanceof Problem) || !refusesServer.has(error.code)) throw error
        call.refuse(AnsFmpInfo, wordsFor(error) ?? words.serverGone)
      }
    },
    ReqRfpConnect: (call) => {
      const address = rfp()
      if (!address) call.refuse(AnsRfpConnect, words.notOffered)
      else call.reply(AnsRfpConnect, { address: plainText(address.host, longestHost), port: address.port })
    },
  }
}
