import fc from 'fast-check'
import { expect, test } from 'vitest'
import { grantedLease, isTrusted, renewedLease } from './lease.ts'

const leaseMs = fc.integer({ min: 3000, max: 600_000 })
const moment = fc.integer({ min: 0, max: 10_000_000 })

test('a lease is trusted from the moment the call was sent, and given up before central gives it up', () => {
  const lease = grantedLease(1000, 60_000)
  expect(isTrusted(lease, 1000)).toBe(true)
  expect(isTrusted(lease, 55_999)).toBe(true)
  expect(isTrusted(lease, 56_000)).toBe(false)
})

test('whatever the order of the answers, it lasts as long as the latest renewal, and never longer', () => {
  fc.assert(
    fc.property(leaseMs, fc.array(moment, { minLength: 1, maxLength: 20 }), (ms, sentAt) => {
      const [first = 0, ...later] = sentAt
      const lease = later.reduce((held, at) => renewedLease(held, at, ms), grantedLease(first, ms))
      expect(lease).toEqual(grantedLease(Math.max(...sentAt), ms))
      expect(lease.trustedUntil).toBeLessThan(Math.max(...sentAt) + ms)
    }),
  )
})
