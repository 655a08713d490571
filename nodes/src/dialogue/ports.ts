/** What a conversation needs of its surroundings: a line, a clock, a log. The host brings the real ones. */
import type { Bytes } from '../pat/index.ts'

/** The bytes of one connection. Nothing here waits, and nothing throws when the peer is gone. */
export interface Line {
  /** Numbers the connections of this process, for logs. */
  readonly id: number
  /** Stands for where the peer comes from, and is not its address; null for the node's own network. */
  readonly source?: string | null
  /** Queues bytes; what is queued within one turn of the event loop goes out as one write. */
  write(bytes: Bytes): void
  /** Queued bytes that the peer's system has not taken yet. */
  readonly backlog: number
  /** Stops and resumes reading. While paused the peer's leaving may go unnoticed. */
  pause(): void
  resume(): void
  /** Sends what is queued, then closes. */
  end(): void
  /** Closes at once; what is queued is lost. */
  destroy(): void
}

/** Monotonic time for limits, and the date for the game's clock. */
export interface Clock {
  /** Milliseconds that only ever rise, unrelated to any date. */
  now(): number
  /** Runs once after `ms`, by `now` never before; the function that comes back calls it off. */
  after(ms: number, run: () => void): () => void
  /** Whole seconds since 1970, UTC: the game time (login.md 7.6). */
  utcSeconds(): number
}

/** The part of pino's logger that is used here. Fields hold ids, never tickets, support codes or texts. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(ids: Readonly<Record<string, string | number>>): Log
  isLevelEnabled(level: 'debug'): boolean
}
