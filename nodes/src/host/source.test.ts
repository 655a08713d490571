import { expect, test } from 'vitest'
import { sourceOf } from './source.ts'

test.each([
  ['203.0.113.7', '203.0.113.250'],
  ['203.0.113.7', '::ffff:203.0.113.9'],
  ['2001:db8:1:2::1', '2001:0DB8:0001:ffff:1:2:3:4'],
  ['2001:db8::1', '2001:db8:0:9::'],
])('%s and %s are one place', (one, other) => {
  expect(sourceOf(one)).toMatch(/^[0-9a-f]{32}$/)
  expect(sourceOf(other)).toBe(sourceOf(one))
})

test.each([
  ['203.0.113.7', '203.0.114.7'],
  ['2001:db8:1::1', '2001:db8:2::1'],
])('%s and %s are two', (one, other) => {
  expect(sourceOf(other)).not.toBe(sourceOf(one))
})

test.each([
  '127.0.0.1',
  '::1',
  '::ffff:192.168.1.4',
  '10.1.2.3',
  '172.31.0.1',
  '100.64.0.9',
  'fe80::1%eth0',
  'fd00::5',
  undefined,
])('%s is the node’s own', (address) => {
  expect(sourceOf(address)).toBeNull()
})

test('who comes from the public address of the machine itself is its host’s business', () => {
  expect(sourceOf('203.0.113.7', '203.0.113.7')).toBeNull()
  expect(sourceOf('::ffff:203.0.113.7', '203.0.113.7')).toBeNull()
  expect(sourceOf('203.0.113.7', '203.0.113.8')).not.toBeNull()
})

test('the address cannot be read from it', () => {
  expect(sourceOf('203.0.113.7')).not.toContain('203')
})
