import { Problem } from '@citygate/schema/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor, type Place } from './search-cursor.ts'

const text = fc.string({ unit: 'binary', maxLength: 31 }).filter((s) => s.isWellFormed())
const place: fc.Arbitrary<Place> = fc.record({
  key: text,
  capcomId: fc.stringMatching(/^[0-9A-Z]{6}$/),
  at: fc
    .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((d) => d.toISOString()),
})
const query = fc.array(fc.oneof(text, fc.integer(), fc.constant(null)), { maxLength: 12 })

const refusal = expect.objectContaining({
  code: 'bad_request',
  errors: [expect.objectContaining({ in: 'query', field: 'cursor' })],
})

describe('the cursor of a search', () => {
  it('says what it was told, in characters that need no escape in an address', async () => {
    await fc.assert(
      fc.asyncProperty(query, place, async (filters, at) => {
        const cursor = await encodeCursor(filters, at)
        expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,1024}$/)
        expect(await decodeCursor(filters, cursor)).toEqual(at)
      }),
    )
  })

  it('is refused for another query', async () => {
    await fc.assert(
      fc.asyncProperty(query, query, place, async (filters, others, at) => {
        fc.pre(JSON.stringify(filters) !== JSON.stringify(others))
        await expect(decodeCursor(others, await encodeCursor(filters, at))).rejects.toEqual(refusal)
      }),
    )
  })

  it('is refused when one character is another', async () => {
    await fc.assert(
      fc.asyncProperty(query, place, fc.nat(), fc.constantFrom(...'Aa0_-z=.%'), async (filters, at, n, c) => {
        const cursor = await encodeCursor(filters, at)
        const index = n % cursor.length
        fc.pre(cursor[index] !== c)
        const changed = cursor.slice(0, index) + c + cursor.slice(index + 1)
        await expect(decodeCursor(filters, changed)).rejects.toEqual(refusal)
      }),
    )
  })

  it('refuses garbage as a problem, never as another error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.base64String()), async (garbage) => {
        await expect(decodeCursor([], garbage)).rejects.toBeInstanceOf(Problem)
      }),
    )
  })
})
