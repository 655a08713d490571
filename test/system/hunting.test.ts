/**
 * Consoles at one game server through an evening: a city, parties with passwords, departures, and connections that break in
 * the middle of it. After every packet all of them are asked what they have heard (game.md 3 to 5 and 8).
 */
import {
  AnsCircleHost,
  AnsCircleListLayer,
  AnsCircleUserList,
  AnsLayerUserList,
  type AnyPacket,
  ascii,
  type Body,
  type Bytes,
  CircleInfo,
  CircleUserData,
  encodeLayerPath,
  LayerBinaryInfo,
  LayerSet,
  latin1,
  MediationListItem,
  MessageInfo,
  NtcCircleBinary,
  NtcCircleBinary2,
  NtcCircleChat,
  NtcLayerBinary2,
  ReqCircleCreate,
  ReqCircleHost,
  ReqCircleInfoSet,
  ReqCircleJoin,
  ReqCircleLeave,
  ReqCircleListLayer,
  ReqCircleMatchEnd,
  ReqCircleMatchOptionSet,
  ReqCircleMatchStart,
  ReqCircleUserList,
  ReqLayerCreateFoot,
  ReqLayerCreateHead,
  ReqLayerCreateSet,
  ReqLayerDown,
  ReqLayerEnd,
  ReqLayerHost,
  ReqLayerJump,
  ReqLayerMediationLock,
  ReqLayerUp,
  ReqLayerUserList,
  ReqShut,
  ReqTell,
} from '@citygate/nodes/pat'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../src/postgres.ts'
import { Realm } from '../src/realm.ts'
import { type Heard, Stage } from '../src/stage.ts'

let database: TestDatabase
let realm: Realm
let stage: Stage

beforeEach(async () => {
  database = await testDatabase()
  realm = await Realm.start({ databaseUrl: database.url })
  stage = new Stage({ opn: realm.opn, tls: false, pick: () => 1 })
})
afterEach(async () => {
  stage.end()
  await realm[Symbol.asyncDispose]()
  await database.close()
})

const text = (bytes: Bytes | undefined): string => latin1(bytes ?? ascii(''))
const says = <P extends AnyPacket>(who: string, packet: P, body: Body<P>) => stage.says(who, packet, body)
const asks = <P extends AnyPacket, A extends AnyPacket>(who: string, packet: P, body: Body<P>, answer: A) =>
  stage.console(who).game.call(packet, body, answer)
const id = (who: string) => ascii(stage.console(who).capcomId)

const cityPath = encodeLayerPath({ server: 1, gate: 1, city: 1 })
const layerSet = LayerSet.of({})
const here = { layerIndex: 1, layerSet }
const quest = (more: Parameters<typeof CircleInfo.of>[0]) => ({
  circleInfo: CircleInfo.of(more),
  optionalFields: [{ id: 2, value: 61001 }],
})
const joins = (who: string, circleIndex: number, password?: string) =>
  says(who, ReqCircleJoin, {
    circleIndex,
    circleInfo: CircleInfo.of({ password: password === undefined ? undefined : ascii(password) }),
  })
const ready = (isStandby: 0 | 1) => ({ circleUserData: CircleUserData.of({ isStandby }) })
const relayed = { circleIndex: 1, sender: LayerBinaryInfo.of({}), data: ascii('data') }

/** All of them in gate 1, and the first few in its city 1, the very first leading it. */
async function gathered(inCity: string, inGate: string): Promise<void> {
  for (const who of inCity + inGate) {
    await stage.enter(who)
    await says(who, ReqLayerDown, here)
  }
  const [founder = '', ...others] = inCity
  await says(founder, ReqLayerCreateHead, { cityIndex: 1 })
  await says(founder, ReqLayerCreateSet, { cityIndex: 1, layerSet, optionalFields: [] })
  await says(founder, ReqLayerCreateFoot, { cityIndex: 1, cancelled: 0 })
  for (const who of others) {
    await says(who, ReqLayerDown, here)
    await says(who, ReqLayerHost, { cityPath })
  }
}

