import type { Clock } from '../dialogue/ports.ts'

export const systemClock: Clock = {
  now: () => performance.now(),
  utcSeconds: () => Math.floor(Date.now() / 1000),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
