/**
 * A step of a log-in is one function of the database (schema/migrations/0011_log_in.sql), which locks, decides and
 * writes in one statement (docs/decisions/0138-one-statement-a-step.md). Here its reasons become problems.
 */
import { Problem, type ProblemCode } from '@citygate/schema/contract'
import { type SQL, sql } from 'drizzle-orm'
import { refusalIn } from '../db/postgres-errors.ts'
import { transactAtOnce, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type Barring, requireUnbanned } from './bans.ts'
import { type Known, requireNewest } from './epochs.ts'

/** Why a step has written nothing. */
export interface Refusal {
  readonly refused?: ProblemCode
  readonly detail?: string
  /** As central knows it, where another was told. */
  readonly fence?: number
  /** Speaks against the epoch that was told; null where there is no such node. */
  readonly node?: Known | null
  readonly ban?: Barring
}

interface About {
  /** The epoch that the step was told. */
  readonly epoch?: number
  /** Before anything else is made of a refusal. */
  readonly refused?: (why: Refusal) => void
}

/**
 * @param call of the function, with its arguments
 * @param told makes the caller's answer of what the function gives, in the transaction: under an `Idempotency-Key` it is kept as it
 *   goes out
 * @throws Problem
 */
export function step<T extends object, A>(
  deps: Deps,
  call: SQL,
  told: (given: T, wake: Wake) => A,
  about: About = {},
): Promise<A> {
  return transactAtOnce(deps, async (db, wake) => {
    const given = await answerTo(db.execute<{ answer: T & Refusal }>(sql`select ${call} as answer`))
    const { refused, detail, node, ban } = given
    if (refused !== undefined) {
      about.refused?.(given)
      throw new Problem(refused, detail)
    }
    if (ban) requireUnbanned([ban])
    if (node !== undefined) {
      requireNewest(node ?? undefined, about.epoch ?? 0)
      throw new Error('an epoch was refused without a reason')
    }
    return told(given, wake)
  })
}

async function answerTo<T>(asked: PromiseLike<readonly { readonly answer: T }[]>): Promise<T> {
  try {
    const [row] = await asked
    if (!row) throw new Error('a function gave no row')
    return row.answer
  } catch (error) {
    const refusal = refusalIn(error)
    if (refusal === null) throw error
    return refusal as T
  }
}

/** An argument of the type `interval`. */
export const lasting = (ms: number): SQL => sql`${ms / 1000} * interval '1 second'`
