import { Problem } from '@citygate/schema/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CentralUnreachable } from '../central/link.ts'
import { words } from '../dialogue/words.ts'
import { EntryNode } from '../host/testing/entry-node.ts'
import { RawClient } from '../host/testing/raw-client.ts'
import {
  AnsBinaryData,
  AnsBinaryHead,
  AnsBinaryVersion,
  AnsChargeInfo,
  AnsConnection,
  AnsFmpInfo,
  AnsFmpListData,
  AnsFmpListFoot,
  AnsFmpListHead,
  AnsFmpListVersion,
  AnsLoginInfo,
  AnsRfpConnect,
  AnsServerTime,
  AnsShut,
  AnsTicket,
  AnsUserListData,
  AnsUserListFoot,
  AnsUserListHead,
  AnsUserObject,
  AnsUserSearchInfoMine,
  ascii,
  ConnectionData,
  encodeFrame,
  FmpData,
  LoginInfo,
  latin1,
  messageText,
  NtcShut,
  ReqBinaryData,
  ReqBinaryHead,
  ReqBinaryVersion,
  ReqChargeInfo,
  ReqConnection,
  ReqFmpInfo,
  ReqFmpListData,
  ReqFmpListFoot,
  ReqFmpListHead,
  ReqFmpListVersion,
  ReqLoginInfo,
  ReqRfpConnect,
  ReqServerTime,
  ReqShut,
  ReqTicket,
  ReqUserListData,
  ReqUserListFoot,
  ReqUserListHead,
  ReqUserObject,
  ReqUserSearchInfoMine,
  refusalOf,
  UserObject,
  UserSearchInfo,
} from '../pat/index.ts'
import { uniqueIds } from '../world/index.ts'
import { listedServer, MemoryLink } from './testing/memory-link.ts'

let node: EntryNode

beforeEach(async () => {
  node = await EntryNode.start()
})
afterEach(() => node.close())

const mediaVersion = ascii('1001301045')
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')
const fieldsOf = (rows: readonly { readonly userObject: ReturnType<typeof UserObject.of> }[]) =>
  rows.map(({ userObject }) => [
    userObject.get('slotIndex'),
    latin1(userObject.get('capcomId') ?? ascii('')),
    latin1(userObject.get('hunterName') ?? ascii('')),
  ])

async function visit(data: Parameters<typeof ConnectionData.of>[0] = {}) {
  const console = RawClient.plain(node.lmp)
  const status = await console.open({ mediaVersion, ...data })
  return { console, status }
}

/** Connects with these data and reads why it is not let in. */
async function turnedAway(data: Parameters<typeof ConnectionData.of>[0]): Promise<string> {
  const console = RawClient.plain(node.lmp)
  await console.expect(ReqConnection)
  console.send(encodeFrame(AnsConnection, 0, { connectionData: ConnectionData.of(data) }))
  const { message } = await console.expect(NtcShut)
  await console.closed
  return latin1(message)
}

async function logIn(console: RawClient): Promise<string> {
  const info = await console.call(ReqLoginInfo, { loginInfo: LoginInfo.of({}) }, AnsLoginInfo)
  expect(info.needTicket).toBe(1)
  return latin1(info.chargeInfo.get('onlineSupportCode') ?? ascii(''))
}

/** Both visits of a new console: it stands before the server list with a hunter. */
async function withHunter() {
  const first = await visit()
  const code = await logIn(first.console)
  const { ticket } = await first.console.call(ReqTicket, {}, AnsTicket)
  const { console } = await visit({ patTicket: ticket, onlineSupportCode: ascii(code) })
  await console.call(
    ReqUserObject,
    { isSlotEmpty: 1, slotIndex: 1, userObject: UserObject.of({ hunterName: ascii('Hunter') }) },
    AnsUserObject,
  )
  const second = await console.call(ReqTicket, {}, AnsTicket)
  return { console, code, ticket: second.ticket }
}

