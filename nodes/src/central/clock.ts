/** Time as the link sees it: monotonic, in milliseconds, from any origin. The host brings the real one. */
export interface Clock {
  now(): number
  /** Runs once after `ms`; the function that comes back calls it off. */
  after(ms: number, run: () => void): () => void
}
