/** How long central lets the database take, in milliseconds. A console waits seconds, not minutes. */
export const limits = {
  /** For rows that others hold. */
  lock: 3000,
  /** For a statement: in a transaction of several as for one that stands alone. */
  statement: 6000,
  /** For the next statement of a transaction. */
  idle: 10_000,
} as const