describe('the first visit', () => {
  test('a new console gets a code, a ticket and six free places', async () => {
    const { console, status } = await visit()
    expect(status).toBe(1)
    expect(await logIn(console)).toBe('CODE0001')
    expect(latin1((await console.call(ReqTicket, {}, AnsTicket)).ticket)).toBe('TICKET 0002')
    const list = { firstIndex: 1, count: 6 }
    expect(
      await console.call(ReqUserListHead, { ...list, fields: [1, 2, 3, 5, 4, 6, 7, 8] }, AnsUserListHead),
    ).toEqual({ ignored: 1, count: 6 })
    const { records } = await console.call(ReqUserListData, list, AnsUserListData)
    expect(fieldsOf(records)).toEqual([1, 2, 3, 4, 5, 6].map((slot) => [slot, '******', '']))
    await console.call(ReqUserListFoot, {}, AnsUserListFoot)
    const time = await console.call(ReqServerTime, { convertedCountryCode: 74 }, AnsServerTime)
    expect(Math.abs(time.serverTime - Date.now() / 1000)).toBeLessThan(5)
    expect(time.currentTime).toBe(time.serverTime)
    await console.call(ReqShut, { shutType: 2 }, AnsShut)
    await console.closed
  })

  test('whatever a console calls its version, it is let in', async () => {
    const { console } = await visit({ mediaVersion: Uint8Array.of(0, 0xff, 0x41) })
    expect(await logIn(console)).toBe('CODE0001')
  })

  test.each(['', 'NoSupport', 'NoOnlineSupport', 'has space', 'caf\u00e9'])(
    'the code %j is no code: a console of its own each time',
    async (text) => {
      const onlineSupportCode = Uint8Array.from(Buffer.from(text, 'latin1'))
      const codes = []
      for (let i = 0; i < 2; i++) codes.push(await logIn((await visit({ onlineSupportCode })).console))
      expect(new Set(codes).size).toBe(2)
      expect(codes).not.toContain(text)
    },
  )

  test('a code from elsewhere is adopted, and the same console comes back to its hunters', async () => {
    const onlineSupportCode = ascii('WFROMANOTHERSERVER')
    const first = await visit({ onlineSupportCode })
    expect(await logIn(first.console)).toBe('WFROMANOTHERSERVER')
    await first.console.call(
      ReqUserObject,
      { isSlotEmpty: 1, slotIndex: 3, userObject: UserObject.of({ hunterName: ascii('Third') }) },
      AnsUserObject,
    )
    const { console } = await visit({ onlineSupportCode })
    await logIn(console)
    const { records } = await console.call(ReqUserListData, { firstIndex: 3, count: 2 }, AnsUserListData)
    expect(fieldsOf(records)).toEqual([
      [3, 'ID0002', 'Third'],
      [4, '******', ''],
    ])
  })

  test('a code that only the log-in data carries counts as well', async () => {
    const { console } = await visit()
    const loginInfo = LoginInfo.of({ onlineSupportCode: ascii('OLDCODE') })
    const { chargeInfo } = await console.call(ReqLoginInfo, { loginInfo }, AnsLoginInfo)
    expect(latin1(chargeInfo.get('onlineSupportCode') ?? ascii(''))).toBe('OLDCODE')
  })

  test('a connection that asks for nothing creates nothing', async () => {
    const { console } = await visit()
    await console.call(ReqShut, { shutType: 2 }, AnsShut)
    expect(node.link.consoles).toEqual([])
  })

  test.each([
    [1, 6, [1, 2, 3, 4, 5, 6]],
    [5, 6, [5, 6]],
    [7, 6, []],
    [0, 2, [1]],
    [2, 0xffffffff, [2, 3, 4, 5, 6]],
  ])('rows from %i, at most %i: head and data agree', async (firstIndex, count, slots) => {
    const { console } = await visit()
    const head = await console.call(ReqUserListHead, { firstIndex, count, fields: [] }, AnsUserListHead)
    const { records } = await console.call(ReqUserListData, { firstIndex, count }, AnsUserListData)
    expect(fieldsOf(records).map(([slot]) => slot)).toEqual(slots)
    expect(head.count).toBe(slots.length)
  })

  test('the state of the charges, for consoles of Japan', async () => {
    const { console } = await visit({ onlineSupportCode: ascii('JAPAN') })
    const { chargeInfo } = await console.call(ReqChargeInfo, { infoType: 1 }, AnsChargeInfo)
    expect(chargeInfo.get('ticketValidity1')).toBe(86_400)
    expect(latin1(chargeInfo.get('onlineSupportCode') ?? ascii(''))).toBe('JAPAN')
  })
})

