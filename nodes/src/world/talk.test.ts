import { describe, expect, test } from 'vitest'
import { ascii, encodeFrame, headerSize, hex, MessageInfo } from '../pat/index.ts'
import {
  chat,
  createCity,
  freeSeat,
  goUp,
  listSeats,
  play,
  relayBinary,
  relayBinaryTo,
  relayPosition,
  showSettings,
  takeSeat,
  tell,
  tellInLayer,
  writeSettings,
} from './index.ts'
import { idOf, stage } from './testing/stage.ts'

const info = MessageInfo.of({ textColor: 0x11223344, senderId: ascii('FAKED'), senderName: ascii('Faker') })
const text = ascii('hi')
const payloadOf = (step: ReturnType<typeof play>, at = 0): string => {
  const notice = step.notices[at]
  if (!notice) return ''
  return hex(encodeFrame(notice.packet, notice.sequence, notice.body).subarray(headerSize))
}

describe('chat', () => {
  test('reaches the others of the same list, under the true sender (trace 8)', () => {
    const { act, inCity, inGate, world } = stage()
    const [a] = inCity('Alice', 'Bob')
    inGate('George')
    if (!a) throw new Error()
    expect(act(a, 7, chat, 1, info, text)).toEqual(['B < NtcLayerChat 7'])
    expect(payloadOf(play(world, a, 7, chat, 1, info, text))).toBe(
      `01030103ffffffff03050006${hex(a.id)}04050005${hex(a.name)}00026869`,
    )
  })

  test('has the colour of the server level there', () => {
    const { arrives, world } = stage()
    const a = arrives('Alice')
    arrives('Bob')
    expect(payloadOf(play(world, a, 7, chat, 1, info, text))).toContain('0103bb3385ff')
  })

  test('a tell inside a layer is shown to the sender too', () => {
    const { act, inGate, arrives } = stage()
    const [a] = inGate('Alice', 'Bob')
    const c = arrives('Carol')
    if (!a) throw new Error()
    expect(act(a, 5, tellInLayer, ascii(idOf('Bob')), idOf('Bob'), info, text)).toEqual([
      'A < AnsLayerTell 5',
      'A < NtcLayerTell 5',
      'B < NtcLayerTell 5',
    ])
    expect(act(a, 5, tellInLayer, c.id, idOf('Carol'), info, text)).toEqual([
      'A < AnsLayerTell 5',
      'A < NtcLayerTell 5',
    ])
  })

  test('a tell finds its hunter anywhere, and only by the exact id (gap 8)', () => {
    const { act, inGate, arrives } = stage()
    const a = arrives('Alice')
    inGate('Bob')
    expect(act(a, 5, tell, idOf('Bob'), info, text)).toEqual(['A < AnsTell 5', 'B < NtcTell 5'])
    expect(act(a, 5, tell, 'BBB', info, text)).toEqual(['A < AnsTell 5'])
    expect(act(a, 5, tell, '', info, text)).toEqual(['A < AnsTell 5'])
  })

  test('who is blocked is not heard, and not told so (gap 7)', () => {
    const { act, inGate } = stage()
    const [a, b] = inGate('Alice', 'Bob')
    if (!a || !b) throw new Error()
    b.blocked = new Set([a.capcomId])
    expect(act(a, 5, tell, idOf('Bob'), info, text)).toEqual(['A < AnsTell 5'])
    expect(act(a, 5, tellInLayer, b.id, b.capcomId, info, text)).toEqual([
      'A < AnsLayerTell 5',
      'A < NtcLayerTell 5',
    ])
    expect(act(b, 5, tell, idOf('Alice'), info, text)).toEqual(['B < AnsTell 5', 'A < NtcTell 5'])
  })
})

