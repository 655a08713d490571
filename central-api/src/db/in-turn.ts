/** Several statements in one round trip. */

/** A query of drizzle's that has not been sent yet. */
interface Statement<T = unknown> {
  execute(): Promise<T>
}

type Results<T extends readonly Statement[]> = {
  -readonly [K in keyof T]: Awaited<ReturnType<T[K]['execute']>>
}

/**
 * Sends all at once. The one connection of a transaction runs them one after the other in the order given,
 * each with a snapshot of its own: a look behind a lock still sees what the lock has waited for
 * (docs/locking.md, rule 2). When one fails, those behind it do nothing, and its error is the one thrown.
 */
export function inTurn<const T extends readonly Statement[]>(...statements: T): Promise<Results<T>> {
  return Promise.all(statements.map((statement) => statement.execute())) as Promise<Results<T>>
}