describe('tickets', () => {
  test('a ticket makes it the second visit, with or without the code', async () => {
    const { console, code } = await withHunter()
    const { ticket } = await console.call(ReqTicket, {}, AnsTicket)
    expect((await visit({ patTicket: ticket })).status).toBe(2)
    const again = await visit({ patTicket: ticket, onlineSupportCode: ascii(code) })
    expect(again.status).toBe(2)
    const { records } = await again.console.call(
      ReqUserListData,
      { firstIndex: 1, count: 1 },
      AnsUserListData,
    )
    expect(fieldsOf(records)).toEqual([[1, 'ID0003', 'Hunter']])
  })

  test('an unknown ticket works with the support code, as a new log-in', async () => {
    const { code } = await withHunter()
    const { console, status } = await visit({
      patTicket: ascii('SPENT'),
      onlineSupportCode: ascii(code),
    })
    expect(status).toBe(2)
    const { records } = await console.call(ReqUserListData, { firstIndex: 1, count: 1 }, AnsUserListData)
    expect(fieldsOf(records)).toEqual([[1, 'ID0003', 'Hunter']])
  })

  test.each([undefined, 'NoSupport'])('without a code (%s) it is refused in words at once', async (code) => {
    const said = await turnedAway({
      patTicket: ascii('SPENT'),
      ...(code ? { onlineSupportCode: ascii(code) } : {}),
    })
    expect(said).toBe(latin1(messageText(words.ticketUnknown)))
  })

  test('an empty ticket is none', async () => {
    expect((await visit({ patTicket: ascii('') })).status).toBe(1)
  })

  test('the one that came with the step before is given once, while it is fresh', async () => {
    const { console } = await withHunter()
    expect(node.link.issuedAlone).toBe(0)
    const again = await console.call(ReqTicket, {}, AnsTicket)
    expect(node.link.issuedAlone).toBe(1)
    await console.call(ReqFmpInfo, { serverIndex: 1, fields: [2, 3] }, AnsFmpInfo)

    const code = await logIn((await visit()).console)
    const late = await visit({ onlineSupportCode: ascii(code) })
    await logIn(late.console)
    node.later = 30_000
    const { ticket } = await late.console.call(ReqTicket, {}, AnsTicket)
    expect(node.link.issuedAlone).toBe(2)
    expect(latin1(ticket)).not.toBe(latin1(again.ticket))
    expect((await visit({ patTicket: ticket })).status).toBe(2)
  })

  test('a central that makes none with another step is asked for it', async () => {
    node.link.makesNoneAhead = true
    const { console, ticket } = await withHunter()
    expect(node.link.issuedAlone).toBe(2)
    await console.call(ReqFmpInfo, { serverIndex: 1, fields: [2, 3] }, AnsFmpInfo)
    expect((await visit({ patTicket: ticket })).status).toBe(2)
  })

  test('neither codes nor tickets stand in the log', async () => {
    const { console, code, ticket } = await withHunter()
    await console.call(ReqShut, { shutType: 2 }, AnsShut)
    await turnedAway({ patTicket: ascii('SPENT') })
    const log = JSON.stringify(node.log.lines)
    expect(log).not.toContain(code)
    expect(log).not.toContain(latin1(ticket))
    expect(log).not.toContain('SPENT')
  })
})

