/** Hunters on two nodes, each a process of its own: they tell, befriend, find and block each other all the same. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Central, startCentral } from '@citygate/central-api/node'
import { createCentral } from '@citygate/nodes/central'
import { silentLog } from '@citygate/nodes/host'
import {
  AnsBlackAdd,
  AnsBlackDelete,
  AnsBlackList,
  AnsFriendAccept,
  AnsFriendAdd,
  AnsFriendDelete,
  AnsFriendList,
  AnsTell,
  AnsUserSearchData,
  AnsUserSearchFoot,
  AnsUserSearchHead,
  AnsUserSearchInfo,
  ascii,
  BlackListUserData,
  decodeLayerPath,
  latin1,
  MessageInfo,
  NtcFriendAccept,
  NtcFriendAdd,
  NtcTell,
  noBytes,
  ReqBlackAdd,
  ReqBlackDelete,
  ReqBlackList,
  ReqFriendAccept,
  ReqFriendAdd,
  ReqFriendDelete,
  ReqFriendList,
  ReqTell,
  ReqUserSearchData,
  ReqUserSearchFoot,
  ReqUserSearchHead,
  ReqUserSearchInfo,
  UserSearchInfo,
} from '@citygate/nodes/pat'
import { createEnrolToken } from '@citygate/schema/contract'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Console } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { NodeProcess } from '../src/node-process.ts'
import { type TestDatabase, testDatabase } from '../src/postgres.ts'

// Processes and whole log-ins on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let database: TestDatabase
let folder: string
let central: Central
let east: NodeProcess
let west: NodeProcess

beforeAll(async () => {
  database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'citygate two nodes '))
  const at = { host: '127.0.0.1', port: 0, dataFolder: join(folder, 'central') }
  central = await startCentral({ databaseUrl: database.url, ...at, log: silentLog })
  ;[east, west] = await Promise.all([start('east', 1), start('west', 2)])
})
afterAll(async () => {
  await Promise.all([east, west].map((node) => node?.[Symbol.asyncDispose]()))
  await central?.close()
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(name: string, id: number): Promise<NodeProcess> {
  const operator = createCentral({ url: central.url, fetch, key: central.operatorKey })
  const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'] } })
  const servers = [{ id, name: `Valor${id}`, type: 'open' }]
  return NodeProcess.start({
    ...{ folder: join(folder, name), central: central.url, enrolToken: token },
    ...{ name, servers },
  })
}

/** In gate 3 of the node's own server. */
async function inEast(name: string, supportCode?: string): Promise<Console> {
  return enter(east, 1, name, supportCode)
}
async function inWest(name: string, supportCode?: string): Promise<Console> {
  return enter(west, 2, name, supportCode)
}
async function enter(node: NodeProcess, server: number, name: string, supportCode?: string) {
  const console = await Console.logIn({ opn: node.opn, tls: false, name, supportCode, pick: () => server })
  await console.enterGate(3)
  return console
}

const info = MessageInfo.of({ textColor: 0xffffffff })
const recipientId = (other: Console) => ascii(other.capcomId)
const text = (bytes: Uint8Array | undefined) => latin1(bytes ?? noBytes)

const tell = (from: Console, to: Console, words: string) =>
  from.game.call(ReqTell, { recipientId: recipientId(to), messageInfo: info, message: ascii(words) }, AnsTell)
const askFriend = (from: Console, to: Console, words = 'please') =>
  from.game.call(
    ReqFriendAdd,
    { recipientId: recipientId(to), messageInfo: info, message: ascii(words) },
    AnsFriendAdd,
  )
const answerFriend = (by: Console, asker: Console, accepted: number) =>
  by.game.call(ReqFriendAccept, { senderId: recipientId(asker), accepted }, AnsFriendAccept)

async function friendsOf(console: Console): Promise<string[]> {
  const wanted = { firstIndex: 1, count: 50, fields: [1, 2, 3] }
  const { records } = await console.game.call(ReqFriendList, wanted, AnsFriendList)
  return records.map(({ friendData }) => `${friendData.get('index')} ${text(friendData.get('hunterName'))}`)
}

async function search(seeker: Console, hunterName: string) {
  const wanted = { capcomId: noBytes, hunterName: ascii(hunterName), search: { circleFlag: 0, list: [] } }
  const { count } = await seeker.game.call(
    ReqUserSearchHead,
    { ...wanted, firstIndex: 1, count: 100, fields: [1, 2, 3, 4] },
    AnsUserSearchHead,
  )
  const { records } =
    count === 0
      ? { records: [] }
      : await seeker.game.call(ReqUserSearchData, { firstIndex: 1, count }, AnsUserSearchData)
  await seeker.game.call(ReqUserSearchFoot, {}, AnsUserSearchFoot)
  return records.map(({ userSearchInfo }) => userSearchInfo)
}

const inGate = (path: Uint8Array | undefined) => decodeLayerPath(path ?? new Uint8Array(8)).gate === 3

const whereIs = (seeker: Console, other: Console) =>
  seeker.game
    .call(
      ReqUserSearchInfo,
      { capcomId: recipientId(other), userSearchInfo: UserSearchInfo.of({}) },
      AnsUserSearchInfo,
    )
    .then(({ userSearchInfo }) => userSearchInfo)

