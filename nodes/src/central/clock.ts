/** Time as the link sees it: monotonic, in milliseconds, from any origin. Tests bring their own. */
export interface Clock {
  now(): number
  /** Runs once after `ms`; the function that comes back calls it off. */
  after(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