describe('the hunter', () => {
  test('the console’s own fields come back in its own order, with the Capcom ID', async () => {
    const { console } = await visit({ onlineSupportCode: ascii('CODE') })
    const userObject = UserObject.of({ hunterName: ascii('Bot A'), unknown0x04: 0, rank: 31 })
    const request = { isSlotEmpty: 1, slotIndex: 1, userObject }
    const answer = await console.call(ReqUserObject, request, AnsUserObject)
    expect(answer).toMatchObject({ needTicket: 1, unused: 0 })
    expect(answer.userObject.items.map(({ id }) => id)).toEqual([3, 4, 7, 2])
  })

  test('who sends no fields gets number, Capcom ID and name', async () => {
    const { console } = await visit({ onlineSupportCode: ascii('CODE') })
    await console.call(
      ReqUserObject,
      { isSlotEmpty: 1, slotIndex: 1, userObject: UserObject.of({ hunterName: ascii('Hunter') }) },
      AnsUserObject,
    )
    console.send(
      encodeFrame(ReqUserObject, 6, { isSlotEmpty: 2, slotIndex: 1, userObject: UserObject.of({}) }),
    )
    // login.md 9, with another Capcom ID
    expect(hex((await console.next())?.payload)).toBe(
      `010000000000000301030000000102050006${hex(ascii('ID0002'))}03050006${hex(ascii('Hunter'))}`,
    )
  })

  test('a hunter’s own ids are the same here as on the game servers; before one is chosen there are none', async () => {
    const asked = { userSearchInfo: UserSearchInfo.of({ uniqueIdA: 0, uniqueIdB: 0 }) }
    const { console } = await withHunter()
    const chosen = { isSlotEmpty: 2, slotIndex: 1, userObject: UserObject.of({}) }
    const { userObject } = await console.call(ReqUserObject, chosen, AnsUserObject)
    const { userSearchInfo } = await console.call(ReqUserSearchInfoMine, asked, AnsUserSearchInfoMine)
    const { first, second } = uniqueIds(userObject.get('capcomId') ?? ascii(''))
    expect(userSearchInfo).toEqual(UserSearchInfo.of({ uniqueIdA: first, uniqueIdB: second }))
    const nobody = await visit()
    const refusal = await nobody.console.call(ReqUserSearchInfoMine, asked, refusalOf(AnsUserSearchInfoMine))
    expect(latin1(refusal.text)).toContain(words.notOffered)
  })

  test('a new name replaces the old one', async () => {
    const { console } = await withHunter()
    const userObject = UserObject.of({ hunterName: ascii('Renamed') })
    await console.call(ReqUserObject, { isSlotEmpty: 3, slotIndex: 1, userObject }, AnsUserObject)
    const { records } = await console.call(ReqUserListData, { firstIndex: 1, count: 1 }, AnsUserListData)
    expect(fieldsOf(records)).toEqual([[1, 'ID0003', 'Renamed']])
  })

  test.each([
    ['a place that does not exist', 1, 7, 'Hunter', words.noSuchSlot],
    ['a new hunter without a name', 1, 2, '', words.noName],
    ['no hunter in the place', 2, 2, '', 'There is no hunter in this place. Please log in again.'],
    ['another hunter in the place', 1, 1, 'Other', 'Another hunter has this place. Please log in again.'],
  ])('%s: refused in words', async (_what, isSlotEmpty, slotIndex, name, said) => {
    const { console } = await withHunter()
    const userObject = UserObject.of(name ? { hunterName: ascii(name) } : {})
    console.send(encodeFrame(ReqUserObject, 9, { isSlotEmpty, slotIndex, userObject }))
    expect((await console.expect(NtcShut)).message).toEqual(messageText(said))
  })
})