describe('relays', () => {
  test('go to the list where the sender stands, and nobody can send for another', () => {
    const { act, inCity, inGate, world } = stage()
    const [a, b] = inCity('Alice', 'Bob')
    const [g] = inGate('George')
    if (!a || !b || !g) throw new Error()
    expect(act(a, 21, relayPosition, text)).toEqual(['B < NtcLayerUserPosition 21'])
    expect(act(g, 21, relayPosition, text)).toEqual([])
    expect(act(a, 22, relayBinary, text)).toEqual(['B < NtcLayerBinary 22'])
    expect(payloadOf(play(world, a, 22, relayBinary, text))).toBe(
      `0006${hex(a.id)}0301031234567802050006${hex(a.id)}03050005${hex(a.name)}6869`,
    )
    expect(act(b, 23, relayBinaryTo, a.capcomId, text)).toEqual(['A < NtcLayerBinary2 23'])
    expect(payloadOf(play(world, b, 23, relayBinaryTo, a.capcomId, text))).toBe(
      `0006${hex(b.id)}0202050006${hex(b.id)}03050003${hex(b.name)}6869`,
    )
    expect(act(b, 23, relayBinaryTo, g.capcomId, text)).toEqual([])
    expect(act(g, 23, relayBinaryTo, a.capcomId, text)).toEqual([])
  })

  test('settings stay at 256 bytes, whatever is written or asked for (gap 32)', () => {
    const { inGate, world } = stage()
    const [a] = inGate('Alice', 'Bob')
    if (!a) throw new Error()
    play(world, a, 1, writeSettings, 254, ascii('abcd'))
    play(world, a, 1, writeSettings, 0xffffffff, ascii('abcd'))
    expect([a.settings.length, hex(a.settings.subarray(252))]).toEqual([256, '00006162'])
    expect(payloadOf(play(world, a, 1, showSettings, 1, 255, 0xffffffff))).toBe(
      `010006${hex(a.id)}000000ff000162`,
    )
    expect(payloadOf(play(world, a, 1, showSettings, 1, 9999, 1))).toBe(`010006${hex(a.id)}0000270f0000`)
  })
})

describe('seats', () => {
  test('have owners, whom everybody hears of (gap 31)', () => {
    const { act, goes, inCity, world } = stage()
    const [a, b] = inCity('Alice', 'Bob', 'Carol')
    if (!a || !b) throw new Error()
    expect(act(a, 3, takeSeat, 2)).toEqual(['B C < NtcLayerMediationLock 3', 'A < AnsLayerMediationLock 3'])
    expect(act(a, 4, takeSeat, 2)).toEqual(['A < AnsLayerMediationLock 4'])
    expect(act(b, 5, takeSeat, 2)).toEqual(['refused: seat_taken'])
    expect(act(b, 5, takeSeat, 15)).toEqual(['refused: no_such_place'])
    expect(payloadOf(play(world, b, 6, listSeats))).toContain(`0301050006${hex(a.id)}020102030101`)
    expect(act(b, 7, freeSeat, 2)).toEqual(['B < AnsLayerMediationUnlock 7'])
    expect(act(a, 8, freeSeat, 2)).toEqual([
      'B C < NtcLayerMediationUnlock 8',
      'A < AnsLayerMediationUnlock 8',
    ])
    act(b, 9, takeSeat, 13)
    expect(act(b, 10, goUp)).toEqual([
      'A C < NtcLayerMediationUnlock 0',
      'A C < NtcLayerOut 0',
      'B < AnsLayerUp 10',
    ])
    act(a, 11, takeSeat, 1)
    expect(goes(a)).toContain('C < NtcLayerMediationUnlock 0')
  })

  test('are listed free, fourteen of them, byte for byte', () => {
    const { inCity, world } = stage()
    const [a] = inCity('Alice')
    if (!a) throw new Error()
    const payload = payloadOf(play(world, a, 21, listSeats))
    expect(payload.slice(0, 34)).toBe('000e030105000454657374020101030100')
    expect(payload).toHaveLength(2 * (2 + 14 * 15))
  })
})

test('a new city starts without seats and quests of the old one', () => {
  const { act, inCity, world } = stage()
  const [a] = inCity('Alice')
  if (!a) throw new Error()
  act(a, 1, takeSeat, 1)
  act(a, 2, goUp)
  act(a, 3, createCity, 1, [])
  expect(world.servers.get(1)?.gates[0]?.cities[0]?.seats.size).toBe(0)
})