/** The board as `who` reads it: place, members and places, whether nobody more can join, remarks. */
async function board(who: string): Promise<string[]> {
  const { records } = await asks(who, ReqCircleListLayer, { fields: [] }, AnsCircleListLayer)
  await stage.heard()
  return records.map(({ circleInfo }) => {
    const [index, count, places, closed] = (['index', 'playerCount', 'capacity', 'notJoinable'] as const).map(
      (field) => circleInfo.get(field),
    )
    return `${index}: ${count}/${places}${closed ? ' closed' : ''} ${text(circleInfo.get('remarks'))}`.trim()
  })
}

/** Places and names of the party that `who` is in, and who leads it. */
async function party(who: string, circleIndex: number): Promise<string> {
  const { records } = await asks(who, ReqCircleUserList, { circleIndex, fields: [] }, AnsCircleUserList)
  const { hunterName } = await asks(who, ReqCircleHost, { circleIndex }, AnsCircleHost)
  await stage.heard()
  const members = records.map(
    ({ circleUserData }) => `${circleUserData.get('playerIndex')}${text(circleUserData.get('hunterName'))}`,
  )
  return `${members.join(' ')}, ${text(hunterName)} leads`
}

/** The same for several. */
const each = (whom: string, what: string): Heard => Object.fromEntries([...whom].map((who) => [who, what]))

const change = 'NtcCircleListLayerChange'

test('a city while it is founded, filled and full', async () => {
  for (const who of 'ABCDEG') {
    await stage.enter(who)
    await says(who, ReqLayerDown, here)
  }
  expect(await says('A', ReqLayerCreateHead, { cityIndex: 1 })).toEqual({
    A: 'AnsLayerCreateHead =',
    ...each('BCDEG', 'NtcLayerInfoSet 0'),
  })
  // Nobody else can have it, enter it or give it back.
  expect(await says('B', ReqLayerCreateHead, { cityIndex: 1 })).toEqual({ B: 'AnsLayerCreateHeadAlert =' })
  expect(await says('B', ReqLayerCreateFoot, { cityIndex: 1, cancelled: 1 })).toEqual({
    B: 'AnsLayerCreateFoot =',
  })
  const founding = { cityIndex: 1, layerSet, optionalFields: [{ id: 1 }, { id: 2, value: 1 }] }
  expect(await says('B', ReqLayerCreateSet, founding)).toEqual({ B: 'AnsLayerCreateSetAlert =' })
  expect(await says('B', ReqLayerDown, here)).toEqual({ B: 'AnsLayerDownAlert =' })
  expect(await says('A', ReqLayerCreateSet, founding)).toEqual({
    A: 'AnsLayerCreateSet =',
    ...each('BCDEG', 'NtcLayerUserNum 0'),
  })
  expect(await says('A', ReqLayerCreateFoot, { cityIndex: 1, cancelled: 0 })).toEqual({
    A: 'AnsLayerCreateFoot =',
    ...each('BCDEG', 'NtcLayerInfoSet 0'),
  })
  expect(await says('B', ReqLayerDown, here)).toEqual({
    B: 'AnsLayerDown =',
    ...each('CDEG', 'NtcLayerUserNum 0'),
  })
  expect(await says('B', ReqLayerHost, { cityPath })).toEqual({ A: 'NtcLayerIn =', B: 'AnsLayerHost =' })
  await says('C', ReqLayerDown, here)
  await says('D', ReqLayerDown, here)
  expect(await says('D', ReqLayerHost, { cityPath })).toEqual({
    ...each('ABC', 'NtcLayerIn ='),
    D: 'AnsLayerHost =',
  })
  expect(await says('E', ReqLayerDown, here)).toEqual({ E: 'AnsLayerDownAlert =' })
  expect(await says('E', ReqLayerJump, { path: cityPath, matchKey: 12 })).toEqual({
    E: 'AnsLayerJumpAlert =',
  })
  // The leader's line breaks: the next one leads, and there is room again.
  expect(await stage.vanishes('A', 'B')).toEqual({
    ...each('BCD', 'NtcLayerHost 0, NtcLayerOut 0'),
    ...each('EG', 'NtcLayerUserNum 0'),
  })
  expect(await says('E', ReqLayerJump, { path: cityPath, matchKey: 12 })).toEqual({
    E: 'AnsLayerJump =',
    G: 'NtcLayerUserNum 0',
  })
  expect(await says('E', ReqLayerHost, { cityPath })).toEqual({
    ...each('BCD', 'NtcLayerIn ='),
    E: 'AnsLayerHost =',
  })
  // Slot order: the newcomer has taken the place of him who went.
  const { records } = await asks('C', ReqLayerUserList, { fields: [1, 2, 7] }, AnsLayerUserList)
  expect(records.map(({ layerUserInfo }) => text(layerUserInfo.get('hunterName')))).toEqual([...'EBCD'])
})

