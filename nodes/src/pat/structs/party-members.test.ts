import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascii, hex } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import { decodePartyMembers, encodePartyMembers, PartyMembers } from './party-members.ts'

const hunter = { capcomId: ascii('AB12CD'), hunterName: ascii('Hunter'), weaponType: 10 }

test('one member lies where structs.json says', () => {
  const bytes = encodePartyMembers([hunter])
  expect(bytes).toHaveLength(0x88)
  expect(hex(bytes.subarray(0, 16))).toBe('41423132434400000000000000000000')
  expect(hex(bytes.subarray(0x40, 0x50))).toBe('48756e74657200000000000000000000')
  expect(hex(bytes.subarray(0x80))).toBe('0a000000ff000000')
  expect(hex(bytes.subarray(0x10, 0x40))).toBe('00'.repeat(48))
})

test('free places stay free, and a long name shifts nothing', () => {
  const long = { ...hunter, hunterName: ascii('A name of twenty-nine letters') }
  const places = decodePartyMembers(encodePartyMembers([undefined, long, undefined, hunter]))
  expect(places).toEqual([undefined, { ...long, hunterName: ascii('A name of twent') }, undefined, hunter])
})

test('any 136 bytes decode and encode to the same; another size is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 136, maxLength: 136 }), (bytes) => {
      expect(PartyMembers.encode(PartyMembers.decode(bytes))).toEqual(bytes)
    }),
  )
  expect(() => decodePartyMembers(new Uint8Array(135))).toThrow(ProtocolError)
  expect(() => encodePartyMembers([hunter, hunter, hunter, hunter, hunter])).toThrow(RangeError)
})
