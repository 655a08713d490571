import { expect, test } from 'vitest'
import { manualClock } from '../central/testing/manual-clock.ts'
import { type DrainTimes, drainCrowd } from './drain.ts'
import { Hall } from './testing/hall.ts'

const aMoment = async () => new Promise((resolve) => setImmediate(resolve))

function draining(hall: Hall, times: DrainTimes) {
  const clock = manualClock()
  const drain = drainCrowd(hall, times, clock)
  const state = { done: undefined as boolean | undefined }
  void drain.done.then((empty) => {
    state.done = empty
  })
  return { clock, drain, state }
}

test('nobody is waited for where nobody is', async () => {
  const { state } = draining(new Hall(), { drainMs: 10_000, questMs: 30_000 })
  await aMoment()
  expect(state.done).toBe(true)
})

test('players hear a count-down and leave with a message when it is over', async () => {
  const hall = new Hall()
  hall.put('ANNA01')
  const { clock, state } = draining(hall, { drainMs: 10_000, questMs: 30_000 })
  expect(hall.takeHeard()).toEqual([
    'ANNA01: This server closes for you in 10 seconds. Please log in again then.',
  ])
  clock.advance(4000)
  expect(hall.takeHeard()).toEqual([])
  clock.advance(1000)
  expect(hall.takeHeard()).toEqual([
    'ANNA01: This server closes for you in 5 seconds. Please log in again then.',
  ])
  clock.advance(4500)
  expect(hall.present.size).toBe(1)
  clock.advance(1000)
  expect(hall.takeHeard()).toEqual(['ANNA01 left'])
  await aMoment()
  expect(state.done).toBe(true)
})

test('who leaves by himself is not waited for', async () => {
  const hall = new Hall()
  hall.put('ANNA01')
  const { clock, state } = draining(hall, { drainMs: 60_000, questMs: 60_000 })
  hall.present.clear()
  clock.advance(500)
  await aMoment()
  expect(state.done).toBe(true)
})

test('a quest is finished, and then the count-down begins for those who were in it', async () => {
  const hall = new Hall()
  hall.put('ANNA01', true)
  hall.put('BERT02')
  const { clock, state } = draining(hall, { drainMs: 10_000, questMs: 3_600_000 })
  expect(hall.takeHeard()[0]).toBe(
    'ANNA01: This server closes. You may finish your quest, within 60 minutes.',
  )
  clock.advance(11_000)
  expect([...hall.present.keys()]).toEqual(['ANNA01'])
  clock.advance(20 * 60_000)
  expect([...hall.present.keys()]).toEqual(['ANNA01'])
  hall.takeHeard()
  hall.put('ANNA01', false)
  clock.advance(500)
  expect(hall.takeHeard()).toEqual([
    'ANNA01: This server closes for you in 10 seconds. Please log in again then.',
  ])
  clock.advance(8000)
  expect(state.done).toBeUndefined()
  expect([...hall.present.keys()]).toEqual(['ANNA01'])
  clock.advance(3000)
  await aMoment()
  expect([hall.present.size, state.done]).toEqual([0, true])
})

test('a quest that goes on too long is ended all the same', async () => {
  const hall = new Hall()
  hall.put('ANNA01', true)
  const { clock, state } = draining(hall, { drainMs: 10_000, questMs: 30_000 })
  clock.advance(29_000)
  expect(hall.present.size).toBe(1)
  clock.advance(1500)
  await aMoment()
  expect([hall.present.size, state.done]).toEqual([0, true])
})

test('called off, it tells players that they may stay, and leaves them alone', async () => {
  const hall = new Hall()
  hall.put('ANNA01')
  const { clock, drain, state } = draining(hall, { drainMs: 10_000, questMs: 30_000 })
  hall.takeHeard()
  drain.callOff()
  await aMoment()
  expect(hall.takeHeard()).toEqual(['ANNA01: This server stays open after all.'])
  expect(state.done).toBe(false)
  clock.advance(60_000)
  expect(hall.takeHeard()).toEqual([])
  expect(hall.present.size).toBe(1)
})

test('with another time for quests it goes on: who is in a quest is told anew, and nobody gets longer to pack', async () => {
  const hall = new Hall()
  hall.put('ANNA01', true)
  hall.put('BERT02')
  const { clock, drain, state } = draining(hall, { drainMs: 10_000, questMs: 3_600_000 })
  clock.advance(6000)
  hall.takeHeard()
  drain.allow(300_000)
  expect(hall.takeHeard()).toEqual([
    'ANNA01: This server closes. You may finish your quest, within 5 minutes.',
  ])
  clock.advance(4500)
  expect([...hall.present.keys()]).toEqual(['ANNA01'])
  // Counted from the order, not from the beginning.
  clock.advance(290_000)
  expect(hall.present.size).toBe(1)
  hall.takeHeard()
  drain.allow(1_800_000)
  expect(hall.takeHeard()).toEqual([
    'ANNA01: This server closes. You may finish your quest, within 30 minutes.',
  ])
  clock.advance(1_790_000)
  expect(hall.present.size).toBe(1)
  clock.advance(20_000)
  await aMoment()
  expect([hall.present.size, state.done]).toEqual([0, true])
})
