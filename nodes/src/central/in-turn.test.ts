import { getHealth } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import type { Call } from './client.ts'
import { inTurn } from './in-turn.ts'

test('no more than allowed are under way, and everybody has his turn in order, also after a failure', async () => {
  const ends: PromiseWithResolvers<void>[] = []
  const call = (() => {
    const end = Promise.withResolvers<void>()
    ends.push(end)
    return end.promise
  }) as unknown as Call
  const paced = inTurn(call, 2)
  const done: number[] = []
  const asked = [0, 1, 2, 3].map((number) =>
    paced(getHealth, {}).then(
      () => done.push(number),
      () => done.push(-number),
    ),
  )
  expect(ends).toHaveLength(2)
  ends[1]?.reject(new Error('refused'))
  await asked[1]
  await Promise.resolve()
  expect(ends).toHaveLength(3)
  for (const number of [0, 2, 3]) {
    ends[number]?.resolve()
    await asked[number]
    await Promise.resolve()
  }
  expect(done).toEqual([-1, 0, 2, 3])
})
