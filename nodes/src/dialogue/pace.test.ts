import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

const taken = (pace: Pace, now: number, tries: number): number => {
  let count = 0
  for (let i = 0; i < tries; i++) if (pace.take(now)) count += 1
  return count
}

test('a burst at once, then so many a second, and never more than a burst', () => {
  const pace = new Pace(0, { perSecond: 10, burst: 5 })
  expect(taken(pace, 0, 9)).toBe(5)
  expect(taken(pace, 99, 9)).toBe(0)
  expect(taken(pace, 300, 9)).toBe(3)
  expect(taken(pace, 99_000, 9)).toBe(5)
})
