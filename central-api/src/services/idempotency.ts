/** A write that a caller may ask for again: its answer is kept in the transaction that made it (shared-state.md). */
import { Problem } from '@citygate/schema/contract'
import { idempotencyKeys } from '@citygate/schema/tables'
import { and, eq } from 'drizzle-orm'
import type { Transaction } from '../db/database.ts'
import { failureOf } from '../db/postgres-errors.ts'
import { Undone } from '../db/transaction.ts'
import type { Once } from '../deps.ts'

/** The answer that was given the first time. Thrown, so that nothing of the second time is written. */
export class KeptAnswer extends Undone {
  override readonly name = 'KeptAnswer'
  readonly answer: unknown

  constructor(answer: unknown) {
    super('the answer was given before')
    this.answer = answer
  }
}

export interface KeyedRequest {
  /** `operator:<id>` or `node:<id>`: each has keys of its own. */
  readonly caller: string
  readonly key: string
  /** SHA-256 over method, path and body. */
  readonly request: string
}

/**
 * The key's row is the first lock of the transaction. A refusal rolls it back with everything else, so
 * only answers of what was committed are kept.
 *
 * @throws Problem `idempotency_key_reused`, `still_running`; KeptAnswer
 */
export function onceOnly({ caller, key, request }: KeyedRequest): Once {
  const row = and(eq(idempotencyKeys.caller, caller), eq(idempotencyKeys.key, key))

  /** Waits for whoever is just using the same key. */
  async function take(tx: Transaction): Promise<boolean> {
    try {
      const taken = await tx
        .insert(idempotencyKeys)
        .values({ caller, key, request })
        .onConflictDoNothing()
        .returning({ key: idempotencyKeys.key })
      return taken.length > 0
    } catch (error) {
      if (failureOf(error) === 'too-slow') throw new Problem('still_running')
      throw error
    }
  }

  async function look(tx: Transaction): Promise<void> {
    const [kept] = await tx.select().from(idempotencyKeys).where(row)
    if (!kept) return
    if (kept.request !== request) throw new Problem('idempotency_key_reused')
    throw new KeptAnswer(kept.answer)
  }

  return {
    look,
    async run(tx, work) {
      if (!(await take(tx))) {
        await look(tx)
        // Purged in this moment: as if it had never been.
        throw new Problem('still_running')
      }
      const answer = await work()
      await tx
        .update(idempotencyKeys)
        .set({ status: 200, answer: answer ?? {} })
        .where(row)
      return answer
    },
  }
}
