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
  /** When a node calls again where central does not hold calls: by the number of nodes. */
  syncLeast: 15_000,
  syncMost: 60_000,
  /** What the runtime's cheapest plan allows, and the part of it that is for calls which say nothing. */
  statementsADay: 100_000,
  partForSyncs: 0.6,
  /** How long a question to a node waits for its answer, and how long the answer is shared. */
  question: 2_000,
  answerShared: 5_000,
} as const
