import { Problem } from '@citygate/schema/contract'
import { describe, expect, test } from 'vitest'
import {
  AnsLayerChildInfo,
  AnsLayerUserList,
  ascii,
  hex,
  LayerSet,
  latin1,
  MessageInfo,
  NtcLayerChat,
  NtcLayerUserPosition,
  noBytes,
  packets,
  ReqBinaryData,
  ReqBinaryHead,
  ReqBinaryVersion,
  ReqBlackList,
  ReqCircleInfoNoticeSet,
  ReqFmpInfo2,
  ReqFmpListData2,
  ReqFmpListFoot2,
  ReqFmpListHead2,
  ReqFmpListVersion2,
  ReqFriendList,
  ReqLayerChildInfo,
  ReqLayerChildListData,
  ReqLayerChildListFoot,
  ReqLayerChildListHead,
  ReqLayerCreateHead,
  ReqLayerDown,
  ReqLayerEnd,
  ReqLayerSiblingListData,
  ReqLayerSiblingListHead,
  ReqLayerStart,
  ReqLayerTell,
  ReqLayerUp,
  ReqLayerUserList,
  ReqServerTime,
  ReqShut,
  ReqTell,
  ReqUserBinaryNotice,
  ReqUserBinarySet,
  ReqUserSearchInfoMine,
  ReqUserSearchSet,
  ReqUserStatusSet,
  UserSearchInfo,
  UserStatusSet,
} from '../pat/index.ts'
import { type Console, type Heard, Lobby, names, read, settled } from './testing/lobby.ts'

const layerSet = LayerSet.of({})
const down = (layerIndex: number) => ({ layerIndex, layerSet })
/** The words of a refusal, without mark-up. */
const words = (refusal: Heard | undefined): string => {
  const { text, message } = (refusal?.body ?? {}) as { text?: Uint8Array; message?: Uint8Array }
  return latin1(text ?? message ?? noBytes).replace(/(<[^>]*>)+/g, ' ')
}
const without = (name: string, heard: readonly Heard[]) =>
  names(heard.filter((packet) => packet.name !== name))