test('a tell reaches a hunter on another node, under its sender’s own name', async () => {
  const [aria, bela] = await Promise.all([inEast('Aria'), inWest('Bela')])
  await tell(aria, bela, 'hail')
  await tell(aria, bela, 'and well met')
  for (const words of ['hail', 'and well met']) {
    const told = await bela.next(NtcTell)
    expect([text(told.recipientId), text(told.message)]).toEqual([bela.capcomId, words])
    expect(told.messageInfo.get('textColor')).toBe(0xffffffff)
    expect(told.messageInfo.get('unknown0x02')).toBe(20)
    expect(text(told.messageInfo.get('senderId'))).toBe(aria.capcomId)
    expect(text(told.messageInfo.get('senderName'))).toBe('Aria')
  }
  await bela.logOut()
  await expect(tell(aria, bela, 'too late')).resolves.toEqual({})
  aria.kill()
})

test('a friend request is answered from node to node, and both lists have it', async () => {
  const [aria, bela] = await Promise.all([inEast('Aria'), inWest('Bela')])
  await askFriend(aria, bela)
  const first = await bela.next(NtcFriendAccept)
  expect([text(first.recipientId), text(first.message)]).toEqual([bela.capcomId, 'please'])
  expect(text(first.messageInfo.get('senderId'))).toBe(aria.capcomId)
  await answerFriend(bela, aria, 0)
  await expect(answerFriend(bela, aria, 1)).rejects.toThrow(/does not stand/)

  await askFriend(aria, bela, 'really')
  expect(text((await bela.next(NtcFriendAccept)).message)).toBe('really')
  await answerFriend(bela, aria, 1)
  for (const [one, other, name] of [
    [aria, bela, 'Bela'],
    [bela, aria, 'Aria'],
  ] as const) {
    const added = await one.next(NtcFriendAdd)
    expect([text(added.recipientId), added.accepted]).toEqual([one.capcomId, 1])
    expect(text(added.friendData.get('capcomId'))).toBe(other.capcomId)
    expect(await friendsOf(one)).toEqual([`1 ${name}`])
  }

  await aria.game.call(ReqFriendDelete, { capcomId: recipientId(bela) }, AnsFriendDelete)
  expect(await friendsOf(aria)).toEqual([])
  await Promise.all([aria.logOut(), bela.logOut()])
  const back = await inWest('Bela', bela.supportCode)
  expect(await friendsOf(back)).toEqual(['1 Aria'])
  back.kill()
})

test('a request waits for a hunter who is away, and finds him on whatever node he comes to', async () => {
  const [aria, bela] = await Promise.all([inEast('Aria'), inWest('Bela')])
  await bela.logOut()
  await askFriend(aria, bela, 'when you are back')
  const back = await inEast('Bela', bela.supportCode)
  expect(text((await back.next(NtcFriendAccept)).message)).toBe('when you are back')
  await answerFriend(back, aria, 1)
  expect(text((await aria.next(NtcFriendAdd)).friendData.get('hunterName'))).toBe('Bela')
  aria.kill()
  back.kill()
})

test('a search finds hunters of every node, and tells where one is', async () => {
  const [aria, bela, near] = await Promise.all([inEast('Aria'), inWest('Farfetched'), inEast('Farewell')])
  const found = await eventually(
    () => search(aria, 'FAR'),
    (rows) => rows.length === 2 && rows.every((row) => inGate(row.get('layerHost'))),
  )
  expect(found.map((row) => text(row.get('hunterName'))).sort()).toEqual(['Farewell', 'Farfetched'])
  const far = found.find((row) => text(row.get('capcomId')) === bela.capcomId)
  expect(decodeLayerPath(far?.get('layerHost') ?? noBytes)).toEqual({ server: 2, gate: 3, city: 0 })
  expect(far?.get('stats')).toHaveLength(256)

  const there = await eventually(
    () => whereIs(aria, bela),
    (row) => text(row.get('serverName')) === 'Valor2\tCity Gate3\t',
  )
  expect([there.get('cityCapacity'), there.get('citySize')]).toEqual([100, 1])
  expect([there.get('uniqueIdA'), there.get('uniqueIdB')]).toEqual([...bela.uniqueId])
  for (const console of [aria, bela, near]) console.kill()
})

test('who is blocked does not reach, befriend or find the other, wherever they are', async () => {
  const [aria, bela] = await Promise.all([inEast('Arrogant'), inWest('Bellicose')])
  const shown = (rows: readonly unknown[]) => rows.length === 1
  await eventually(() => search(aria, 'bellicose'), shown)
  const blackListUserData = BlackListUserData.of({
    capcomId: recipientId(aria),
    hunterName: ascii('Arrogant'),
  })
  await bela.game.call(ReqBlackAdd, { capcomId: recipientId(aria), blackListUserData }, AnsBlackAdd)
  const wanted = { firstIndex: 1, count: 16, fields: [1, 2, 3] }
  const list = await bela.game.call(ReqBlackList, wanted, AnsBlackList)
  expect(list.records.map(({ blackListUserData: row }) => text(row.get('hunterName')))).toEqual(['Arrogant'])

  await tell(aria, bela, 'hidden')
  await expect(askFriend(aria, bela)).rejects.toThrow(/no friend requests/)
  expect(await search(aria, 'bellicose')).toEqual([])
  await expect(whereIs(aria, bela)).rejects.toThrow(/not online/)

  await bela.game.call(ReqBlackDelete, { capcomId: recipientId(aria) }, AnsBlackDelete)
  await tell(aria, bela, 'shown')
  // Tells come in order: what was hidden would have come before.
  expect(text((await bela.next(NtcTell)).message)).toBe('shown')
  aria.kill()
  bela.kill()
})
