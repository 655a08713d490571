import { getHealth } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import type { Call } from './client.ts'
import { inTurn } from './in-turn.ts'
import { CentralUnreachable } from './link.ts'
import { manualClock } from './testing/manual-clock.ts'

test('no more than allowed are under way, and everybody has his turn in order, also after a failure', async () => {
  const ends: PromiseWithResolvers<void>[] = []
  const call = (() => {
    const end = Promise.withResolvers<void>()
    ends.push(end)
    return end.promise
  }) as unknown as Call
  const paced = inTurn(call, { clock: manualClock(), atOnce: 2, longestWaitMs: 1000 })
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

test('nobody waits for ever behind a central that answers nobody, and his place is not lost to the others', async () => {
  const clock = manualClock()
  const ends: PromiseWithResolvers<void>[] = []
  const call = (() => {
    const end = Promise.withResolvers<void>()
    ends.push(end)
    return end.promise
  }) as unknown as Call
  const paced = inTurn(call, { clock, atOnce: 1, longestWaitMs: 1000 })
  const first = paced(getHealth, {})
  const early = paced(getHealth, {})
  clock.advance(600)
  const late = paced(getHealth, {})
  clock.advance(600)
  await expect(early).rejects.toBeInstanceOf(CentralUnreachable)
  ends[0]?.resolve()
  await first
  expect(ends).toHaveLength(2)
  ends[1]?.resolve()
  await late
})
