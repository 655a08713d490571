import { describe, expect, test } from 'vitest'
import {
  ascii,
  CircleInfo,
  CircleUserData,
  encodeFrame,
  headerSize,
  hex,
  Items,
  largestClientFrame,
  MessageInfo,
} from '../pat/index.ts'
import {
  askCircleHost,
  changeCircle,
  chatInCircle,
  createCircle,
  endMatch,
  goUp,
  joinCircle,
  listCircles,
  listCircleUsers,
  type Player,
  play,
  quitCircle,
  relayCircleBinary,
  relayCircleBinaryTo,
  type Step,
  setReady,
  startMatch,
} from './index.ts'
import { idOf, type Stage, stage } from './testing/stage.ts'

const four = CircleInfo.of({ remarks: ascii('two needed'), capacity: 4, unknown0x0e: 1 })
const quest = [
  { id: 1, value: 4 },
  { id: 2, value: 0x2711 },
]
const open = CircleInfo.of({})
const ready = CircleUserData.of({ isStandby: 1 })
const notReady = CircleUserData.of({ isStandby: 0 })

const payloads = (step: Step): string[] =>
  step.notices.map(({ packet, body, sequence }) =>
    hex(encodeFrame(packet, sequence, body).subarray(headerSize)),
  )

/** Alice, Bob, Carol and Dora in a city. */
function city(): Stage & { a: Player; b: Player; c: Player; d: Player } {
  const here = stage()
  const [a, b, c, d] = here.inCity('Alice', 'Bob', 'Carol', 'Dora')
  if (!a || !b || !c || !d) throw new Error('four came in')
  return { ...here, a, b, c, d }
}

/** Alice leads quest 1, Bob is in it. */
function party(): ReturnType<typeof city> {
  const here = city()
  here.act(here.a, 1, createCircle, four, quest)
  here.act(here.b, 1, joinCircle, 1, open)
  return here
}

