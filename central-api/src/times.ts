/** The table of times (shared-state.md, "Time") as far as central keeps it. One place; an operator may set others. */

/** Milliseconds. */
export interface Times {
  /** A node's epoch lives this long after each call; where central does not hold calls, three calls long at least. */
  readonly nodeLease: number
  /** A ticket lives this long with no connection open. */
  readonly ticketInTransit: number
  /** A traveller's place on a game server. */
  readonly seat: number
  /** How long a question to a node waits for its answer. */
  readonly question: number
  /** When a node calls again where central does not hold calls: by the number of nodes. */
  readonly syncLeast: number
  readonly syncMost: number
}

export const usualTimes: Times = {
  nodeLease: 60_000,
  ticketInTransit: 90_000,
  seat: 60_000,
  question: 2000,
  syncLeast: 15_000,
  syncMost: 60_000,
}

/** A call is held for a third of a lease at most, so that a lost answer costs no lease. */
export const holdsInALease = 3

/** A node that has let this part of its lease go by is shown as `stale`: 45 s of the usual minute. */
export const staleAfter = 0.75

/** How long the answer to a question is shared. */
export const answerSharedMs = 5000

const timesBy = new WeakMap<object, Times>()

/** For whoever has a transaction and nothing else. */
export function timesOf(tx: object): Times {
  return timesBy.get(tx) ?? usualTimes
}

export function keepTimes(tx: object, times: Times | undefined): void {
  if (times) timesBy.set(tx, times)
}
