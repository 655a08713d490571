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
  /** Speaks against the epoch that was told; null where there is no such node. */
  readonly node?: Known | null
  readonly ban?: Barring
}

interface About<T> {
  /** The epoch that the step was told. */
  readonly epoch?: number
  /** Before anything else is made of a refusal. */
  readonly refused?: (why: Refusal & Partial<T>) => void
  readonly done?: (answer: T, wake: Wake) => void
}

/**
 * @param call of the function, with its arguments
 * @throws Problem
 */
export function step<T extends object>(deps: Deps, call: SQL, about: About<T> = {}): Promise<T> {
  return transactAtOnce(deps, async (db, wake) => {
    const answer = await answerTo(db.execute<{ answer: T & Refusal }>(sql`select ${call} as answer`))
    const { refused, detail, node, ban } = answer
    if (refused !== undefined) {
      about.refused?.(answer)
      throw new Problem(refused, detail)
    }
    if (ban) requireUnbanned([ban])
    if (node !== undefined) {
      requireNewest(node ?? undefined, about.epoch ?? 0)
      throw new Error('an epoch was refused without a reason')
    }
    about.done?.(answer, wake)
    return answer
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
