/** What Postgres and its driver say when something fails, by SQLSTATE or the driver's code. */
import { DrizzleQueryError } from 'drizzle-orm'

/** Another transaction won; the same work may succeed at once. */
const repeatable = new Set(['40001', '40P01'])

/** A lock or the statement took longer than this request may wait. */
const tooSlow = new Set(['55P03', '57014', '25P03'])

/** There is no connection, or it went away: 57P0x is a server that stops or starts, 53300 one that is full. */
const gone = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08000',
  '08003',
  '08006',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
])

/** Of those: no statement can have got there. */
const unreached = new Set(['57P03', '53300', 'CONNECT_TIMEOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

export type Failure = 'repeatable' | 'too-slow' | 'gone' | 'other'

export function failureOf(error: unknown): Failure {
  const code = codeOf(error)
  if (code === null) return 'other'
  if (repeatable.has(code)) return 'repeatable'
  if (tooSlow.has(code)) return 'too-slow'
  return gone.has(code) ? 'gone' : 'other'
}

/** Whether the database cannot have seen the statement that failed. */
export const neverReached = (error: unknown): boolean => unreached.has(codeOf(error) ?? '')

/** What Postgres or the driver said, without the statement that drizzle puts around it. */
export function reasonOf(error: unknown): string {
  let cause = error
  for (let depth = 0; cause instanceof Error && cause.cause instanceof Error && depth < 5; depth++)
    cause = cause.cause
  return cause instanceof Error ? cause.message : String(cause)
}

/**
 * The same failure for the log. Drizzle puts the values of the statement into its error, and Postgres those of a row into its
 * detail: the code of a console is an account, and a log is read by more than one.
 */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof DrizzleQueryError)) return error
  const told = new Error(`${reasonOf(error)}, in: ${error.query}`)
  told.name = 'QueryError'
  const frames = error.stack?.slice(error.stack.indexOf('\n    at ')) ?? ''
  told.stack = `${told.name}: ${told.message}${frames}`
  return Object.assign(told, { code: codeOf(error) })
}

/** The SQLSTATE or driver code: drizzle puts the driver's error into `cause`. */
export function codeOf(error: unknown): string | null {
  const coded = codedIn(error)
  return coded && String(coded.code)
}

/** What a function of the database raised with `refuse` (migration 0011_log_in): its answer. Null for other errors. */
export function refusalIn(error: unknown): object | null {
  const coded = codedIn(error)
  return coded?.code === 'CG001' && 'detail' in coded ? JSON.parse(String(coded.detail)) : null
}

function codedIn(error: unknown): { readonly code: string } | null {
  let cause = error
  for (let depth = 0; cause instanceof Error && depth < 5; depth++) {
    if (hasCode(cause)) return cause
    cause = cause.cause
  }
  return null
}

const hasCode = (error: Error): error is Error & { readonly code: string } =>
  'code' in error && typeof error.code === 'string'