describe('the servers', () => {
  const all = [1, 8, 9, 7, 10, 11, 12]

  async function listed(console: RawClient, fields: readonly number[] = all) {
    const { version } = await console.call(ReqFmpListVersion, {}, AnsFmpListVersion)
    const { count } = await console.call(
      ReqFmpListHead,
      { version, firstIndex: 1, count: 80, fields },
      AnsFmpListHead,
    )
    const rows = []
    for (let firstIndex = 1; rows.length < count; firstIndex += 30) {
      const page = await console.call(ReqFmpListData, { firstIndex, count: 30 }, AnsFmpListData)
      rows.push(...page.records.map(({ fmpData }) => fmpData))
    }
    await console.call(ReqFmpListFoot, {}, AnsFmpListFoot)
    return { version, count, rows }
  }

  test('what is open, in pages, with the fields that were asked for', async () => {
    const servers = Array.from({ length: 70 }, (_, i) => listedServer(i + 1))
    servers[3] = listedServer(4, { status: 'down', address: null })
    node.link.directory = { version: 9, servers, entries: [] }
    const { console } = await withHunter()
    const { version, count, rows } = await listed(console)
    expect({ version, count, rows: rows.length }).toEqual({ version: 9, count: 69, rows: 69 })
    expect(rows.map((row) => row.get('index'))).not.toContain(4)
    expect(rows[0]?.items.map(({ id }) => id)).toEqual([1, 7, 8, 9, 10, 11, 12])
    const short = await listed(console, [1, 8, 9])
    expect(short.rows[0]?.items.map(({ id }) => id)).toEqual([1, 8, 9])
  })

  test('one server, to the byte', async () => {
    // login.md 9
    const valor = listedServer(1, { name: 'Valor1', population: 3 })
    node.link.directory = { version: 1, servers: [valor], entries: [] }
    const { console } = await withHunter()
    await console.call(ReqFmpListHead, { version: 1, firstIndex: 1, count: 80, fields: all }, AnsFmpListHead)
    console.send(encodeFrame(ReqFmpListData, 9, { firstIndex: 1, count: 30 }))
    expect(hex((await console.next())?.payload)).toBe(
      '00000000000000010701030000000107040000000000000001080300000003' +
        '0903000007d00a05000656616c6f72310b050001580c0312345678',
    )
  })

  test('full and draining servers show no free place; 80 are the most', async () => {
    const servers = Array.from({ length: 90 }, (_, i) => listedServer(i + 1, { population: 5 }))
    servers[0] = listedServer(1, { status: 'full', population: 1999 })
    servers[1] = listedServer(2, { status: 'draining', population: 5 })
    node.link.directory = { version: 1, servers, entries: [] }
    const { console } = await withHunter()
    const { rows } = await listed(console)
    expect(rows).toHaveLength(80)
    expect(rows.slice(0, 3).map((row) => row.get('playerCount'))).toEqual([2000, 2000, 5])
  })

  test('beyond the soft cap a server shows fewer places than any below theirs, and can be chosen all the same', async () => {
    const soft = { capacity: 2000, soft: 1600 }
    const servers = [
      listedServer(1, { ...soft, population: 1700 }),
      listedServer(2, { ...soft, population: 1599 }),
      listedServer(3, { capacity: 4, soft: 3, population: 2 }),
      listedServer(4, { ...soft, population: 1999 }),
      listedServer(5, { capacity: 4, soft: 3, population: 2, status: 'draining' }),
    ]
    node.link.directory = { version: 1, servers, entries: [] }
    const { console } = await withHunter()
    const places = (rows: readonly ReturnType<typeof FmpData.of>[]) =>
      rows.map((row) => (row.get('playerCapacity') ?? 0) - (row.get('playerCount') ?? 0))
    expect(places((await listed(console)).rows)).toEqual([1, 401, 2, 1, 0])
    await console.call(ReqFmpInfo, { serverIndex: 1, fields: [2] }, AnsFmpInfo)
    expect(node.link.armed).toEqual([1])

    const allBeyond = servers.filter(({ id }) => id === 1 || id === 4)
    node.link.directory = { version: 1, servers: allBeyond, entries: [] }
    expect(places((await listed(console)).rows)).toEqual([300, 1])
  })

  test('a list that was begun stays as it was, and what was seen can be chosen', async () => {
    const { console } = await withHunter()
    const { count } = await console.call(
      ReqFmpListHead,
      { version: 1, firstIndex: 1, count: 80, fields: all },
      AnsFmpListHead,
    )
    node.link.directory = { version: 2, servers: [listedServer(7)], entries: [] }
    const { records } = await console.call(ReqFmpListData, { firstIndex: 1, count: 30 }, AnsFmpListData)
    expect(records).toHaveLength(count)
    expect(records.map(({ fmpData }) => fmpData.get('index'))).toEqual([1, 2])
  })

  test('the address arms the ticket; a spare and the best', async () => {
    const { console } = await withHunter()
    for (const serverIndex of [2, 1]) {
      const { fmpData } = await console.call(ReqFmpInfo, { serverIndex, fields: [2, 3] }, AnsFmpInfo)
      expect(fmpData).toEqual(FmpData.of({ serverAddress: ascii('127.0.0.1'), serverPort: 8202 }))
    }
    expect(node.link.armed).toEqual([2, 1])
    const { fmpData } = await console.call(ReqFmpInfo, { serverIndex: 1, fields: [2, 3, 10] }, AnsFmpInfo)
    expect(fmpData.items.map(({ id }) => id)).toEqual([2, 3, 10])
  })

  test.each([
    ['is unknown', 9, words.serverGone],
    ['is full', 3, words.serverFull],
    ['has gone down', 4, words.serverGone],
  ])('a server that %s is refused in words, and another can be chosen', async (_how, serverIndex, said) => {
    const servers = [listedServer(1), listedServer(3, { status: 'full' }), listedServer(4)]
    node.link.directory = { version: 1, servers, entries: [] }
    const { console } = await withHunter()
    await listed(console)
    const [first, third] = servers
    if (first && third) node.link.directory = { version: 2, servers: [first, third], entries: [] }
    console.send(encodeFrame(ReqFmpInfo, 7, { serverIndex, fields: [2, 3] }))
    const refusal = await console.expect(refusalOf(AnsFmpInfo))
    expect(refusal).toEqual({ show: 1, text: messageText(said) })
    await console.call(ReqFmpInfo, { serverIndex: 1, fields: [2, 3] }, AnsFmpInfo)
  })

  test('without any server the player is told, not shown an empty list', async () => {
    node.link.directory = { version: 1, servers: [], entries: [] }
    const { console } = await withHunter()
    console.send(encodeFrame(ReqFmpListHead, 4, { version: 1, firstIndex: 1, count: 80, fields: all }))
    expect((await console.expect(NtcShut)).message).toEqual(messageText(words.noServers))
  })

  test('an address without a ticket is refused', async () => {
    const { console } = await visit()
    console.send(encodeFrame(ReqFmpInfo, 4, { serverIndex: 1, fields: [2, 3] }))
    expect((await console.expect(NtcShut)).message).toEqual(messageText(words.ticketUnknown))
  })
})