test('a party with a password and several remarks, of which half is left behind', async () => {
  await gathered('ABCD', 'G')
  const secret = quest({ capacity: 3, password: ascii('fish'), remarks: ascii('one') })
  expect(await says('A', ReqCircleCreate, secret)).toEqual({
    A: `${change} =, AnsCircleCreate =`,
    ...each('BCD', `${change} =`),
  })
  expect(await says('A', ReqCircleCreate, secret)).toEqual({ A: 'AnsCircleCreateAlert =' })
  for (const wrong of [undefined, '', 'Fish', 'fishes'])
    expect(await joins('B', 1, wrong)).toEqual({ B: 'AnsCircleJoinAlert =' })
  expect(await joins('B', 1, 'fish')).toEqual({
    A: `NtcCircleJoin =, ${change} =`,
    B: `AnsCircleJoin =, ${change} =`,
    ...each('CD', `${change} =`),
  })
  // A party that is being read is changed: by its leader alone.
  const told = (more: Parameters<typeof CircleInfo.of>[0]) => ({ circleIndex: 1, ...quest(more) })
  expect(await says('B', ReqCircleInfoSet, told({ remarks: ascii('mine') }))).toEqual({
    B: 'AnsCircleInfoSet =',
  })
  expect(await says('C', ReqCircleInfoSet, told({ remarks: ascii('mine') }))).toEqual({
    C: 'AnsCircleInfoSetAlert =',
  })
  for (const remarks of ['two', 'three'])
    expect(await says('A', ReqCircleInfoSet, told({ remarks: ascii(remarks) }))).toEqual({
      A: `AnsCircleInfoSet =, ${change} =`,
      B: `NtcCircleInfoSet =, ${change} =`,
      ...each('CD', `${change} =`),
    })
  await says('A', ReqCircleInfoSet, told({ password: ascii('bird') }))
  expect(await joins('C', 1, 'fish')).toEqual({ C: 'AnsCircleJoinAlert =' })
  await joins('C', 1, 'bird')
  expect(await board('D')).toEqual(['1: 3/3 closed three'])
  expect(await joins('D', 1, 'bird')).toEqual({ D: 'AnsCircleJoinAlert =' })

  expect(await says('B', NtcCircleBinary, relayed)).toEqual(each('AC', 'NtcCircleBinary ='))
  expect(await says('B', NtcCircleBinary2, { ...relayed, partnerId: id('C') })).toEqual({
    C: 'NtcCircleBinary2 =',
  })
  expect(await says('B', NtcCircleBinary2, { ...relayed, partnerId: id('D') })).toEqual({})
  expect(await says('D', NtcCircleBinary, relayed)).toEqual({})
  expect(await says('B', NtcCircleBinary, { ...relayed, circleIndex: 2 })).toEqual({})
  const hello = { messageInfo: MessageInfo.of({}), message: ascii('hello') }
  expect(await says('C', NtcCircleChat, hello)).toEqual(each('AB', 'NtcCircleChat ='))
  expect(await says('D', NtcCircleChat, hello)).toEqual({})

  // Who is not the leader starts nothing; who is not ready stays behind, the leader himself as well.
  expect(await says('B', ReqCircleMatchStart, {})).toEqual({ B: 'AnsCircleMatchStartAlert =' })
  await says('B', ReqCircleMatchOptionSet, ready(1))
  expect(await says('A', ReqCircleMatchStart, {})).toEqual({
    A: `NtcCircleKick =, ${change} =, ${change} =, ${change} =, AnsCircleMatchStart =`,
    B: `NtcCircleLeave =, NtcCircleHost =, ${change} =, NtcCircleLeave =, ${change} =, NtcCircleMatchStart =, ${change} =`,
    C: `NtcCircleLeave =, NtcCircleHost =, ${change} =, NtcCircleKick =, ${change} =, ${change} =`,
    D: `${change} =, ${change} =, ${change} =`,
  })
  expect(await party('B', 1)).toBe('2B, B leads')
  // What his client may say late is a success that changes nothing.
  expect(await says('A', ReqCircleLeave, { circleIndex: 1 })).toEqual({ A: 'AnsCircleLeave =' })
  expect(await says('C', ReqCircleMatchOptionSet, ready(0))).toEqual({ C: 'AnsCircleMatchOptionSet =' })
  expect(await says('C', ReqCircleMatchEnd, { unknown1: 0 })).toEqual({ C: 'AnsCircleMatchEnd =' })
  expect(await says('C', ReqCircleMatchStart, {})).toEqual({ C: 'AnsCircleMatchStartAlert =' })
  expect(await board('D')).toEqual(['1: 1/3 closed three'])
})

