import type { Clock } from '../clock.ts'

/** A clock that moves when it is told to, and runs what is due on the way in the order of time. */
export function manualClock(): Clock & { advance(ms: number): void } {
  let now = 0
  let waiting: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    after(ms, run) {
      const entry = { at: now + ms, run }
      waiting.push(entry)
      return () => {
        waiting = waiting.filter((other) => other !== entry)
      }
    },
    advance(ms) {
      const until = now + ms
      for (;;) {
        const [next] = waiting.filter((entry) => entry.at <= until).sort((a, b) => a.at - b.at)
        if (!next) break
        waiting = waiting.filter((entry) => entry !== next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = until
    },
  }
}
