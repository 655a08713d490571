import { expect, test } from 'vitest'
import { leastLoaded } from './least-loaded.ts'

const seat = (name: string, load: number, over: { node?: null; isEnding?: boolean } = {}) => ({
  ...{ name, load, node: {}, isEnding: false },
  ...over,
})
const chosen = (...seats: ReturnType<typeof seat>[]) => leastLoaded(seats, ({ load }) => load)?.name

test('the one with the least to do, the first of equals', () => {
  expect(chosen(seat('a', 3), seat('b', 1), seat('c', 2))).toBe('b')
  expect(chosen(seat('a', 1), seat('b', 1))).toBe('a')
})

test('nobody where nobody serves, and never a place that is empty', () => {
  expect(chosen()).toBeUndefined()
  expect(chosen(seat('gone', 0, { node: null }))).toBeUndefined()
  expect(chosen(seat('gone', 0, { node: null }), seat('b', 9))).toBe('b')
})

test('one that is being emptied gets nobody new, unless all are', () => {
  expect(chosen(seat('leaving', 0, { isEnding: true }), seat('b', 9))).toBe('b')
  expect(chosen(seat('leaving', 2, { isEnding: true }), seat('too', 1, { isEnding: true }))).toBe('too')
})
