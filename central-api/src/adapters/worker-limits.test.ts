import { expect, test } from 'vitest'
import { workerLimits } from './worker-limits.ts'

/** Counts as the platform does: by key, without end. */
function binding(most: number) {
  const counts = new Map<string, number>()
  return {
    async limit({ key }: { readonly key: string }) {
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      return { success: count <= most }
    },
  }
}

test('who was refused stays so for a minute, also where nothing is counted', async () => {
  let now = 0
  const limits = workerLimits(
    () => ({ LIMIT_WRONG_KEY: binding1 }),
    () => now,
  )
  const binding1 = binding(2)
  for (let time = 0; time < 2; time++) expect(await limits.take('wrong-key', 'a')).toBeNull()
  expect(await limits.blocked('wrong-key', 'a')).toBeNull()
  expect(await limits.take('wrong-key', 'a')).toBe(60)
  now = 20_000
  expect(await limits.blocked('wrong-key', 'a')).toBe(40)
  expect(await limits.blocked('wrong-key', 'b')).toBeNull()
  now = 60_000
  expect(await limits.blocked('wrong-key', 'a')).toBeNull()
})

test('a binding that is not there is no limit', async () => {
  const limits = workerLimits(() => ({}))
  for (let time = 0; time < 100; time++) expect(await limits.take('public', 'a')).toBeNull()
})

test('what it remembers has an end', async () => {
  const limits = workerLimits(() => ({ LIMIT_PUBLIC: binding(0) }))
  for (let n = 0; n <= 10_000; n++) await limits.take('public', String(n))
  expect(await limits.blocked('public', '0')).toBeNull()
  expect(await limits.blocked('public', '10000')).toBe(60)
})
