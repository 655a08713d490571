import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex, hex } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { decodeLayerPath, encodeLayerPath } from './layer-path.ts'

test('a city: first word 3, then server, 1, gate, city (wire.md 8.4, extras.md 1.2)', () => {
  expect(hex(encodeLayerPath({ server: 1, gate: 2, city: 3 }))).toBe('0000000300000001000100020003')
  expect(hex(encodeLayerPath({ server: 1, gate: 0, city: 0 }))).toBe('0000000300000001000100000000')
})

test('0 to 3 words are taken, whatever the first word of the path says', () => {
  expect(decodeLayerPath(fromHex('0000000200000001000100020000'))).toEqual({ server: 1, gate: 2, city: 0 })
  expect(decodeLayerPath(fromHex('000000010000000700010002'))).toEqual({ server: 7, gate: 2, city: 0 })
  expect(decodeLayerPath(fromHex('00000001000000070001'))).toEqual({ server: 7, gate: 0, city: 0 })
  expect(decodeLayerPath(fromHex('0000000000000000'))).toEqual({ server: 0, gate: 0, city: 0 })
})

test('what is written reads the same, and other lengths are refused', () => {
  const number = fc.nat(0xffff)
  fc.assert(
    fc.property(fc.record({ server: fc.nat(0xffffffff), gate: number, city: number }), (place) => {
      expect(decodeLayerPath(encodeLayerPath(place))).toEqual(place)
    }),
  )
  for (const length of [0, 7, 9, 11, 13, 15, 16])
    expect(() => decodeLayerPath(new Uint8Array(length))).toThrow(ProtocolError)
})
