import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascii, fromHex, hex } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { decodeExtendedList, type ExtendedEntry, encodeExtendedList } from './extended-list.ts'

test('a byte under key 1, as the example frames carry it', () => {
  const list = decodeExtendedList(fromHex('000401010107'))
  expect(list).toEqual({ size: 4, entries: [{ key: 1, type: 'u8', value: 7 }] })
  expect(hex(encodeExtendedList({ entries: list.entries }))).toBe('000401010107')
})

test('a position: three floats and three longs', () => {
  const entries: ExtendedEntry[] = [
    { key: 1, type: 'float32', value: 1.5 },
    { key: 2, type: 'float32', value: -2 },
    { key: 3, type: 'float32', value: 0 },
    { key: 4, type: 'u32', value: 0xffffffff },
    { key: 5, type: 'u32', value: 1 },
    { key: 6, type: 'u32', value: 2 },
  ]
  const bytes = encodeExtendedList({ entries })
  expect(hex(bytes)).toBe(
    [
      '002506',
      '01053fc00000',
      '0205c0000000',
      '030500000000',
      '0403ffffffff',
      '050300000001',
      '060300000002',
    ].join(''),
  )
  expect(decodeExtendedList(bytes).entries).toEqual(entries)
})

test('every type comes back', () => {
  const entries: ExtendedEntry[] = [
    { key: 1, type: 'u16', value: 0xfffe },
    { key: 2, type: 'u64', value: 0xfffffffffffffffen },
    { key: 3, type: 'float64', value: 0.1 },
    { key: 4, type: 'int32', value: -5 },
    { key: 5, type: 'string', value: ascii('hunter') },
    { key: 6, type: 'binary', value: fromHex('00ff') },
  ]
  const list = { entries, trailing: fromHex('01') }
  expect(decodeExtendedList(encodeExtendedList(list))).toMatchObject(list)
})

test('any bytes are understood or refused with a ProtocolError', () => {
  const start = fc.constantFrom('000401', '0000ff', 'ffff03', '')
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 60 }), (head, tail) => {
      const bytes = fromHex(head + hex(tail))
      try {
        const list = decodeExtendedList(bytes)
        const nan = list.entries.some(({ value }) => Number.isNaN(value))
        if (!nan) expect(encodeExtendedList(list)).toEqual(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError)
      }
    }),
    { numRuns: 500 },
  )
})
