import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** The platform's timers and `performance.now` are two clocks, moved apart here as they drift in a busy loop. */
function twoClocks() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let now = 0.7
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  return (timers: number, clock: number) => {
    now = clock
    vi.advanceTimersByTime(timers)
  }
}

test('nothing runs before its time has come by the same clock, though a timer of the platform may', () => {
  const pass = twoClocks()
  const ran: number[] = []
  systemClock.after(40_000, () => ran.push(systemClock.now()))
  pass(40_000, 40_000.4)
  expect(ran).toEqual([])
  pass(1, 40_001.4)
  expect(ran).toEqual([40_001.4])
  pass(100_000, 200_000)
  expect(ran).toEqual([40_001.4])
})

test('what was called off does not run, not even after it was too early once', () => {
  const pass = twoClocks()
  const ran: number[] = []
  const callOff = systemClock.after(40, () => ran.push(systemClock.now()))
  pass(40, 40)
  callOff()
  pass(100, 200)
  expect(ran).toEqual([])
})
