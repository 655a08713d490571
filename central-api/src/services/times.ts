/** The table of times (shared-state.md, "Time") as far as central keeps it; milliseconds. */
export const times = {
  /** A node's epoch lives this long after each sync. */
  nodeLease: 60_000,
  /** A node that has not reported for so long is shown as `stale`. */
  nodeStale: 45_000,
  /** A ticket lives this long with no connection open. */
  ticketInTransit: 90_000,
  /** A traveller's place on a game server. */
  seat: 60_000,
  /** When a node calls again where central does not hold calls. */
  syncWithoutHold: 20_000,
  /** How long a question to a node waits for its answer, and how long the answer is shared. */
  question: 2_000,
  answerShared: 5_000,
} as const
