import type { Clock } from '../dialogue/ports.ts'

export const systemClock: Clock = {
  now: () => performance.now(),
  utcSeconds: () => Math.floor(Date.now() / 1000),
  after(ms, run) {
    const due = performance.now() + ms
    // Timers count from the beginning of the loop's turn, in whole milliseconds: one in twenty comes too early by `now`.
    const look = () => {
      const left = due - performance.now()
      if (left > 0) timer = setTimeout(look, left)
      else run()
    }
    let timer = setTimeout(look, ms)
    return () => clearTimeout(timer)
  },
}