test('connections that break in a party, in a quest, on a seat, and of who leads everything', async () => {
  await gathered('ABCD', 'EG')
  await says('A', ReqCircleCreate, quest({ capacity: 4 }))
  await joins('C', 1)
  await joins('D', 1)
  // A member of a party that has not departed.
  expect(await stage.vanishes('C', 'A')).toEqual({
    ...each('AD', `NtcLayerOut 0, NtcCircleLeave 0, ${change} 0`),
    B: `NtcLayerOut 0, ${change} 0`,
    ...each('EG', 'NtcLayerUserNum 0'),
  })
  await says('E', ReqLayerDown, here)
  await says('E', ReqLayerHost, { cityPath })
  await joins('E', 1)
  expect(await party('A', 1)).toBe('1A 2E 3D, A leads')

  expect(
    await says('A', ReqLayerMediationLock, { index: 3, mediationListItem: MediationListItem.of({}) }),
  ).toEqual({
    A: 'AnsLayerMediationLock =',
    ...each('BDE', 'NtcLayerMediationLock ='),
  })
  for (const who of 'ADE') await says(who, ReqCircleMatchOptionSet, ready(1))
  expect(await says('A', ReqCircleMatchStart, {})).toEqual({
    A: `NtcCircleMatchStart =, ${change} =, AnsCircleMatchStart =`,
    ...each('DE', `NtcCircleMatchStart =, ${change} =`),
    B: `${change} =`,
  })
  expect(await joins('B', 1)).toEqual({ B: 'AnsCircleJoinAlert =' })
  const away = { path: encodeLayerPath({ server: 1, gate: 2, city: 0 }), matchKey: 0 }
  expect(await says('E', ReqLayerJump, away)).toEqual({ E: 'AnsLayerJumpAlert =' })
  const tell = { recipientId: id('D'), messageInfo: MessageInfo.of({}), message: ascii('hail') }
  expect(await says('G', ReqTell, tell)).toEqual({ D: 'NtcTell =', G: 'AnsTell =' })

  // He leads city and quest, and holds a seat.
  const lost = 'NtcLayerHost 0, NtcLayerMediationUnlock 0, NtcLayerOut 0'
  expect(await stage.vanishes('A', 'B')).toEqual({
    B: `${lost}, ${change} 0`,
    ...each('DE', `${lost}, NtcCircleLeave 0, NtcCircleHost 0, ${change} 0`),
    G: 'NtcLayerUserNum 0',
  })
  expect(await party('D', 1)).toBe('2E 3D, E leads')
  expect(await says('E', NtcLayerBinary2, { ...relayed, partnerId: id('D') })).toEqual({
    D: 'NtcLayerBinary2 =',
  })
  expect(await says('E', NtcLayerBinary2, { ...relayed, partnerId: id('G') })).toEqual({})

  // The way out of a quest, step by step; the last one takes it with him.
  expect(await says('E', ReqCircleMatchEnd, { unknown1: 0 })).toEqual({ E: 'AnsCircleMatchEnd =' })
  expect(await says('E', ReqCircleMatchOptionSet, ready(0))).toEqual({
    D: 'NtcCircleMatchOptionSet =',
    E: 'AnsCircleMatchOptionSet =',
  })
  expect(await says('E', ReqCircleLeave, { circleIndex: 1 })).toEqual({
    B: `${change} =`,
    D: `NtcCircleLeave =, NtcCircleHost =, ${change} =`,
    E: `${change} =, AnsCircleLeave =`,
  })
  expect(await says('D', ReqShut, { shutType: 1 })).toEqual({
    D: `AnsShut =, ${change} 0`,
    ...each('BE', `NtcLayerOut 0, ${change} 0`),
    G: 'NtcLayerUserNum 0',
  })
  expect(await board('B')).toEqual([])
  expect(await says('B', ReqLayerEnd, {})).toEqual({
    B: 'AnsLayerEnd =',
    E: 'NtcLayerHost 0, NtcLayerOut 0',
    G: 'NtcLayerUserNum 0',
  })
  expect(await says('E', ReqLayerUp, {})).toEqual({
    E: 'AnsLayerUp =',
    G: 'NtcLayerUserNum 0, NtcLayerInfoSet 0',
  })
})