describe('posting and joining', () => {
  test('the whole city hears of a new quest before the answer (trace 10)', () => {
    const { act, a } = city()
    expect(act(a, 8, createCircle, four, quest)).toEqual([
      'A B C D < NtcCircleListLayerChange 8',
      'A < AnsCircleCreate 8',
    ])
  })

  test('a posting, byte for byte', () => {
    const { world, a } = city()
    const row = (text: string) => hex(ascii(text)).padEnd(32, '0')
    const empty = '0'.repeat(96)
    expect(payloads(play(world, a, 8, createCircle, four, quest))[0]).toBe(
      [
        '00000001',
        `0901030000000105060088${row(idOf('Alice'))}${empty}${row('Alice')}${empty}00000000ff000000`,
        `0605000a${hex(ascii('two needed'))}0703000000010903000000040c0300000001`,
        `0d050006${hex(ascii(idOf('Alice')))}0e01010f0100`,
        '02010100000004020100002711',
      ].join(''),
    )
  })

  test('who joins gets the answer first; the party and the board follow (trace 12, gap 14)', () => {
    const { act, a, b } = city()
    act(a, 8, createCircle, four, quest)
    expect(act(b, 11, joinCircle, 1, open)).toEqual([
      'B < AnsCircleJoin 11',
      'A < NtcCircleJoin 11',
      'A B C D < NtcCircleListLayerChange 11',
    ])
  })

  test('what would be wrong is refused in words', () => {
    const { act, a, b, c, d, inGate } = city()
    const secret = CircleInfo.of({ hasPassword: 1, password: ascii('fish'), capacity: 2 })
    const [e] = inGate('Eve')
    if (!e) throw new Error()
    expect(act(a, 1, createCircle, open, quest)).toEqual(['refused: bad_capacity'])
    expect(act(a, 1, createCircle, CircleInfo.of({ capacity: 5 }), quest)).toEqual(['refused: bad_capacity'])
    act(a, 1, createCircle, secret, quest)
    expect(act(a, 2, createCircle, secret, quest)).toEqual(['refused: already_in_circle'])
    expect(act(b, 1, joinCircle, 1, open)).toEqual(['refused: wrong_password'])
    expect(act(b, 1, joinCircle, 1, CircleInfo.of({ password: ascii('bird') }))).toEqual([
      'refused: wrong_password',
    ])
    expect(act(b, 1, joinCircle, 9, open)).toEqual(['refused: no_such_place'])
    expect(act(b, 1, joinCircle, 0, open)).toEqual(['refused: no_such_place'])
    expect(act(b, 1, joinCircle, 2, open)).toEqual(['refused: circle_gone'])
    act(b, 1, joinCircle, 1, secret)
    expect(act(c, 1, joinCircle, 1, secret)).toEqual(['refused: circle_full'])
    expect(act(d, 1, changeCircle, 1, four, quest)).toEqual(['refused: not_your_circle'])
    expect(act(d, 1, listCircleUsers)).toEqual(['refused: circle_gone'])
    expect(act(e, 1, listCircles)).toEqual(['refused: not_here'])
    expect(act(e, 1, createCircle, four, quest)).toEqual(['refused: not_here'])
  })

  test('an empty password is none: the posting shows no lock', () => {
    const { a, act } = city()
    act(a, 1, createCircle, CircleInfo.of({ password: ascii(''), capacity: 2 }), quest)
    expect(a.circle).toMatchObject({ password: undefined })
  })

  test('four quests fill the board', () => {
    const { act, a, b, c, d, world } = city()
    for (const player of [a, b, c, d]) act(player, 1, createCircle, four, quest)
    act(a, 2, quitCircle, 1)
    expect(act(a, 3, createCircle, four, quest)).toContain('A < AnsCircleCreate 3')
    expect(payloads(play(world, b, 4, listCircles))[0]?.slice(0, 16)).toBe('0000000000000004')
  })

  test('members and leader are told on request', () => {
    const { act, b, world } = party()
    expect(payloads(play(world, b, 12, listCircleUsers))).toEqual([
      `00000002${`0403010004010105050006${hex(ascii('AAAAAA'))}`}06050005${hex(ascii('Alice'))}` +
        `0403010004010205050006${hex(ascii('BBBBBB'))}06050003${hex(ascii('Bob'))}`,
    ])
    expect(act(b, 13, askCircleHost, 1)).toEqual(['B < AnsCircleHost 13'])
    expect(act(b, 13, askCircleHost, 2)).toEqual(['refused: circle_gone'])
  })

  test('a change by the leader is kept, one by another member does nothing (trace 17, gap 15)', () => {
    const { act, a, b, world } = party()
    const changed = CircleInfo.of({ remarks: ascii('changed') })
    expect(act(a, 11, changeCircle, 1, changed, [])).toEqual([
      'B < NtcCircleInfoSet 11',
      'A < AnsCircleInfoSet 11',
      'A B C D < NtcCircleListLayerChange 11',
    ])
    expect(payloads(play(world, b, 1, listCircles))[0]).toContain(hex(ascii('changed')))
    expect(act(b, 12, changeCircle, 1, changed, [])).toEqual(['B < AnsCircleInfoSet 12'])
  })
})