describe('central in trouble', () => {
  test.each([
    ['away', new CentralUnreachable('connect ECONNREFUSED 10.1.2.3'), words.unreachable],
    ['busy', new Problem('busy'), 'The community server is busy right now. Please try again.'],
    ['refusing', new Problem('forbidden', 'node 17 has no entry role'), words.bug],
    ['broken', new Error('a bug'), words.bug],
  ])('%s: the player reads plain words', async (_how, failure, said) => {
    const { console } = await visit()
    node.link.failing = failure
    console.send(encodeFrame(ReqLoginInfo, 1, { loginInfo: LoginInfo.of({}) }))
    expect((await console.expect(NtcShut)).message).toEqual(messageText(said))
    await console.closed
    expect(await turnedAway({ patTicket: ascii('T') })).toBe(latin1(messageText(said)))
  })
})

test('binaries are served here too, with the version that was asked for', async () => {
  node.content.files.set(5, { version: 42, bytes: ascii('a\tfirst message') })
  const { console } = await visit()
  const { version } = await console.call(ReqBinaryVersion, { binaryType: 5 }, AnsBinaryVersion)
  expect(version).toBe(42)
  const { size } = await console.call(ReqBinaryHead, { binaryType: 5 }, AnsBinaryHead)
  const part = await console.call(
    ReqBinaryData,
    { binaryType: 5, version: 42, offset: 2, size: 0x2000 },
    AnsBinaryData,
  )
  expect(part).toEqual({ version: 42, offset: 2, size: size - 2, data: ascii('first message') })
  console.send(encodeFrame(ReqBinaryHead, 9, { binaryType: 200 }))
  await console.expect(refusalOf(AnsBinaryHead))
})

test('the waiting room is named where there is one', async () => {
  const { console } = await visit()
  console.send(encodeFrame(ReqRfpConnect, 9, {}))
  await console.expect(refusalOf(AnsRfpConnect))
  node.rfpAddress = { host: '10.0.0.5', port: 8203 }
  expect(await console.call(ReqRfpConnect, {}, AnsRfpConnect)).toEqual({
    address: ascii('10.0.0.5'),
    port: 8203,
  })
})

