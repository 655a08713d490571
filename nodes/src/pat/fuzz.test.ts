import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attacks, withstand } from './testing/fuzz.ts'

test('2,000 spoilt streams do no harm, whole or in pieces; `npm run fuzz` tries longer', () => {
  let frames = 0
  let refused = 0
  fc.assert(
    fc.property(attacks, (attack) => {
      const outcome = withstand(attack)
      frames += outcome.frames
      refused += outcome.refused ? 1 : 0
    }),
    { numRuns: 2000 },
  )
  expect(frames).toBeGreaterThan(500)
  expect(refused).toBeGreaterThan(100)
})