describe('coming in', () => {
  test('an armed ticket is welcomed with status 3, and central hears where the hunter is', async () => {
    const lobby = new Lobby()
    const console = lobby.connect()
    const heard = await console.introduces(lobby.link.ticket('Alice'))
    expect(names(heard)).toEqual(['NtcLogin 0'])
    expect(heard[0]?.payload).toEqual(Uint8Array.of(3))
    expect(lobby.link.whereabouts.get('AAAAAA')).toEqual({
      serverId: 1,
      gate: null,
      city: null,
      inQuest: false,
      leader: false,
      fields: [],
      cityFields: [],
    })
  })

  test.each([
    ['unknown', ascii('nobody gave this out')],
    ['missing', noBytes],
  ])('a ticket that is %s is refused in words', async (_, ticket) => {
    const lobby = new Lobby()
    const console = lobby.connect()
    const heard = await console.introduces(ticket)
    expect(names(heard)).toEqual(['NtcShut 0'])
    expect(words(heard[0])).toContain('log in again')
    expect(console.line.state).toBe('ended')
    expect(lobby.link.released).toEqual([])
  })

  test('a claim that was in flight when the console left is released', async () => {
    const lobby = new Lobby()
    const console = lobby.connect()
    let open = (): void => undefined
    lobby.link.gate = new Promise((resolve) => {
      open = resolve
    })
    await console.introduces(lobby.link.ticket('Alice'))
    await console.hangsUp()
    expect(lobby.link.released).toEqual([])
    open()
    await settled()
    expect(lobby.link.released).toEqual(['AAAAAA 1 lost'])
  })

  test('he comes in also when nobody can tell his friends', async () => {
    const lobby = new Lobby()
    lobby.social.fault = new Problem('busy')
    const console = await lobby.enter('Alice')
    expect(names(console.says(ReqLayerStart, { fields1: [], fields2: [] }))).toEqual(['AnsLayerStart 1'])
    expect(names(await console.asks(ReqFriendList, { firstIndex: 1, count: 50, fields: [] }))).toEqual([
      'AnsFriendListAlert 2',
    ])
    lobby.social.fault = undefined
    expect(names(await console.asks(ReqFriendList, { firstIndex: 1, count: 50, fields: [] }))).toEqual([
      'AnsFriendList 3',
    ])
  })

  test('a server that this node does not carry is refused, and the claim released', async () => {
    const lobby = new Lobby()
    const console = lobby.connect()
    expect(names(await console.introduces(lobby.link.ticket('Alice', 99)))).toEqual(['NtcShut 0'])
    expect(lobby.link.released).toEqual(['AAAAAA 1 lost'])
  })

  test('the same hunter again replaces his old connection', async () => {
    const lobby = new Lobby()
    const old = await lobby.enter('Alice')
    const fresh = await lobby.enter('Alice')
    expect(names(old.hears())).toEqual(['NtcShut 0'])
    expect(old.line.state).toBe('ended')
    await settled()
    expect(lobby.link.released).toEqual(['AAAAAA 1 lost'])
    expect(names(fresh.says(ReqLayerStart, { fields1: [], fields2: [] }))).toEqual(['AnsLayerStart 1'])
  })

  test('the log-in part: time, files, ids, settings, all answered', async () => {
    const lobby = new Lobby()
    const console = await lobby.enter('Alice')
    const said: string[] = []
    const say = (heard: readonly Heard[]) => said.push(...names(heard))
    say(console.says(ReqServerTime, { convertedCountryCode: 0x4a }))
    say(console.says(ReqCircleInfoNoticeSet, { fields1: [], fields2: [] }))
    say(console.says(ReqBinaryHead, { binaryType: 5 }))
    say(console.says(ReqBinaryData, { binaryType: 5, version: 9, offset: 0, size: 0x2000 }))
    say(console.says(ReqBinaryVersion, { binaryType: 77 }))
    say(console.says(ReqUserSearchInfoMine, { userSearchInfo: UserSearchInfo.of({}) }))
    say(console.says(ReqUserBinarySet, { offset: 250, data: new Uint8Array(100).fill(7) }))
    say(console.says(ReqUserSearchSet, { optionalFields: [] }))
    say(await console.asks(ReqUserStatusSet, { userStatusSet: UserStatusSet.of({ friendRequestPolicy: 4 }) }))
    say(await console.asks(ReqFriendList, { firstIndex: 1, count: 50, fields: [1, 2, 3] }))
    say(await console.asks(ReqBlackList, { firstIndex: 1, count: 16, fields: [1, 2, 3] }))
    expect(said).toEqual([
      'AnsServerTime 1',
      'AnsCircleInfoNoticeSet 2',
      'AnsBinaryHead 3',
      'AnsBinaryData 4',
      'AnsBinaryVersionAlert 5',
      'AnsUserSearchInfoMine 6',
      'AnsUserBinarySet 7',
      'AnsUserSearchSet 8',
      'AnsUserStatusSet 9',
      'AnsFriendList 10',
      'AnsBlackList 11',
    ])
    const settings = lobby.link.settled.get('AAAAAA')
    expect([settings?.length, settings?.[249], settings?.[250], settings?.[255]]).toEqual([256, 0, 7, 7])
  })
})

