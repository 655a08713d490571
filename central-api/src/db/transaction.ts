/** The one way to write: a transaction with bounds, repeated where another one won. */
import { Problem, type ProblemCode } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import { keepTimes } from '../times.ts'
import type { Transaction, Tx } from './database.ts'
import { limits } from './limits.ts'
import { codeOf, failureOf, neverReached } from './postgres-errors.ts'

const attemptsAtMost = 4

/** Names what others wait for: their held calls end after the commit. */
export type Wake = (topic: string) => void

/** Thrown in `work`: nothing of it is written, and nothing has gone wrong. It comes through. */
export abstract class Undone extends Error {}

/** Thrown in `work`: all of it is rolled back, `first` is done, and then the work once more. */
export class DoFirst extends Error {
  override readonly name = 'DoFirst'
  readonly first: (deps: Deps) => Promise<void>

  constructor(first: (deps: Deps) => Promise<void>) {
    super('something has to be done first')
    this.first = first
  }
}

/** A refusal that an operator has to hear of: `raise` runs behind the roll-back. */
export class Alarm extends Problem {
  readonly raise: (deps: Deps) => Promise<void>

  constructor(code: ProblemCode, detail: string, raise: (deps: Deps) => Promise<void>) {
    super(code, detail)
    this.raise = raise
  }
}

/**
 * Runs `work` in one transaction. A deadlock or serialization failure is repeated a few times with
 * jitter. Throws `busy` when rows stay held by others, `not_ready` when there is no database; what
 * `work` throws comes through, and nothing of it is written. Where the database is lost in the commit itself nobody
 * knows: `in_doubt`, which promises nothing.
 */
export function transact<T>(deps: Deps, work: (tx: Transaction, wake: Wake) => Promise<T>): Promise<T> {
  return attempt(deps, async (wake, commits) => {
    return deps.db.transaction(async (tx) => {
      keepTimes(tx, deps.times)
      // The first statement of the work goes out right behind the limits, in the same round trip.
      const limited = tx.execute(setLimits).execute()
      const run = () => work(tx, wake)
      const [, done] = await Promise.all([limited, deps.once ? deps.once.run(tx, run) : run()])
      commits()
      return done
    })
  })
}

/**
 * The same for work that is one statement, which is a transaction by itself: no round trips to open and to close it. It bounds its
 * waits by itself and ends as any statement of central's role does (`boundRole`), and has written nothing where `work` throws behind
 * it. Where the database is lost meanwhile nobody knows.
 */
export function transactAtOnce<T>(deps: Deps, work: (db: Tx, wake: Wake) => Promise<T>): Promise<T> {
  if (deps.once) return transact(deps, work)
  return attempt(deps, (wake, commits) => {
    commits()
    return work(deps.db, wake)
  })
}

/** @param run calls `commits` when its commit may begin */
async function attempt<T>(deps: Deps, run: (wake: Wake, commits: () => void) => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    const topics = new Set<string>()
    const begun = performance.now()
    let committing = false
    deps.metrics?.underWay(1)
    const ended = (outcome: 'committed' | 'refused' | 'busy' | 'failed') => {
      deps.metrics?.underWay(-1)
      deps.metrics?.transaction(outcome, (performance.now() - begun) / 1000)
    }
    try {
      const result = await run(
        (topic) => topics.add(topic),
        () => {
          committing = true
        },
      )
      ended('committed')
      if (topics.size > 0) await deps.wakeups?.publish([...topics])
      return result
    } catch (error) {
      if (error instanceof Problem) {
        ended('refused')
        if (error instanceof Alarm) await error.raise(withoutKey(deps))
        throw error
      }
      if (error instanceof DoFirst && attempts < attemptsAtMost) {
        ended('refused')
        await error.first(withoutKey(deps))
        continue
      }
      if (error instanceof Undone) {
        ended('refused')
        throw error
      }
      const failure = failureOf(error)
      ended(failure === 'repeatable' || failure === 'too-slow' ? 'busy' : 'failed')
      if (failure === 'repeatable' && attempts < attemptsAtMost) {
        deps.metrics?.repeat()
        await pause(Math.random() * 20 * 2 ** attempts)
        continue
      }
      if (!committing || failure !== 'gone' || neverReached(error)) throw asProblem(error)
      throw new Problem(
        'in_doubt',
        'The database went away in the middle: ask again to know whether it was done.',
      )
    }
  }
}

/** What is done beside the work of a request is not its answer. */
function withoutKey({ once: _, ...deps }: Deps): Deps {
  return deps
}

/** For reads outside `transact`, and for errors that leave it: what a caller is told of a database's failure. */
export function asProblem(error: unknown): unknown {
  switch (failureOf(error)) {
    case 'repeatable':
    case 'too-slow':
      return new Problem(
        'busy',
        codeOf(error) === cancelled
          ? 'The database takes too long for this now; try again in a moment.'
          : 'Others hold the same rows; try again in a moment.',
      )
    case 'gone':
      return new Problem('not_ready', 'The database does not answer now.')
    case 'other':
      return error
  }
}

/** A statement that has taken its time. */
const cancelled = '57014'

/** One statement: `set_config(…, true)` is `SET LOCAL`. */
const setLimits = sql`select
  set_config('lock_timeout', ${String(limits.lock)}, true),
  set_config('statement_timeout', ${String(limits.statement)}, true),
  set_config('idle_in_transaction_session_timeout', ${String(limits.idle)}, true)`

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
