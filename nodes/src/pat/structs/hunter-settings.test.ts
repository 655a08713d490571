import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascii, latin1 } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import {
  equipmentClasses,
  HunterSettings,
  hunterRankOf,
  noHunterSettings,
  overwriteHunterSettings,
  profileText,
  weaponTypeOf,
} from './hunter-settings.ts'

test('fields lie where structs.json says', () => {
  const bytes = new Uint8Array(256)
  bytes.set([0, 44], 0)
  bytes[5] = equipmentClasses.lance
  bytes.set([7, 0, 0x01, 0x02], 0x10)
  bytes.set([5, 0, 0x03, 0x04], 0x34)
  bytes.set([6, 3, 0x05, 0x06], 0x70)
  bytes.set(ascii('Well met\0old'), 0x9c)
  bytes.set([11, 12, 0, 1, 2, 3, 4], 0xf2)
  const settings = HunterSettings.decode(bytes)
  expect(settings).toMatchObject({
    hunterRank: 44,
    weaponType: 10,
    weapon1: { equipmentClass: 7, equipmentId: 0x0102 },
    helmet: { equipmentClass: 5, equipmentId: 0x0304 },
    talisman: { equipmentClass: 6, slots: 3, equipmentId: 0x0506 },
    profileTitle: 11,
    profileStatus: 12,
    cityHrLimit: 1,
    cityGoal: 2,
    citySeeking: 3,
    serverType: 4,
  })
  expect(latin1(profileText(bytes))).toBe('Well met')
  expect([hunterRankOf(bytes), weaponTypeOf(bytes)]).toEqual([44, 10])
})

test('any 256 bytes decode and encode to the same, other lengths are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 256, maxLength: 256 }), (bytes) => {
      expect(HunterSettings.encode(HunterSettings.decode(bytes))).toEqual(bytes)
    }),
  )
  for (const length of [0, 255, 257])
    expect(() => HunterSettings.decode(new Uint8Array(length))).toThrow(ProtocolError)
})

test('a piece is written where it belongs and cut at the end', () => {
  const piece = Uint8Array.of(1, 2, 3)
  expect(overwriteHunterSettings(noHunterSettings, 4, piece).subarray(3, 8)).toEqual(
    Uint8Array.of(0, 1, 2, 3, 0),
  )
  const last = overwriteHunterSettings(noHunterSettings, 254, piece)
  expect(last.length).toBe(256)
  expect(last.subarray(253)).toEqual(Uint8Array.of(0, 1, 2))
  expect(overwriteHunterSettings(noHunterSettings, 0xffffffff, piece)).toEqual(noHunterSettings)
  expect(noHunterSettings.every((byte) => byte === 0)).toBe(true)
  expect(hunterRankOf(new Uint8Array(0))).toBe(0)
})