describe('the hunt', () => {
  test('readiness is told to the others of the party (traces 14 to 16)', () => {
    const { act, b } = party()
    expect(act(b, 14, setReady, ready)).toEqual([
      'A < NtcCircleMatchOptionSet 14',
      'B < AnsCircleMatchOptionSet 14',
    ])
    expect(b.readiness).toBe('standby')
  })

  test('the start reaches the members before the answer, and the board (trace 18, gap 14)', () => {
    const { act, a, b, world } = party()
    act(a, 1, setReady, ready)
    act(b, 1, setReady, ready)
    const step = play(world, a, 12, startMatch)
    expect(step.notices.map(({ packet }) => packet.name)).toEqual([
      'NtcCircleMatchStart',
      'NtcCircleListLayerChange',
      'AnsCircleMatchStart',
    ])
    expect(payloads(step)[0]).toBe(
      `002000000002010006${hex(ascii('AAAAAA'))}0001010015020006${hex(ascii('BBBBBB'))}000101001500000001`,
    )
    expect([a.readiness, b.readiness]).toEqual(['quest', 'quest'])
    expect([...world.moved]).toEqual(expect.arrayContaining([a, b]))
  })

  test('who is not ready stays behind (game.md 3.8)', () => {
    const { act, a, b, c } = party()
    act(c, 1, joinCircle, 1, open)
    act(a, 1, setReady, ready)
    act(b, 1, setReady, ready)
    expect(act(a, 25, startMatch)).toEqual([
      'C < NtcCircleKick 25',
      'A B < NtcCircleLeave 25',
      'A B C D < NtcCircleListLayerChange 25',
      'A B < NtcCircleMatchStart 25',
      'A B C D < NtcCircleListLayerChange 25',
      'A < AnsCircleMatchStart 25',
    ])
    expect(c.circle).toBeUndefined()
  })

  test('a leader who is not ready is kicked, and another leads', () => {
    const { act, a, b } = party()
    act(b, 1, setReady, ready)
    expect(act(a, 5, startMatch)).toEqual([
      'A < NtcCircleKick 5',
      'B < NtcCircleLeave 5',
      'B < NtcCircleHost 5',
      'A B C D < NtcCircleListLayerChange 5',
      'B < NtcCircleMatchStart 5',
      'A B C D < NtcCircleListLayerChange 5',
      'A < AnsCircleMatchStart 5',
    ])
    expect(b.circle?.leader).toBe(b)
  })

  test('alone and not ready: the quest is gone', () => {
    const { act, a, d } = city()
    act(d, 1, createCircle, four, quest)
    expect(act(d, 2, startMatch)).toEqual([
      'D < NtcCircleKick 2',
      'A B C D < NtcCircleListLayerChange 2',
      'A B C D < NtcCircleListLayerChange 2',
      'D < AnsCircleMatchStart 2',
    ])
    expect(act(a, 3, joinCircle, 1, open)).toEqual(['refused: circle_gone'])
  })

  test('only the leader starts, and only once while somebody is out (gaps 16, 20)', () => {
    const { act, a, b } = party()
    act(a, 1, setReady, ready)
    act(b, 1, setReady, ready)
    expect(act(b, 2, startMatch)).toEqual(['refused: not_your_circle'])
    act(a, 2, startMatch)
    expect(act(a, 3, startMatch)).toEqual(['refused: circle_departed'])
    expect(act(a, 4, endMatch, true)).toEqual(['A < AnsCircleMatchEnd 4'])
    expect(act(a, 5, startMatch)).toEqual(['refused: circle_departed'])
    act(b, 4, endMatch, true)
    expect(act(a, 6, startMatch)).toContain('A B < NtcCircleMatchStart 6')
  })

  test('nobody joins a party that is out', () => {
    const { act, a, d } = party()
    act(a, 1, setReady, ready)
    act(a, 2, startMatch)
    expect(act(d, 1, joinCircle, 1, open)).toEqual(['refused: circle_departed'])
  })
})

