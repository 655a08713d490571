import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from './hash.ts'
import { sha256AtOnce } from './hash-at-once.ts'

test('is the web’s own, for texts of any length', async () => {
  for (let length = 0; length < 200; length++) {
    const text = 'レx'.repeat(length).slice(0, length)
    expect(sha256AtOnce(text)).toBe(await sha256(text))
  }
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
      expect(sha256AtOnce(text)).toBe(await sha256(text))
    }),
  )
})
