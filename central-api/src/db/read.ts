/** Reading outside of a transaction. */
import { Problem } from '@citygate/schema/contract'
import type { Deps } from '../deps.ts'
import type { Tx } from './database.ts'
import { asProblem } from './transaction.ts'

/**
 * For statements that only read, each on its own and ended as every statement of central's role is: no transaction around
 * them, and so one round trip instead of three. Throws as `transact` does.
 */
export async function read<T>(deps: Deps, work: (db: Tx) => Promise<T>): Promise<T> {
  try {
    return await work(deps.db)
  } catch (error) {
    throw error instanceof Problem ? error : asProblem(error)
  }
}