describe('leaving', () => {
  const hunting = () => {
    const here = party()
    here.act(here.a, 1, setReady, ready)
    here.act(here.b, 1, setReady, ready)
    here.act(here.a, 2, startMatch)
    return here
  }

  test('the leader of a departed party is followed by the lowest place (traces 21, 22)', () => {
    const { act, a, b } = hunting()
    expect(act(a, 14, quitCircle, 1)).toEqual([
      'B < NtcCircleLeave 14',
      'B < NtcCircleHost 14',
      'A B C D < NtcCircleListLayerChange 14',
      'A < AnsCircleLeave 14',
    ])
    expect(act(b, 16, quitCircle, 1)).toEqual([
      'A B C D < NtcCircleListLayerChange 16',
      'B < AnsCircleLeave 16',
    ])
  })

  test('a party that has not departed breaks with its leader, and its members are free at once (gap 13)', () => {
    const { act, a, b } = party()
    expect(act(a, 2, quitCircle, 1)).toEqual([
      'B < NtcCircleLeave 2',
      'B < NtcCircleBreak 2',
      'A B C D < NtcCircleListLayerChange 2',
      'A < AnsCircleLeave 2',
    ])
    expect(b.circle).toBeUndefined()
    expect(act(b, 3, quitCircle, 1)).toEqual(['A B C D < NtcCircleListLayerChange 3', 'B < AnsCircleLeave 3'])
    act(a, 4, createCircle, four, quest)
    expect(act(b, 5, quitCircle, 1)).toEqual(['B < AnsCircleLeave 5'])
    expect(act(b, 6, setReady, notReady)).toEqual(['B < AnsCircleMatchOptionSet 6'])
  })

  test('a leader who goes home hands over city and party (game.md 8)', () => {
    const { goes, a } = hunting()
    expect(goes(a)).toEqual([
      'B C D < NtcLayerHost 0',
      'B C D < NtcLayerOut 0',
      'B < NtcCircleLeave 0',
      'B < NtcCircleHost 0',
      'A B C D < NtcCircleListLayerChange 0',
    ])
  })

  test('going up leaves the quest first', () => {
    const { act, b } = hunting()
    expect(act(b, 7, goUp)).toEqual([
      'A C D < NtcLayerOut 0',
      'A < NtcCircleLeave 0',
      'A B C D < NtcCircleListLayerChange 0',
      'B < AnsLayerUp 7',
    ])
    expect([b.circle, b.readiness]).toEqual([undefined, 'joined'])
  })

  test('a place that was freed is taken by the next one, and the others keep theirs', () => {
    const { act, b, c, d } = party()
    act(c, 1, joinCircle, 1, open)
    act(b, 2, quitCircle, 1)
    act(d, 3, joinCircle, 1, open)
    expect([d, c].map((player) => player.circle?.members.placeOf(player))).toEqual([1, 2])
  })
})

describe('talk inside a party', () => {
  test('binaries and chat reach members of the named circle alone', () => {
    const { act, a, b, c, d } = party()
    const data = ascii('data')
    act(c, 1, createCircle, four, quest)
    expect(act(a, 22, relayCircleBinary, 1, data)).toEqual(['B < NtcCircleBinary 22'])
    expect(act(a, 22, relayCircleBinary, 2, data)).toEqual([])
    expect(act(d, 22, relayCircleBinary, 1, data)).toEqual([])
    expect(act(a, 23, relayCircleBinaryTo, 1, idOf('Bob'), data)).toEqual(['B < NtcCircleBinary2 23'])
    expect(act(a, 23, relayCircleBinaryTo, 1, idOf('Carol'), data)).toEqual([])
    expect(act(b, 25, chatInCircle, MessageInfo.of({}), data)).toEqual(['A < NtcCircleChat 25'])
    expect(act(d, 25, chatInCircle, MessageInfo.of({}), data)).toEqual([])
  })
})

test('texts over what a client keeps are cut, and the board stays readable', () => {
  const { act, world, a, b, c } = city()
  /** As they come from the wire, where nothing bounds them. */
  const info = (length: number) =>
    new Items(CircleInfo, [
      { id: CircleInfo.fields.password.id, tag: 5, value: new Uint8Array(length).fill(0x41) },
      { id: CircleInfo.fields.remarks.id, tag: 5, value: new Uint8Array(length).fill(0x42) },
      { id: CircleInfo.fields.capacity.id, tag: 3, value: 4 },
    ])
  act(a, 1, createCircle, info(9000), quest)
  act(b, 2, joinCircle, 1, info(9000))
  act(a, 3, changeCircle, 1, info(8000), quest)
  expect(a.circle).toMatchObject({ password: { length: 63 }, remarks: { length: 511 } })
  for (const [number, who] of [a, b, c].entries()) {
    if (who !== a) act(who, 4, quitCircle, 1)
    if (who !== a) act(who, 5, createCircle, info(9000), quest)
    expect(world.servers.get(1)?.gates[0]?.cities[0]?.circles[number]?.leader).toBe(who)
  }
  const [list] = play(world, a, 6, listCircles).notices
  expect(list && encodeFrame(list.packet, 6, list.body).length).toBeLessThan(largestClientFrame)
})
