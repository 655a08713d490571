import { describe, expect, test } from 'vitest'
import { CentralUnreachable } from '../central/link.ts'
import type { OnlineHunter } from '../central/social.ts'
import { words as said } from '../dialogue/words.ts'
import {
  AnsFriendList,
  AnsLayerDetailSearchData,
  AnsLayerDetailSearchHead,
  AnsLayerUserListData,
  AnsLayerUserListHead,
  AnsLayerUserSearchData,
  AnsUserSearchData,
  AnsUserSearchHead,
  AnsUserSearchInfo,
  AnsUserSearchInfoMine,
  ascii,
  BlackListUserData,
  type Bytes,
  encodeLayerPath,
  hex,
  type Items,
  LayerSet,
  type LayerUserInfo,
  latin1,
  MessageInfo,
  NtcLayerJumpReady,
  noBytes,
  ReqBlackAdd,
  ReqBlackDelete,
  ReqBlackList,
  ReqFriendAccept,
  ReqFriendAdd,
  ReqFriendDelete,
  ReqFriendList,
  ReqLayerCreateFoot,
  ReqLayerCreateHead,
  ReqLayerCreateSet,
  ReqLayerDetailSearchData,
  ReqLayerDetailSearchFoot,
  ReqLayerDetailSearchHead,
  ReqLayerDown,
  ReqLayerEnd,
  ReqLayerJump,
  ReqLayerJumpGo,
  ReqLayerJumpReady,
  ReqLayerUserListData,
  ReqLayerUserListHead,
  ReqLayerUserSearchData,
  ReqLayerUserSearchHead,
  ReqShut,
  ReqTell,
  ReqUserBinarySet,
  ReqUserSearchData,
  ReqUserSearchFoot,
  ReqUserSearchHead,
  ReqUserSearchInfo,
  ReqUserSearchInfoMine,
  ReqUserSearchSet,
  ReqUserStatusSet,
  UserSearchInfo,
  UserStatusSet,
} from '../pat/index.ts'
import { type Console, Lobby, names, read, readable } from './testing/lobby.ts'
import { gameWords } from './words.ts'

const layerSet = LayerSet.of({})
const page = { firstIndex: 1, count: 50, fields: [1, 2, 3] }
const words = { messageInfo: MessageInfo.of({ textColor: 0xffffffff }), message: ascii('please') }
const id = (name: string): Bytes => ascii((name[0] ?? '?').repeat(6))
const none = { circleFlag: 0, list: [] }
const wide = { capcomId: noBytes, hunterName: noBytes, search: none, firstIndex: 1, count: 100, fields: [] }
const path = (gate: number, city = 0, server = 1) => encodeLayerPath({ server, gate, city })

const called = (rows: readonly Items<(typeof LayerUserInfo)['fields']>[]): string[] =>
  rows.map((row) => latin1(row.get('hunterName') ?? noBytes))
const foundBy = (console: Console, count = 100): string[] =>
  called(
    read(AnsUserSearchData, console.says(ReqUserSearchData, { firstIndex: 1, count })).records.map(
      ({ userSearchInfo }) => userSearchInfo as never,
    ),
  )
const friendsOf = async (console: Console): Promise<string[]> =>
  read(AnsFriendList, await console.asks(ReqFriendList, page)).records.map(
    ({ friendData }) => `${friendData.get('index')} ${latin1(friendData.get('hunterName') ?? noBytes)}`,
  )

/** Found a city in the gate where the console stands. */
function found(console: Console, cityIndex: number, value: number): void {
  console.says(ReqLayerCreateHead, { cityIndex })
  console.says(ReqLayerCreateSet, { cityIndex, layerSet, optionalFields: [{ id: 1 }, { id: 2, value }] })
  console.says(ReqLayerCreateFoot, { cityIndex, cancelled: 0 })
}

async function lobbyOf(...hunters: string[]) {
  const lobby = new Lobby()
  const consoles: Console[] = []
  for (const name of hunters) consoles.push(await lobby.enter(name))
  const [a, b, c] = consoles
  if (!a || !b || !c) throw new Error('three come in')
  return { lobby, a, b, c }
}