describe('the end of a visit', () => {
  const again = (patTicket: Uint8Array) => node.link.readTicket(patTicket)

  test('ReqShut 1 ends the log-in: its ticket is good for nothing any more', async () => {
    const { console, ticket } = await withHunter()
    await console.call(ReqShut, { shutType: 1 }, AnsShut)
    await console.closed
    const after = () => again(ticket).catch(({ code }) => code)
    await expect.poll(after, { timeout: 30_000 }).toBe('ticket_unknown')
  })

  test('any other end leaves the ticket alone', async () => {
    const [leaving, dying] = [await withHunter(), await withHunter()]
    await leaving.console.call(ReqShut, { shutType: 2 }, AnsShut)
    await leaving.console.closed
    dying.console.socket.resetAndDestroy()
    await dying.console.closed
    expect(await again(leaving.ticket)).toMatchObject({ capcomId: 'ID0003' })
    expect(await again(dying.ticket)).toMatchObject({ login: expect.any(String) })
  })

  test('central may be away: the visit ends as ever', async () => {
    const { console } = await withHunter()
    node.link.failing = new CentralUnreachable('away')
    await console.call(ReqShut, { shutType: 1 }, AnsShut)
    await console.closed
  })
})

test('whole frames, to the byte (login.md 9)', async () => {
  await node.close()
  const ids = ['0123456789A', 'AB12CD']
  node = await EntryNode.start(
    new MemoryLink({
      supportCode: () => ids[0] ?? '',
      capcomId: () => ids[1] ?? '',
      ticket: () => ascii('TICKET00001'),
    }),
  )
  const address = { host: '10.0.0.5', port: 8202 }
  node.link.directory = { version: 1, servers: [listedServer(1, { address })], entries: [] }
  const console = RawClient.plain(node.lmp)
  const frame = async (): Promise<string> => {
    const heard = await console.next()
    const head = Buffer.alloc(8)
    head.writeUInt16BE(heard?.payload.length ?? 0, 0)
    head.writeUInt16BE(heard?.sequence ?? 0, 2)
    head.writeUInt32BE(heard?.id ?? 0, 4)
    return `${hex(head)}${hex(heard?.payload)}`
  }
  await console.expect(ReqConnection)
  console.send(encodeFrame(AnsConnection, 1, { connectionData: ConnectionData.of({}) }))
  expect(await frame()).toBe('000100016021100001')
  console.send(encodeFrame(ReqLoginInfo, 1, { loginInfo: LoginInfo.of({}) }))
  expect(await frame()).toBe('00130001610102000100000107' + '05000b3031323334353637383941')
  console.send(encodeFrame(ReqTicket, 2, {}))
  expect(await frame()).toBe('000d000260300200000b5449434b45543030303031')
  console.send(encodeFrame(ReqUserListHead, 3, { firstIndex: 1, count: 6, fields: [] }))
  expect(await frame()).toBe('00080003611002000000000100000006')
  const userObject = UserObject.of({ hunterName: ascii('Hunter') })
  console.send(encodeFrame(ReqUserObject, 3, { isSlotEmpty: 1, slotIndex: 1, userObject }))
  await frame()
  console.send(encodeFrame(ReqUserListData, 4, { firstIndex: 1, count: 2 }))
  expect(await frame()).toBe(
    '0034000461110200000000010000000203010300000001020500064142313243440305000648756e746572' +
      '02010300000002020500062a2a2a2a2a2a',
  )
  console.send(encodeFrame(ReqUserObject, 6, { isSlotEmpty: 2, slotIndex: 1, userObject: UserObject.of({}) }))
  expect(await frame()).toBe(
    '002200066120020001000000000000030103000000010205000641423132434403050006' + '48756e746572',
  )
  console.send(encodeFrame(ReqTicket, 7, {}))
  await frame()
  console.send(encodeFrame(ReqFmpInfo, 11, { serverIndex: 1, fields: [2, 3] }))
  expect(await frame()).toBe('0011000b61340200020205000831302e302e302e350302200a')
  console.send(encodeFrame(ReqShut, 9, { shutType: 2 }))
  expect(await frame()).toBe('000100096010020002')
})