describe('standing in a gate', () => {
  test('the gates are listed with true counts, in pages as asked', async () => {
    const lobby = new Lobby()
    const [a, b] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
    b.says(ReqLayerDown, down(2))
    const list = { firstIndex: 1, count: 40, fields: [], rest: noBytes }
    expect(a.says(ReqLayerChildListHead, list)[0]?.body).toMatchObject({ count: 40 })
    const page = a.says(ReqLayerChildListData, { firstIndex: 2, count: 2 })
    expect(hex(page[0]?.payload ?? noBytes)).toBe(
      '0000000200000002' +
        '0a010300000002050200021103000001f41201010305000a43697479204761746532060300000001070300000001090300000064' +
        '10010315010200' +
        '0a010300000003050200031103000001f41201010305000a43697479204761746533060300000000070300000000090300000064' +
        '10010115010200',
    )
    const last = a.says(ReqLayerChildListData, { firstIndex: 39, count: 10 })[0]
    expect(hex(last?.payload ?? noBytes).slice(0, 16)).toBe('0000002700000002')
    expect(names(a.says(ReqLayerChildListData, { firstIndex: 41, count: 10 }))).toEqual([
      'AnsLayerChildListDataAlert 4',
    ])
    expect(names(a.says(ReqLayerChildListFoot, {}))).toEqual(['AnsLayerChildListFoot 5'])
    expect(a.says(ReqLayerSiblingListHead, list)[0]?.body).toMatchObject({ count: 0 })
    expect(b.says(ReqLayerSiblingListHead, list)[0]?.body).toMatchObject({ count: 40 })
    expect(names(b.says(ReqLayerSiblingListData, { firstIndex: 1, count: 40 }))).toEqual([
      'AnsLayerSiblingListData 3',
    ])
  })

  test('the data of a layer carries the number that was asked for', async () => {
    const lobby = new Lobby()
    const a = await lobby.enter('Alice')
    const info = (layerIndex: number) => a.says(ReqLayerChildInfo, { layerIndex, fields: [] })[0]
    expect(info(7)?.body).toMatchObject({ layerIndex: 7 })
    const own = read(AnsLayerChildInfo, a.says(ReqLayerChildInfo, { layerIndex: 0, fields: [] }))
    expect([
      own.layerIndex,
      latin1(own.layerData.get('name') as Uint8Array),
      own.layerData.get('size'),
    ]).toEqual([0, 'Valor1', 1])
    expect(info(41)?.name).toBe('AnsLayerChildInfoAlert')
  })

  test('hunters see each other come, move, talk and go', async () => {
    const lobby = new Lobby()
    const [a, b] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
    a.says(ReqLayerDown, down(7))
    expect(names(b.says(ReqLayerDown, down(7)))).toEqual(['AnsLayerDown 1'])
    expect(lobby.link.whereabouts.get('BBBBBB')).toMatchObject({ gate: 7, city: null })
    expect(names(a.hears())).toEqual(['NtcLayerIn 1'])
    const users = read(AnsLayerUserList, a.says(ReqLayerUserList, { fields: [1, 2, 7] }))
    expect(
      users.records.map(({ layerUserInfo }) => latin1(layerUserInfo.get('hunterName') ?? noBytes)),
    ).toEqual(['Alice', 'Bob'])
    expect(a.says(NtcLayerUserPosition, { data: ascii('here') })).toEqual([])
    expect(hex(b.hears()[0]?.payload ?? noBytes)).toBe(`0006${hex(ascii('AAAAAA'))}${hex(ascii('here'))}`)
    b.says(NtcLayerChat, {
      unknown1: 1,
      messageInfo: MessageInfo.of({ senderId: ascii('AAAAAA') }),
      message: ascii('hi'),
    })
    expect(hex(a.hears()[0]?.payload ?? noBytes)).toBe(
      `010303050006${hex(ascii('BBBBBB'))}0103ffffffff04050003${hex(ascii('Bob'))}0002${hex(ascii('hi'))}`,
    )
    a.says(ReqUserBinaryNotice, { unknown1: 1, capcomId: ascii('BBBBBB'), offset: 254, length: 99 })
    expect(hex(b.hears()[0]?.payload ?? noBytes)).toBe(`010006${hex(ascii('AAAAAA'))}000000fe00020000`)
    expect(names(a.says(ReqLayerUp, {}))).toEqual(['AnsLayerUp 5'])
    expect(names(b.hears())).toEqual(['NtcLayerOut 0'])
    await b.hangsUp()
    expect(lobby.link.released).toEqual(['BBBBBB 2 lost'])
  })

  test('a flood of one hunter is not passed on to the others', async () => {
    const lobby = new Lobby()
    const [a, b] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
    for (const console of [a, b]) console.says(ReqLayerDown, down(7))
    a.hears()
    const chat = { unknown1: 1, messageInfo: MessageInfo.of({}), message: ascii('buy') }
    for (let i = 0; i < 600; i++) {
      b.says(NtcLayerUserPosition, { data: ascii('there') })
      b.says(NtcLayerChat, chat)
    }
    const heard = a.hears().map(({ name }) => name)
    expect(heard.filter((name) => name === 'NtcLayerUserPosition')).toHaveLength(400)
    expect(heard.filter((name) => name === 'NtcLayerChat')).toHaveLength(100)
    lobby.clock.pass(1000)
    for (let i = 0; i < 50; i++) b.says(NtcLayerUserPosition, { data: ascii('there') })
    expect(a.hears()).toHaveLength(40)
  })

  test('tells have a pace and chat a length', async () => {
    const lobby = new Lobby()
    const [a, b] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
    for (const console of [a, b]) console.says(ReqLayerDown, down(7))
    const tell = { recipientId: ascii('BBBBBB'), messageInfo: MessageInfo.of({}), message: ascii('psst') }
    const answers = []
    for (let i = 0; i < 120; i++) answers.push(...(await a.asks(ReqTell, tell)).map(({ name }) => name))
    expect(answers.filter((name) => name === 'AnsTell')).toHaveLength(100)
    expect(answers.filter((name) => name === 'AnsTellAlert')).toHaveLength(20)
    b.hears()
    lobby.clock.pass(5000)
    b.hears()
    const long = { unknown1: 1, messageInfo: MessageInfo.of({}), message: new Uint8Array(1025) }
    a.says(NtcLayerChat, long)
    expect(b.hears()).toEqual([])
    expect(names(await a.asks(ReqLayerTell, { ...tell, message: long.message }))).toEqual([
      'AnsLayerTellAlert 123',
    ])
  })

  test('a reservation that nobody used is given back after 40 seconds', async () => {
    const lobby = new Lobby()
    const [a, b] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
    for (const console of [a, b]) console.says(ReqLayerDown, down(1))
    expect(names(a.says(ReqLayerCreateHead, { cityIndex: 1 }))).toContain('AnsLayerCreateHead 2')
    b.hears()
    lobby.clock.pass(39_999)
    expect(without('ReqLineCheck', b.hears())).toEqual([])
    lobby.clock.pass(1)
    expect(without('ReqLineCheck', b.hears())).toEqual(['NtcLayerInfoSet 0'])
  })
})