describe('friends', () => {
  test('a request, its refusal, another one, and the acceptance', async () => {
    const { a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    expect(names(await a.asks(ReqFriendAdd, { recipientId: id('B'), ...words }))).toEqual(['AnsFriendAdd 1'])
    const [request] = b.hears()
    expect(hex(request?.payload ?? noBytes)).toBe(
      `0006${hex(id('B'))}040103ffffffff02030000001403050006${hex(id('A'))}04050005${hex(ascii('Alice'))}0006${hex(ascii('please'))}`,
    )
    expect(names(await b.asks(ReqFriendAccept, { senderId: id('A'), accepted: 0 }))).toEqual([
      'AnsFriendAccept 1',
    ])
    expect(a.hears()).toEqual([])
    await a.asks(ReqFriendAdd, { recipientId: id('B'), ...words })
    b.hears()
    expect(names(await b.asks(ReqFriendAccept, { senderId: id('A'), accepted: 1 }))).toEqual([
      'AnsFriendAccept 2',
      'NtcFriendAdd 2',
    ])
    expect(hex(a.hears()[0]?.payload ?? noBytes)).toBe(
      `0006${hex(id('A'))}030103000000010205000642424242424203050003${hex(ascii('Bob'))}01`,
    )
    expect([await friendsOf(a), await friendsOf(b)]).toEqual([['1 Bob'], ['1 Alice']])
  })

  test('nobody makes himself a friend (gap 3), and deleting is one-sided (gap 5)', async () => {
    const { a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    expect(names(await a.asks(ReqFriendAccept, { senderId: id('B'), accepted: 1 }))).toEqual([
      'AnsFriendAcceptAlert 1',
    ])
    await a.asks(ReqFriendAdd, { recipientId: id('B'), ...words })
    await b.asks(ReqFriendAccept, { senderId: id('A'), accepted: 1 })
    await b.asks(ReqFriendAccept, { senderId: id('A'), accepted: 1 })
    expect(names(await a.asks(ReqFriendDelete, { capcomId: id('B') }))).toContain('AnsFriendDelete 3')
    expect(names(await a.asks(ReqFriendDelete, { capcomId: id('B') }))).toEqual(['AnsFriendDelete 4'])
    expect([await friendsOf(a), await friendsOf(b)]).toEqual([[], ['1 Alice']])
    await a.asks(ReqFriendAdd, { recipientId: id('B'), ...words })
    await b.asks(ReqFriendAccept, { senderId: id('A'), accepted: 1 })
    expect([await friendsOf(a), await friendsOf(b)]).toEqual([['1 Bob'], ['1 Alice']])
  })

  test('rows keep their numbers over the pages (gap 6)', async () => {
    const { a, b, c } = await lobbyOf('Alice', 'Bob', 'Carol')
    for (const [other, name] of [
      [b, 'B'],
      [c, 'C'],
    ] as const) {
      await a.asks(ReqFriendAdd, { recipientId: id(name), ...words })
      await other.asks(ReqFriendAccept, { senderId: id('A'), accepted: 1 })
    }
    a.hears()
    const [second] = await a.asks(ReqFriendList, { firstIndex: 2, count: 1, fields: [1, 2, 3] })
    expect(hex(second?.payload ?? noBytes).slice(16, 36)).toBe('03010300000002020500')
  })

  test('a request to somebody who is away is shown at his next coming (gap 1)', async () => {
    const { lobby, a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    await b.asks(ReqShut, { shutType: 1 })
    expect(names(await a.asks(ReqFriendAdd, { recipientId: id('B'), ...words }))).toEqual(['AnsFriendAdd 1'])
    const again = await lobby.enter('Bob')
    expect(names(await again.asks(ReqLayerDown, { layerIndex: 1, layerSet }))).toEqual([
      'AnsLayerDown 1',
      'NtcFriendAccept 0',
    ])
    again.says(ReqLayerEnd, {})
    expect(names(await again.asks(ReqLayerDown, { layerIndex: 1, layerSet }))).toEqual([
      'AnsLayerDownAlert 3',
    ])
    expect(names(await again.asks(ReqFriendAccept, { senderId: id('A'), accepted: 1 }))).toEqual([
      'AnsFriendAccept 4',
      'NtcFriendAdd 4',
    ])
  })

  test('who takes no requests gets none (gap 7), and nobody asks himself or a stranger (gap 2)', async () => {
    const { a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    await b.asks(ReqUserStatusSet, { userStatusSet: UserStatusSet.of({ friendRequestPolicy: 4 }) })
    for (const recipientId of [id('B'), id('A'), id('Z'), noBytes])
      expect(names(await a.asks(ReqFriendAdd, { recipientId, ...words }))[0]).toMatch(/^AnsFriendAddAlert/)
    expect(b.hears()).toEqual([])
  })
})

describe('the blacklist', () => {
  test('is kept, listed and emptied', async () => {
    const { a } = await lobbyOf('Alice', 'Bob', 'Carol')
    const entry = { blackListUserData: BlackListUserData.of({}) }
    expect(names(await a.asks(ReqBlackAdd, { capcomId: id('B'), ...entry }))).toEqual(['AnsBlackAdd 1'])
    expect(names(await a.asks(ReqBlackAdd, { capcomId: ascii('nobody'), ...entry }))).toEqual([
      'AnsBlackAddAlert 2',
    ])
    const [list] = await a.asks(ReqBlackList, { ...page, count: 16 })
    expect(hex(list?.payload ?? noBytes)).toBe(
      `00000000000000010301030000000102050006${hex(id('B'))}03050003${hex(ascii('Bob'))}`,
    )
    await a.asks(ReqBlackDelete, { capcomId: id('B') })
    expect(hex((await a.asks(ReqBlackList, page))[0]?.payload ?? noBytes)).toBe('0000000000000000')
  })

  test('keeps tells and friend requests away, and hides who blocks (gap 7)', async () => {
    const { a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    await b.asks(ReqBlackAdd, { capcomId: id('A'), blackListUserData: BlackListUserData.of({}) })
    expect(names(await a.asks(ReqTell, { recipientId: id('B'), ...words }))).toEqual(['AnsTell 1'])
    expect(names(await a.asks(ReqFriendAdd, { recipientId: id('B'), ...words }))).toEqual([
      'AnsFriendAddAlert 2',
    ])
    expect(b.hears()).toEqual([])
    await a.asks(ReqUserSearchHead, wide)
    expect(foundBy(a)).toEqual(['Alice', 'Carol'])
    const one = { capcomId: id('B'), userSearchInfo: UserSearchInfo.of({}) }
    expect(names(await a.asks(ReqUserSearchInfo, one))).toEqual(['AnsUserSearchInfoAlert 5'])
  })

  test('holds again after the hunter has gone and come', async () => {
    const { lobby, a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    await b.asks(ReqBlackAdd, { capcomId: id('A'), blackListUserData: BlackListUserData.of({}) })
    await b.asks(ReqShut, { shutType: 1 })
    const again = await lobby.enter('Bob')
    await a.asks(ReqTell, { recipientId: id('B'), ...words })
    expect(again.hears()).toEqual([])
  })
})

describe('searches', () => {
  test('find by part of the id, by part of the name in either case, and in pages', async () => {
    const { a } = await lobbyOf('Seeker', 'Zweihander', 'Bazwei')
    const search = async (wanted: object) => {
      const { count } = read(AnsUserSearchHead, await a.asks(ReqUserSearchHead, { ...wide, ...wanted }))
      const people = foundBy(a)
      a.says(ReqUserSearchFoot, {})
      return [count, ...people]
    }
    expect(await search({ hunterName: ascii('ZWEI') })).toEqual([2, 'Zweihander', 'Bazwei'])
    expect(await search({ hunterName: ascii('ZWEI'), firstIndex: 2, count: 1 })).toEqual([1, 'Bazwei'])
    expect(await search({ capcomId: ascii('SSS') })).toEqual([1, 'Seeker'])
    expect(await search({ capcomId: ascii('sss') })).toEqual([0])
    expect(await search({ capcomId: id('S'), hunterName: ascii('Zwei') })).toEqual([0])
    expect(await search({})).toEqual([3, 'Seeker', 'Zweihander', 'Bazwei'])
  })

  test('take conditions into account (gap 10)', async () => {
    const { lobby, a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    b.says(ReqUserBinarySet, { offset: 0, data: Uint8Array.of(0, 31, 0, 0, 0, 10) })
    const rank = { circleFlag: 0, list: [{ id: 2, operator: 5, value: 31 << 16 }] }
    await a.asks(ReqUserSearchHead, { ...wide, search: rank })
    expect(foundBy(a)).toEqual(['Bob'])
    expect(lobby.social.wanted?.conditions).toMatchObject([{ id: 2, value: 31 << 16 }])
    b.says(ReqUserSearchSet, { optionalFields: [{ id: 3, value: 5 }] })
    expect(lobby.link.whereabouts.get('BBBBBB')).toMatchObject({ fields: ['3:5'] })
    await a.asks(ReqUserSearchHead, {
      ...wide,
      search: { circleFlag: 0, list: [{ id: 3, operator: 5, value: 5 }] },
    })
    expect(foundBy(a)).toEqual(['Bob'])
  })

  test('list the people of a place, and of a gate with its cities', async () => {
    const { a, b, c } = await lobbyOf('Alice', 'Bob', 'Carol')
    for (const console of [a, b]) console.says(ReqLayerDown, { layerIndex: 3, layerSet })
    found(b, 2, 7)
    const list = { unknown1: 2, firstIndex: 1, count: 10, fields: [1, 2, 3] }
    const below = { ...wide, unknown1: 2 }
    const people = (place: Bytes) => {
      c.says(ReqLayerUserListHead, { ...list, path: place })
      const { records } = read(
        AnsLayerUserListData,
        c.says(ReqLayerUserListData, { firstIndex: 1, count: 10 }),
      )
      return called(records.map(({ layerUserInfo }) => layerUserInfo))
    }
    expect([people(path(3)), people(path(3, 2)), people(path(4))]).toEqual([['Alice'], ['Bob'], []])
    const foundBelow = () =>
      called(
        read(
          AnsLayerUserSearchData,
          c.says(ReqLayerUserSearchData, { firstIndex: 1, count: 10 }),
        ).records.map(({ layerUserInfo }) => layerUserInfo),
      )
    c.says(ReqLayerUserSearchHead, { ...below, path: path(3) })
    expect(foundBelow()).toEqual(['Alice', 'Bob'])
    c.says(ReqLayerUserSearchHead, { ...below, path: path(0), hunterName: ascii('bo') })
    expect(foundBelow()).toEqual(['Bob'])
  })

  test('find founded cities by their settings, under their own numbers (gap 27)', async () => {
    const { a, b, c } = await lobbyOf('Alice', 'Bob', 'Carol')
    for (const console of [b, c]) console.says(ReqLayerDown, { layerIndex: 3, layerSet })
    found(b, 2, 7)
    found(c, 5, 8)
    const search = async (list: { id: number; operator: number; value?: number }[]) => {
      const head = {
        layer: 2,
        search: { circleFlag: 0, list },
        firstIndex: 1,
        count: 40,
        layerFields: [5],
        userFields: [2],
      }
      const total = read(AnsLayerDetailSearchHead, await a.asks(ReqLayerDetailSearchHead, head)).count
      const rows = hex(a.says(ReqLayerDetailSearchData, { firstIndex: 1, count: 1 })[0]?.payload ?? noBytes)
      const behind = names(a.says(ReqLayerDetailSearchData, { firstIndex: 3, count: 1 }))[0]
      expect(behind).toMatch(total === 0 ? /^AnsLayerDetailSearchData / : /^AnsLayerDetailSearchDataAlert /)
      a.says(ReqLayerDetailSearchFoot, {})
      return [total, rows.slice(8, 26)]
    }
    expect(await search([])).toEqual([2, '000000010105020002'])
    expect(await search([{ id: 2, operator: 5, value: 8 }])).toEqual([1, '000000010105020005'])
    expect(
      await search([
        { id: 1, operator: 5 },
        { id: 2, operator: 5, value: 9 },
      ]),
    ).toEqual([0, '00000000'])
  })

  test('tell all about one hunter, with the same ids that he has himself', async () => {
    const { a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    b.says(ReqLayerDown, { layerIndex: 3, layerSet })
    const one = { capcomId: id('B'), userSearchInfo: UserSearchInfo.of({}) }
    const info = read(AnsUserSearchInfo, await a.asks(ReqUserSearchInfo, one)).userSearchInfo
    const mine = read(
      AnsUserSearchInfoMine,
      b.says(ReqUserSearchInfoMine, { userSearchInfo: UserSearchInfo.of({}) }),
    ).userSearchInfo
    expect([info.get('uniqueIdA'), info.get('uniqueIdB')]).toEqual([
      mine.get('uniqueIdA'),
      mine.get('uniqueIdB'),
    ])
    expect([
      latin1(info.get('serverName') ?? noBytes),
      info.get('cityCapacity'),
      info.get('citySize'),
    ]).toEqual(['Valor1\tCity Gate3\t', 100, 1])
    expect(hex(info.get('layerHost') ?? noBytes)).toBe(hex(path(3)))
    expect(names(await a.asks(ReqUserSearchInfo, { ...one, capcomId: ascii('BBB') }))).toEqual([
      'AnsUserSearchInfoAlert 2',
    ])
  })
})

describe('a warp', () => {
  test('to a friend on the same server, and to one on another of this node', async () => {
    const { lobby, a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    b.says(ReqLayerDown, { layerIndex: 3, layerSet })
    found(b, 2, 7)
    expect(names(a.says(ReqLayerJump, { path: path(3, 2), matchKey: 12 }))).toEqual(['AnsLayerJump 1'])
    expect(lobby.link.whereabouts.get('AAAAAA')).toMatchObject({ gate: 3, city: 2 })
    const d = await lobby.enter('Dora', 2)
    const { ticket } = read(NtcLayerJumpReady, d.says(ReqLayerJumpReady, { path: path(3, 2), matchKey: 0 }))
    await d.asks(ReqShut, { shutType: 2 })
    const arrived = await lobby.enter('Dora', 1)
    expect(names(arrived.says(ReqLayerJumpGo, { path: path(3, 2), ticket }))).toEqual(['NtcLayerJumpGo 1'])
    expect(names(a.says(ReqLayerJump, { path: path(3, 2), matchKey: 12 }))).toEqual(['AnsLayerJumpAlert 2'])
    lobby.clock.pass(60_000)
  })
})

describe('hunters of other nodes', () => {
  const yara: OnlineHunter = {
    capcomId: 'YYYYYY',
    name: ascii('Yara'),
    settings: new Uint8Array(256).fill(1),
    serverId: 9,
    serverName: 'Greed1',
    gate: 4,
    city: 2,
    inQuest: true,
    population: 3,
    capacity: 4,
  }
  const known = { capcomId: 'YYYYYY', name: ascii('Yara') }
  const alice = { capcomId: 'AAAAAA', name: noBytes, fence: 1, serverId: 1, settings: null }

  test('are found by a search, after those of this node, and never twice', async () => {
    const { lobby, a } = await lobbyOf('Alice', 'Bob', 'Carol')
    lobby.social.abroad = [yara, { ...yara, capcomId: 'BBBBBB' }]
    await a.asks(ReqUserSearchHead, wide)
    expect(foundBy(a)).toEqual(['Alice', 'Bob', 'Carol', 'Yara'])
    await a.asks(ReqUserSearchHead, {
      ...wide,
      search: { circleFlag: 0, list: [{ id: 2, operator: 5, value: 257 << 16 }] },
    })
    expect(foundBy(a)).toEqual(['Yara'])
  })

  test('are listed by their place, and only those of it who stand in it', async () => {
    const { lobby, a } = await lobbyOf('Alice', 'Bob', 'Carol')
    const below = { ...yara, capcomId: 'XXXXXX', name: ascii('Xeno'), city: null }
    lobby.social.abroad = [yara, below]
    const there = { unknown1: 2, path: path(4, 0, 9), firstIndex: 1, count: 10, fields: [1, 2, 3] }
    await a.asks(ReqLayerUserListHead, there)
    const listed = a.says(ReqLayerUserListData, { firstIndex: 1, count: 10 })
    expect(called(read(AnsLayerUserListData, listed).records.map((row) => row.layerUserInfo))).toEqual([
      'Xeno',
    ])
    await a.asks(ReqLayerUserSearchHead, { ...wide, ...there })
    const found = a.says(ReqLayerUserSearchData, { firstIndex: 1, count: 10 })
    expect(called(read(AnsLayerUserSearchData, found).records.map((row) => row.layerUserInfo))).toEqual([
      'Yara',
      'Xeno',
    ])
    expect(lobby.social.wanted?.place).toEqual({ serverId: 9, gate: 4, city: null })
    lobby.social.fault = new CentralUnreachable('away')
    expect(read(AnsLayerUserListHead, await a.asks(ReqLayerUserListHead, there)).count).toBe(0)
  })

  test('found cities, which a city search shows after those of this node, on servers of the same type', async () => {
    const { lobby, a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    b.says(ReqLayerDown, { layerIndex: 3, layerSet })
    found(b, 2, 7)
    const { capcomId, name, settings, inQuest } = yara
    const city = { serverId: 9, serverName: 'Greed1', gate: 4, city: 6, capacity: 4 }
    lobby.social.cities = [
      { ...city, properties: [{ id: 2, value: 7 }], members: [{ capcomId, name, settings, inQuest }] },
    ]
    const head = { layer: 2, search: { circleFlag: 0, list: [{ id: 2, operator: 5, value: 7 }] } }
    const fields = { layerFields: [2, 3, 6, 7, 9, 11, 13, 16, 17, 18, 21, 22, 23], userFields: [1, 2] }
    await a.asks(ReqLayerDetailSearchHead, { ...head, firstIndex: 1, count: 40, ...fields })
    const rows = [1, 2].map(
      (firstIndex) =>
        read(AnsLayerDetailSearchData, a.says(ReqLayerDetailSearchData, { firstIndex, count: 1 })).records[0],
    )
    const [own, abroad] = rows
    if (!own || !abroad) throw new Error('two cities are found')
    expect(hex(abroad.layerData.get('layerHost') ?? noBytes)).toBe(hex(path(4, 6, 9)))
    expect(abroad.users.map((user) => latin1(user.layerUserInfo.get('hunterName') ?? noBytes))).toEqual([
      'Yara',
    ])
    expect(abroad.optionalFields).toEqual([{ id: 2, value: 7 }])
    lobby.social.fault = new CentralUnreachable('away')
    const alone = await a.asks(ReqLayerDetailSearchHead, { ...head, firstIndex: 1, count: 40, ...fields })
    expect(read(AnsLayerDetailSearchHead, alone).count).toBe(1)
  })

  test('are left out of a search while central does not answer', async () => {
    const { lobby, a } = await lobbyOf('Alice', 'Bob', 'Carol')
    lobby.social.fault = new CentralUnreachable('away')
    expect(readable(await a.asks(ReqUserSearchHead, wide))).toBe(gameWords.thisNodeAlone)
    expect(foundBy(a)).toEqual(['Alice', 'Bob', 'Carol'])
    expect(names(await a.asks(ReqFriendAdd, { recipientId: id('B'), ...words }))).toEqual([
      'AnsFriendAddAlert 3',
    ])
    expect(names(await a.asks(ReqTell, { recipientId: id('Y'), ...words }))).toEqual(['AnsTellAlert 4'])
    expect(names(await a.asks(ReqTell, { recipientId: id('B'), ...words }))).toEqual(['AnsTell 5'])
    // Who searches on is told again, but not with every search.
    expect(readable(await a.asks(ReqUserSearchHead, wide))).toBe('')
    lobby.clock.pass(30_000)
    expect(readable(await a.asks(ReqUserSearchHead, wide))).toBe(gameWords.thisNodeAlone)
  })

  test('cost a search its answer where a node does not answer alone', async () => {
    const { lobby, a } = await lobbyOf('Alice', 'Bob', 'Carol')
    lobby.social.keeps = { own: false, othersMs: 0, searchesAlone: false }
    lobby.social.fault = new CentralUnreachable('away')
    const heard = await a.asks(ReqUserSearchHead, wide)
    expect([names(heard), readable(heard)]).toEqual([['AnsUserSearchHeadAlert 1'], said.unreachable])
  })

  test('are described with their place, and central is asked once for a whole friend list', async () => {
    const { lobby, a, b } = await lobbyOf('Alice', 'Bob', 'Carol')
    lobby.social.know(known)
    lobby.social.abroad = [yara]
    await a.asks(ReqFriendAdd, { recipientId: id('B'), ...words })
    await b.asks(ReqFriendAccept, { senderId: id('A'), accepted: 1 })
    await b.asks(ReqShut, { shutType: 1 })
    const one = { userSearchInfo: UserSearchInfo.of({}) }
    const found = read(
      AnsUserSearchInfo,
      await a.asks(ReqUserSearchInfo, { capcomId: id('Y'), ...one }),
    ).userSearchInfo
    expect([
      latin1(found.get('serverName') ?? noBytes),
      latin1(found.get('unknown0x0c') ?? noBytes),
      found.get('citySize'),
      hex(found.get('layerHost') ?? noBytes),
    ]).toEqual(['Greed1\tCity Gate4\tCity2', 'City2', 3, hex(path(4, 2, 9))])
    expect(names(await a.asks(ReqUserSearchInfo, { capcomId: id('B'), ...one }))).toEqual([
      'AnsUserSearchInfoAlert 3',
    ])
    expect(lobby.social.asked).toBe(1)
    lobby.clock.pass(3000)
    await a.asks(ReqUserSearchInfo, { capcomId: id('B'), ...one })
    expect(lobby.social.asked).toBe(2)
  })

  test('hear tells through central, under the true sender', async () => {
    const { lobby, a } = await lobbyOf('Alice', 'Bob', 'Carol')
    lobby.social.know(known)
    expect(names(await a.asks(ReqTell, { recipientId: id('Y'), ...words }))).toEqual(['AnsTell 1'])
    expect(lobby.social.told.map(({ to }) => to)).toEqual(['YYYYYY'])
    const [told] = lobby.social.told
    if (!told) throw new Error('nothing was told')
    lobby.social.deliver(alice, { kind: 'tell', from: known, message: told.message })
    expect(hex(a.hears()[0]?.payload ?? noBytes)).toBe(
      `0006${hex(id('A'))}040103ffffffff02030000001403050006${hex(id('Y'))}04050004${hex(ascii('Yara'))}0006${hex(ascii('please'))}`,
    )
  })

  test('ask, accept and end friendships by letter; news that come twice are shown once', async () => {
    const { lobby, a } = await lobbyOf('Alice', 'Bob', 'Carol')
    const message = { info: Uint8Array.of(0), text: ascii('hello') }
    const request = { number: 7, from: known, message }
    for (let i = 0; i < 2; i++) lobby.social.deliver(alice, { kind: 'friend-request', request })
    expect(names(a.hears())).toEqual(['NtcFriendAccept 0'])
    await a.asks(ReqFriendList, page)
    lobby.social.deliver(alice, { kind: 'friend-answer', by: known })
    expect(names(a.hears())).toEqual(['NtcFriendAdd 0'])
    expect(await friendsOf(a)).toEqual(['1 Yara'])
    lobby.social.deliver(alice, { kind: 'friend-deleted', by: 'YYYYYY' })
    expect([a.hears(), await friendsOf(a)]).toEqual([[], []])
  })
})
