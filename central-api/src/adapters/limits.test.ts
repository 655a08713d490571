import { expect, test } from 'vitest'
import { isOwnMachine, limitedAddress, memoryLimits } from './limits.ts'

test('each kind and key has a count of its own', async () => {
  const limits = memoryLimits({ public: 2, node: 1, 'wrong-key': 0 })
  expect(await limits.take('public', 'a')).toBeNull()
  expect(await limits.blocked('public', 'a')).toBeNull()
  expect(await limits.take('public', 'a')).toBeNull()
  expect(await limits.blocked('public', 'a')).toBeGreaterThan(0)
  expect(await limits.take('public', 'a')).toBeGreaterThan(0)
  expect(await limits.take('public', 'b')).toBeNull()
  expect(await limits.take('node', 'a')).toBeNull()
  for (let i = 0; i < 5; i++) expect(await limits.take('wrong-key', 'a')).toBeNull()
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  [undefined, null],
])('%s is counted as %s', (address, counted) => {
  expect(limitedAddress(address)).toBe(counted)
})

test('this machine is told from others', () => {
  expect(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'].filter(isOwnMachine)).toHaveLength(4)
  expect(['128.0.0.1', '2001:db8::1', '::ffff:192.0.2.7', undefined].filter(isOwnMachine)).toHaveLength(0)
})
