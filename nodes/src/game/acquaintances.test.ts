/** Friends and letters at the edges: who is only just coming in, what is too long, a central that is away. */
import { expect, test } from 'vitest'
import { CentralUnreachable, JournalUnavailable } from '../central/link.ts'
import { words as said } from '../dialogue/words.ts'
import {
  AnsFriendList,
  AnsUserSearchHead,
  ascii,
  BlackListUserData,
  hex,
  LayerSet,
  latin1,
  MessageInfo,
  noBytes,
  ReqBlackAdd,
  ReqBlackDelete,
  ReqBlackList,
  ReqFriendAccept,
  ReqFriendAdd,
  ReqFriendList,
  ReqLayerDown,
  ReqShut,
  ReqTell,
  ReqUserBinarySet,
  ReqUserSearchFoot,
  ReqUserSearchHead,
  ReqUserSearchInfo,
  UserSearchInfo,
} from '../pat/index.ts'
import { type Console, Lobby, names, read, readable, settled } from './testing/lobby.ts'
import { gameWords } from './words.ts'

const words = { messageInfo: MessageInfo.of({ textColor: 0xffffffff }), message: ascii('please') }
const page = { firstIndex: 1, count: 50, fields: [1, 2, 3] }
const note = { info: noBytes, text: noBytes }
const id = (name: string) => ascii(name.repeat(6))
const zoe = { capcomId: 'ZZZZZZ', name: ascii('Zoe') }

const friendsOf = async (console: Console): Promise<string[]> =>
  read(AnsFriendList, await console.asks(ReqFriendList, page)).records.map(({ friendData }) =>
    latin1(friendData.get('hunterName') ?? noBytes),
  )

/** A hunter whose acquaintances are on their way when `meanwhile` happens. */
async function comesIn(lobby: Lobby, name: string, meanwhile: () => Promise<unknown>): Promise<Console> {
  const { promise, resolve } = Promise.withResolvers<void>()
  lobby.social.slow = promise
  const console = lobby.connect()
  await console.introduces(lobby.link.ticket(name))
  await meanwhile()
  lobby.social.slow = undefined
  resolve()
  await settled()
  console.hears()
  return console
}

test('requests that waited are shown behind the friend list, once', async () => {
  const lobby = new Lobby()
  const [a, b] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
  await b.asks(ReqShut, { shutType: 1 })
  await a.asks(ReqFriendAdd, { recipientId: id('B'), ...words })
  const back = await lobby.enter('Bob')
  expect(names(await back.asks(ReqFriendList, page))).toEqual(['AnsFriendList 1', 'NtcFriendAccept 0'])
  expect(names(await back.asks(ReqFriendList, page))).toEqual(['AnsFriendList 2'])
  expect(names(await back.asks(ReqLayerDown, { layerIndex: 1, layerSet: LayerSet.of({}) }))).toEqual([
    'AnsLayerDown 3',
  ])
})

test('who is asked while he comes in is shown the request', async () => {
  const lobby = new Lobby()
  const [a, before] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
  await before.asks(ReqShut, { shutType: 1 })
  const b = await comesIn(lobby, 'Bob', () => a.asks(ReqFriendAdd, { recipientId: id('B'), ...words }))
  expect(names(await b.asks(ReqFriendList, page))).toEqual(['AnsFriendList 1', 'NtcFriendAccept 0'])
})

test('who is accepted while he comes in has the friend in his list, from this node or another', async () => {
  const lobby = new Lobby()
  lobby.social.know(zoe)
  const [a, before] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
  await before.asks(ReqFriendAdd, { recipientId: id('A'), ...words })
  await before.asks(ReqShut, { shutType: 1 })
  const b = await comesIn(lobby, 'Bob', () => a.asks(ReqFriendAccept, { senderId: id('B'), accepted: 1 }))
  expect(await friendsOf(b)).toEqual(['Alice'])

  const hold = { capcomId: 'BBBBBB', name: ascii('Bob'), fence: 1, serverId: 1, settings: null }
  const from = { ...hold, capcomId: zoe.capcomId, name: zoe.name }
  await lobby.social.askFriend(hold, zoe.capcomId, { info: noBytes, text: noBytes })
  await b.asks(ReqShut, { shutType: 1 })
  const again = await comesIn(lobby, 'Bob', async () => {
    await lobby.social.answerFriend(from, 'BBBBBB', true)
    lobby.social.deliver(hold, { kind: 'friend-answer', by: zoe })
  })
  expect(await friendsOf(again)).toEqual(['Alice', 'Zoe'])
})

test('what is told while the list is being read is not overwritten by the older answer', async () => {
  const lobby = new Lobby()
  lobby.social.know(zoe)
  lobby.social.fault = new CentralUnreachable('away')
  const a = await lobby.enter('Alice')
  lobby.social.fault = undefined
  const { promise, resolve } = Promise.withResolvers<void>()
  lobby.social.slow = promise
  const listing = a.asks(ReqFriendList, page)
  const hold = { capcomId: 'AAAAAA', name: noBytes, fence: 1, serverId: 1, settings: null }
  lobby.social.deliver(hold, { kind: 'friend-answer', by: zoe })
  resolve()
  await listing
  expect(await friendsOf(a)).toEqual(['Zoe'])
})

