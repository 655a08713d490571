/** When the next sync goes out. Pure. */

/** Everything that happens within it goes in one call. */
const windowMs = 100
/** Where central does not hold, every call costs: news waits longer (shared-state.md, "Sync"). */
const windowUnheldMs = 5000
/** Between calls that have nothing to say, should central end them early again and again. */
const idleGapMs = 250
const firstRetryMs = 500
/** Well within the lease of 60 s, so that a central that comes back finds its nodes' leases alive. */
const longestRetryMs = 10_000

/** Moments and spans in milliseconds of one monotonic clock. */
export interface Pace {
  /** When the last call was sent, and the last that had something to say. */
  readonly sentAt: number
  readonly spokeAt: number
  /** As central told last; 0 where it holds calls. */
  readonly nextSyncMs: number
  /** No call before this moment: the back-off after a failure. */
  readonly notBefore: number
}

/** The moment at which a call may go out that has something to say, or that has nothing. */
export function dueAt(pace: Pace, news: boolean): number {
  const held = pace.nextSyncMs === 0
  if (!news) return Math.max(pace.sentAt + Math.max(pace.nextSyncMs, idleGapMs), pace.notBefore)
  const from = held ? pace.spokeAt + windowMs : pace.sentAt + Math.min(pace.nextSyncMs, windowUnheldMs)
  return Math.max(from, pace.notBefore)
}

/** How long to stay away after `failures` calls in a row without answer (from 1). `chance` is in [0, 1). */
export function backOffMs(failures: number, chance: number): number {
  const most = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 10))
  return most * (0.5 + chance / 2)
}
