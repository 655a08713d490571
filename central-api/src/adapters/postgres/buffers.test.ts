import { expect, test } from 'vitest'
import { buffersFor } from './buffers.ts'

const gib = 2 ** 30

test('the cache of the embedded database is small where nothing is known, and a sixty-fourth of a machine', () => {
  expect(buffersFor()).toBe('24MB')
  expect(buffersFor(1 * gib)).toBe('24MB')
  expect(buffersFor(8 * gib)).toBe('128MB')
  expect(buffersFor(64 * gib)).toBe('256MB')
})
