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
  it('says what it was told, in characters that need no escape in an address', () => {
    fc.assert(
      fc.property(query, place, (filters, at) => {
        const cursor = encodeCursor(filters, at)
        expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,1024}$/)
        expect(decodeCursor(filters, cursor)).toEqual(at)
      }),
    )
  })

  it('is refused for another query', () => {
    fc.assert(
      fc.property(query, query, place, (filters, others, at) => {
        fc.pre(JSON.stringify(filters) !== JSON.stringify(others))
        expect(() => decodeCursor(others, encodeCursor(filters, at))).toThrow(refusal)
      }),
    )
  })

  it('is refused when one character is another', () => {
    fc.assert(
      fc.property(query, place, fc.nat(), fc.constantFrom(...'Aa0_-z=.%'), (filters, at, n, c) => {
        const cursor = encodeCursor(filters, at)
        const index = n % cursor.length
        fc.pre(cursor[index] !== c)
        const changed = cursor.slice(0, index) + c + cursor.slice(index + 1)
        expect(() => decodeCursor(filters, changed)).toThrow(refusal)
      }),
    )
  })

  it('refuses garbage as a problem, never as another error', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.base64String()), (garbage) => {
        expect(() => decodeCursor([], garbage)).toThrow(Problem)
      }),
    )
  })
})