test('messages have a length, and another node’s garbage is left out', async () => {
  const lobby = new Lobby()
  lobby.social.know(zoe)
  const a = await lobby.enter('Alice')
  const long = { ...words, message: new Uint8Array(1025) }
  expect(names(await a.asks(ReqFriendAdd, { recipientId: id('Z'), ...long }))).toEqual([
    'AnsFriendAddAlert 1',
  ])
  expect(names(await a.asks(ReqTell, { recipientId: id('Z'), ...long }))).toEqual(['AnsTellAlert 2'])
  expect(lobby.social.told).toEqual([])

  const hold = { capcomId: 'AAAAAA', name: noBytes, fence: 1, serverId: 1, settings: null }
  for (const info of [noBytes, Uint8Array.of(9, 9), Uint8Array.of(0, 0)]) {
    lobby.social.deliver(hold, { kind: 'tell', from: zoe, message: { info, text: ascii('hi') } })
    expect(hex(a.hears()[0]?.payload ?? noBytes)).toBe(
      `0006${hex(id('A'))}03020300000014030500065a5a5a5a5a5a040500035a6f6500026869`,
    )
  }
})

test('a central that is away: words for what it decides, and one question for a whole friend list', async () => {
  const lobby = new Lobby()
  const a = await lobby.enter('Alice')
  lobby.social.fault = new CentralUnreachable('away')
  const blackListUserData = BlackListUserData.of({})
  expect(names(await a.asks(ReqBlackAdd, { capcomId: id('Z'), blackListUserData }))).toEqual([
    'AnsBlackAddAlert 1',
  ])
  expect(names(await a.asks(ReqFriendAccept, { senderId: id('Z'), accepted: 1 }))).toEqual([
    'AnsFriendAcceptAlert 2',
  ])
  const userSearchInfo = UserSearchInfo.of({})
  for (const other of ['X', 'Y', 'Z'])
    expect(names(await a.asks(ReqUserSearchInfo, { capcomId: id(other), userSearchInfo }))[0]).toMatch(
      /Alert/,
    )
  expect(lobby.social.asked).toBe(1)
  // What was read when he came is still there.
  expect(await friendsOf(a)).toEqual([])
})

test('who came in without his blacklist filters again as soon as it is read', async () => {
  const lobby = new Lobby()
  const [a, before] = [await lobby.enter('Alice'), await lobby.enter('Bob')]
  await before.asks(ReqBlackAdd, { capcomId: id('A'), blackListUserData: BlackListUserData.of({}) })
  await before.asks(ReqShut, { shutType: 1 })
  lobby.social.fault = new CentralUnreachable('away')
  const b = await lobby.enter('Bob')
  expect(names(await b.asks(ReqBlackList, page))).toEqual(['AnsBlackListAlert 1'])
  expect(names(await b.asks(ReqBlackDelete, { capcomId: id('A') }))).toEqual(['AnsBlackDeleteAlert 2'])
  lobby.social.fault = undefined
  await b.asks(ReqBlackList, page)
  await a.asks(ReqTell, { recipientId: id('B'), ...words })
  expect(b.hears()).toEqual([])
})

test('what is kept until central can decide is shown as pending, and a refusal of it later in words', async () => {
  const lobby = new Lobby()
  lobby.social.know(zoe)
  const a = await lobby.enter('Alice')
  const hold = { capcomId: 'AAAAAA', name: noBytes, fence: 1, serverId: 1, settings: null }
  lobby.social.deliver(hold, { kind: 'pending', other: zoe.capcomId })
  expect(readable(a.hears())).toBe(gameWords.pending)

  await lobby.social.askFriend({ ...hold, capcomId: zoe.capcomId }, hold.capcomId, note)
  await lobby.social.answerFriend(hold, zoe.capcomId, true)
  expect(await friendsOf(a)).toEqual([])
  lobby.social.deliver(hold, { kind: 'refused', other: zoe.capcomId, code: 'friend_list_full' })
  expect(readable(a.hears())).toBe(gameWords.refusedLater)
  // What he was shown meanwhile may not be so: it is read anew.
  expect(await friendsOf(a)).toEqual(['Zoe'])
})

test('a node that keeps nothing of its own asks each time', async () => {
  const lobby = new Lobby()
  lobby.social.keeps = { own: false, othersMs: 0, searchesAlone: false }
  lobby.social.know(zoe)
  const a = await lobby.enter('Alice')
  expect(await friendsOf(a)).toEqual([])
  const hold = { capcomId: 'AAAAAA', name: noBytes, fence: 1, serverId: 1, settings: null }
  await lobby.social.askFriend({ ...hold, capcomId: zoe.capcomId }, hold.capcomId, note)
  await lobby.social.answerFriend(hold, zoe.capcomId, true)
  expect(await friendsOf(a)).toEqual(['Zoe'])
  const one = { capcomId: id('Z'), userSearchInfo: UserSearchInfo.of({}) }
  await a.asks(ReqUserSearchInfo, one)
  await a.asks(ReqUserSearchInfo, one)
  expect(lobby.social.asked).toBe(2)
})

test('what this node cannot keep is refused in words, and changes nothing', async () => {
  const lobby = new Lobby()
  const a = await lobby.enter('Alice')
  const full = new JournalUnavailable('no space left on device')
  lobby.link.fault = full
  const data = Uint8Array.of(0, 31)
  expect(readable(await a.asks(ReqUserBinarySet, { offset: 0, data }))).toBe(said.notKept)
  const search = { circleFlag: 0, list: [{ id: 2, operator: 5, value: 31 << 16 }] }
  const wide = { capcomId: noBytes, hunterName: noBytes, search, firstIndex: 1, count: 100, fields: [] }
  const found = async () => read(AnsUserSearchHead, await a.asks(ReqUserSearchHead, wide)).count
  expect(await found()).toBe(0)
  lobby.link.fault = undefined
  expect(names(await a.asks(ReqUserBinarySet, { offset: 0, data }))).toEqual(['AnsUserBinarySet 3'])
  a.says(ReqUserSearchFoot, {})
  expect(await found()).toBe(1)

  lobby.social.fault = full
  expect(readable(await a.asks(ReqFriendAdd, { recipientId: id('Z'), ...words }))).toBe(said.notKept)
})