describe('going away', () => {
  const leave: [string, (console: Console) => unknown, string][] = [
    ['out of online mode', (console) => console.asks(ReqShut, { shutType: 1 }), 'left'],
    ['on to the next server', (console) => console.asks(ReqShut, { shutType: 2 }), 'travelling'],
    ['without a word', (console) => console.hangsUp(), 'lost'],
  ]

  test.each(leave)('%s', async (_, go, reason) => {
    const lobby = new Lobby()
    const [a, b] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
    for (const console of [a, b]) console.says(ReqLayerDown, down(1))
    b.hears()
    await go(a)
    expect(names(b.hears())).toEqual(['NtcLayerOut 0'])
    expect(lobby.link.released).toEqual([`AAAAAA 1 ${reason}`])
  })

  test('a change of server arms the ticket for the chosen one', async () => {
    const lobby = new Lobby()
    const a = await lobby.enter('Alice')
    expect(a.says(ReqFmpListVersion2, {})[0]?.body).toEqual({ version: 7 })
    expect(
      a.says(ReqFmpListHead2, { version: 7, firstIndex: 1, count: 64, fields: [] })[0]?.body,
    ).toMatchObject({ count: 2 })
    expect(names(a.says(ReqFmpListData2, { firstIndex: 1, count: 64 }))).toEqual(['AnsFmpListData2 3'])
    expect(names(a.says(ReqFmpListFoot2, {}))).toEqual(['AnsFmpListFoot2 4'])
    const [info] = await a.asks(ReqFmpInfo2, { serverIndex: 2, fields: [2, 3] })
    expect(hex(info?.payload ?? noBytes)).toBe(`0202050009${hex(ascii('192.0.2.1'))}030220${'0a'}`)
    expect(lobby.link.armed).toEqual(['AAAAAA for 2'])
    expect(names(await a.asks(ReqFmpInfo2, { serverIndex: 99, fields: [2, 3] }))).toEqual([
      'AnsFmpInfo2Alert 6',
    ])
    for (const serverIndex of [0, 0xffffffff]) {
      const [refused] = await a.asks(ReqFmpInfo2, { serverIndex, fields: [2, 3] })
      expect(latin1(refused?.payload ?? noBytes)).toContain('is not open right now')
    }
    a.says(ReqLayerEnd, {})
    await a.asks(ReqShut, { shutType: 2 })
    expect(lobby.link.released).toEqual(['AAAAAA 1 travelling'])
  })

  test('a console that warps to a server which it does not know yet is told all nine fields', async () => {
    const lobby = new Lobby()
    const a = await lobby.enter('Alice')
    const fields = [1, 2, 3, 7, 8, 9, 10, 11, 12]
    const [info] = await a.asks(ReqFmpInfo2, { serverIndex: 2, fields })
    expect(hex(info?.payload ?? noBytes)).toBe(
      [
        `0901030000000202050009${hex(ascii('192.0.2.1'))}0302200a`,
        '07040000000000000001080300000000',
        `0903000007d00a050006${hex(ascii('Valor2'))}`,
        '0b050001580c0312345678',
      ].join(''),
    )
  })

  test('a lost lease ends the session in words, and the others see him go', async () => {
    const lobby = new Lobby()
    const [a, b] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
    for (const console of [a, b]) console.says(ReqLayerDown, down(1))
    a.hears()
    b.hears()
    lobby.link.lose({ capcomId: 'AAAAAA', name: noBytes, fence: 1, serverId: 1, settings: null })
    expect(names(a.hears())).toEqual(['NtcShut 0'])
    expect(names(b.hears())).toEqual(['NtcLayerOut 0'])
    lobby.link.lose({ capcomId: 'BBBBBB', name: noBytes, fence: 1, serverId: 1, settings: null })
    expect(b.hears()).toEqual([])
  })

  test.each([
    ['to a newer claim', undefined, false, 'Your hunter has logged in elsewhere.'],
    ['with this start of the node', undefined, true, 'The community server does not know you any more.'],
    ['by an operator’s word', 'Come back tomorrow.', false, 'Come back tomorrow.'],
  ])('who loses his lease %s reads so', async (_, told, over, read) => {
    const lobby = new Lobby()
    const console = await lobby.enter('Alice')
    const hold = { capcomId: 'AAAAAA', name: noBytes, fence: 1, serverId: 1, settings: null }
    lobby.link.lose(hold, told, over)
    expect(words(console.hears()[0])).toContain(read)
  })
})

test('no request of the game is left without an answer', async () => {
  const lobby = new Lobby()
  const requests = packets.filter(
    ({ id, from }) => from === 'client' && ((id >>> 8) & 0xff) === 1 && id !== ReqShut.id,
  )
  for (const request of requests) {
    const console = await lobby.enter('Alice')
    const route = lobby.fmp.routes.get(request.id)
    if (route) continue
    const heard = await console.asks({ ...request, fields: {} }, {})
    expect(names(heard)).toHaveLength(1)
    expect(heard[0]?.name).toMatch(/^Ans|^Ntc/)
  }
})
