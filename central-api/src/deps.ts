/** What an adapter gives to the app: everything that depends on the runtime, and nothing else. */
import type { Database, Transaction } from './db/database.ts'
import type { Log } from './log.ts'

/**
 * How a held call hears that there is news. Topics: `node:<id>` (a letter), `directory` (its version).
 * Where there is no lasting connection there are no wakeups, and central does not hold calls.
 */
export interface Wakeups {
  /** `wake` may also be called without news (after a reconnect). Returns the end of the subscription. */
  subscribe(topics: readonly string[], wake: () => void): () => void
  /** After a commit. Never rejects: who misses it finds the news when his hold ends. */
  publish(topics: readonly string[]): Promise<void>
  /** Wakes those in this process only. */
  wakeHere(topic: string): void
}

/** Runs the work of a transaction at most once for its key; what it gives is the answer that is kept. */
export type Once = <T>(tx: Transaction, work: () => Promise<T>) => Promise<T>

export interface Deps {
  readonly db: Database
  readonly log: Log
  readonly wakeups?: Wakeups
  /** Aborted when the process is asked to end: held calls end. */
  readonly ending?: AbortSignal
  /** Of one request, when it came with an `Idempotency-Key`. */
  readonly once?: Once
}