test('a party breaks with its leader, and its place on the board is another’s at once', async () => {
  await gathered('ABCD', 'G')
  await says('B', ReqCircleCreate, quest({ capacity: 3, remarks: ascii('first') }))
  await joins('C', 1)
  await joins('D', 1)
  await says('C', ReqCircleMatchOptionSet, ready(1))
  // To the gate in the middle of it, where nobody is told of his coming.
  expect(await says('B', ReqLayerUp, {})).toEqual({
    A: `NtcLayerOut 0, ${change} 0`,
    B: `${change} 0, AnsLayerUp =`,
    ...each('CD', `NtcLayerOut 0, NtcCircleLeave 0, NtcCircleBreak 0, ${change} 0`),
    G: 'NtcLayerUserNum 0',
  })
  await says('D', ReqCircleCreate, quest({ capacity: 2, remarks: ascii('second') }))
  // What the clients of the broken party may still send does nothing to the new one.
  expect(await says('C', NtcCircleBinary, relayed)).toEqual({})
  expect(await says('C', ReqCircleMatchOptionSet, ready(1))).toEqual({ C: 'AnsCircleMatchOptionSet =' })
  expect(await says('C', ReqCircleLeave, { circleIndex: 1 })).toEqual({ C: 'AnsCircleLeave =' })
  expect(await party('D', 1)).toBe('1D, D leads')
  expect(await joins('B', 1)).toEqual({ B: 'AnsCircleJoinAlert =' })
  await joins('C', 1)
  expect(await board('A')).toEqual(['1: 2/2 closed second'])
})

test('the same hunter from another console: the first one reads why, and nothing of him stays', async () => {
  await gathered('ABC', 'G')
  await says('A', ReqCircleCreate, quest({ capacity: 2 }))
  await joins('B', 1)
  const first = stage.console('A')
  const second = await stage.enter('again', first.supportCode)
  expect(second.capcomId).toBe(first.capcomId)
  await first.game.closed
  expect(first.game.end).toMatchObject({ text: 'Your hunter has logged in elsewhere.' })
  expect(await stage.heard()).toMatchObject({
    B: `NtcLayerHost 0, NtcLayerOut 0, NtcCircleLeave 0, NtcCircleBreak 0, ${change} 0`,
    C: `NtcLayerHost 0, NtcLayerOut 0, ${change} 0`,
    G: 'NtcLayerUserNum 0',
  })
  expect(await says('again', ReqLayerDown, here)).toEqual({
    again: 'AnsLayerDown =',
    G: 'NtcLayerIn =',
  })
  expect(await says('again', ReqLayerDown, here)).toEqual({
    again: 'AnsLayerDown =',
    G: 'NtcLayerUserNum 0',
  })
})
