/** Keys of operators: known by their hash; the first is drawn by central itself. */
import { meta, operatorKeys } from '@citygate/schema/tables'
import { eq } from 'drizzle-orm'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { drawToken, sha256 } from '../hash.ts'

export interface KnownKey {
  readonly key: string
  /** Given by the operator himself: valid whatever keys there are. */
  readonly given: boolean
}

/**
 * Gives a key that works, or null when there are keys and this instance knows none of them. On a
 * database without any, `known` or a new one becomes the first.
 *
 * @param keep stores a key where the operator finds it, before the database knows it: a crash in
 *   between leaves a file that the next start takes up, never a key that nobody has
 */
export async function ensureOperatorKey(
  deps: Deps,
  known: KnownKey | null,
  keep: (key: string) => Promise<void>,
): Promise<string | null> {
  const key = known?.key ?? drawToken('cgo_')
  const keyHash = await sha256(key)
  return transact(deps, async (tx) => {
    await tx.select().from(meta).for('no key update')
    const [same] = await tx.select().from(operatorKeys).where(eq(operatorKeys.keyHash, keyHash))
    if (same) return same.revokedAt === null ? key : null
    const anyKey = (await tx.$count(operatorKeys)) > 0
    if (anyKey && !known?.given) return null
    if (!known) await keep(key)
    await tx.insert(operatorKeys).values({ keyHash, name: known?.given ? 'given at start' : 'first' })
    return key
  })
}
