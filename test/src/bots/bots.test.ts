import { fromHex } from '@citygate/nodes/pat'
import { expect, test } from 'vitest'
import { position } from './position.ts'
import { between, oneOf, seeded } from './random.ts'
import { Turnstile } from './turnstile.ts'

test('the same seed gives the same row', () => {
  const [a, b, c] = [seeded(7), seeded(7), seeded(8)]
  const rows = [a, b, c].map((random) => Array.from({ length: 5 }, random))
  expect(rows[0]).toEqual(rows[1])
  expect(rows[0]).not.toEqual(rows[2])
})

test('numbers and choices stay within their bounds', () => {
  const random = seeded(1)
  const drawn = new Set(Array.from({ length: 200 }, () => between(random, 3, 5)))
  expect([...drawn].toSorted()).toEqual([3, 4, 5])
  expect(oneOf(() => 0.999_999, ['a', 'b'])).toBe('b')
})

test('no more than the width of the turnstile pass at once, and everybody passes', async () => {
  const turnstile = new Turnstile(3)
  let inside = 0
  let most = 0
  const passed = Array.from({ length: 10 }, (_, index) =>
    turnstile.pass(async () => {
      most = Math.max(most, ++inside)
      await Promise.resolve()
      inside -= 1
      if (index === 4) throw new Error('stumbled')
      return index
    }),
  )
  const results = await Promise.allSettled(passed)
  expect(most).toBe(3)
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(9)
})

test('a position is an extended list of three floats and three u32', () => {
  const list = '06 01053f800000 020500000000 0305bf800000 040300000000 050300000000 060300000000'
  expect(position(1, 0, -1)).toEqual(fromHex(`0025${list.replaceAll(' ', '')}`))
})
