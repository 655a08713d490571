import { expect, test } from 'vitest'
import type { DrainOrder } from '../central/draining.ts'
import { manualClock } from '../central/testing/manual-clock.ts'
import { silentLog } from '../log.ts'
import { followDrainOrders } from './drain-orders.ts'
import { Hall } from './testing/hall.ts'

function following() {
  const hall = new Hall()
  const clock = manualClock()
  let tell: (order: DrainOrder | null) => void = () => {}
  const link = {
    onDrainOrder: (listener: typeof tell) => {
      tell = listener
    },
  }
  const end = followDrainOrders(link, hall, { drainMs: 10_000, clock, log: silentLog })
  return { hall, clock, end, order: (order: DrainOrder | null) => tell(order) }
}

const aMoment = async () => new Promise((resolve) => setImmediate(resolve))

test('another time for quests changes the drain that runs: nobody hears that he may stay', async () => {
  const { hall, clock, order } = following()
  hall.put('ANNA01', true)
  order({ questMs: 3_600_000 })
  hall.takeHeard()
  order({ questMs: 300_000 })
  expect(hall.takeHeard()).toEqual([
    'ANNA01: This server closes. You may finish your quest, within 5 minutes.',
  ])
  clock.advance(301_000)
  expect(hall.takeHeard().at(-1)).toBe('ANNA01 left')
})

test('who was on his way when the node was empty already is told and leaves as well, until it is taken back', async () => {
  const { hall, clock, order } = following()
  order({ questMs: 3_600_000 })
  await aMoment()
  clock.advance(5000)
  hall.put('ANNA01')
  clock.advance(1000)
  await aMoment()
  expect(hall.takeHeard()).toEqual([
    'ANNA01: This server closes for you in 10 seconds. Please log in again then.',
  ])
  clock.advance(11_000)
  await aMoment()
  expect(hall.takeHeard().at(-1)).toBe('ANNA01 left')
  order(null)
  hall.put('BERT02')
  clock.advance(60_000)
  await aMoment()
  expect(hall.takeHeard()).toEqual([])
})

test('ended with its host, it does nothing more', async () => {
  const { hall, clock, order, end } = following()
  order({ questMs: 3_600_000 })
  await aMoment()
  end()
  hall.put('ANNA01')
  clock.advance(60_000)
  await aMoment()
  expect(hall.takeHeard()).toEqual([])
})
