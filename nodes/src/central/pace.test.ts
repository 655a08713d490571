import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backOffMs, dueAt } from './pace.ts'

test('news after a quiet time goes out at once, the next waits for its window', () => {
  const pace = { sentAt: 5000, spokeAt: 1000, nextSyncMs: 0, notBefore: 0 }
  expect(dueAt(pace, true)).toBeLessThan(5000)
  expect(dueAt({ ...pace, spokeAt: 5000 }, true)).toBe(5100)
})

test('where central does not hold, it says when to come, and news comes somewhat sooner', () => {
  const pace = { sentAt: 1000, spokeAt: 0, nextSyncMs: 15_000, notBefore: 0 }
  expect(dueAt(pace, false)).toBe(16_000)
  expect(dueAt(pace, true)).toBe(6000)
})

test('a back-off delays everything', () => {
  const pace = { sentAt: 1000, spokeAt: 1000, nextSyncMs: 0, notBefore: 9000 }
  expect([dueAt(pace, true), dueAt(pace, false)]).toEqual([9000, 9000])
})

test('back-offs grow to ten seconds, and are never zero', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, chance) => {
        expect(backOffMs(failures, chance)).toBeGreaterThanOrEqual(250)
        expect(backOffMs(failures, chance)).toBeLessThanOrEqual(10_000)
      },
    ),
  )
  expect(backOffMs(1, 0)).toBe(250)
  expect(backOffMs(9, 0)).toBe(5000)
})
