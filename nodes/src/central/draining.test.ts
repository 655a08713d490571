import { expect, test } from 'vitest'
import { silentLog } from '../log.ts'
import { createDraining, type DrainOrder } from './draining.ts'

test('an order is told once, anew when its time for quests is another one, and when it is taken back', () => {
  const draining = createDraining(silentLog, () => {})
  const heard: (DrainOrder | null)[] = []
  draining.onOrder((order) => heard.push(order))
  for (const seconds of [3600, 3600, 300, 300]) draining.ordered(true, seconds)
  draining.ordered(false, 3600)
  draining.ordered(false, 7)
  expect(heard).toEqual([{ questMs: 3_600_000 }, { questMs: 300_000 }, null])
})
