import { crc32 as ofNode } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32 } from './crc32.ts'

test('is the checksum that Node.js has, in one piece and in two', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
      const whole = Buffer.concat([first, second])
      expect(crc32(whole)).toBe(ofNode(whole))
      expect(crc32(second, crc32(first))).toBe(ofNode(whole))
    }),
  )
})
