/** Keys of operators: known by their hash; the first is drawn by central itself. */
import {
  type createOperatorKey as createEndpoint,
  type OperatorKey,
  type Output,
  Problem,
} from '@citygate/schema/contract'
import { meta, operatorKeys } from '@citygate/schema/tables'
import { and, asc, eq, isNull } from 'drizzle-orm'
import type { z } from 'zod'
import { now } from '../db/clock.ts'
import type { Tx } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { drawToken, sha256 } from '../hash.ts'
import { audit } from './audit.ts'

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

/** The key itself is only in this answer. */
export async function createKey(
  deps: Deps,
  operatorId: string,
  { name, role }: z.output<NonNullable<(typeof createEndpoint)['body']>>,
): Promise<Output<typeof createEndpoint>> {
  const key = drawToken('cgo_')
  const keyHash = await sha256(key)
  return transact(deps, async (tx) => {
    const [made] = await tx.insert(operatorKeys).values({ keyHash, name, role }).returning()
    if (!made) throw new Error('an insert gave no row')
    await audit(tx, `operator:${operatorId}`, 'create-key', made.id, { name, role })
    return { ...shown(made), key }
  })
}

/** Oldest first. */
export async function listKeys(tx: Tx): Promise<OperatorKey[]> {
  const rows = await tx.select().from(operatorKeys).orderBy(asc(operatorKeys.createdAt), asc(operatorKeys.id))
  return rows.map(shown)
}

/**
 * Two owners who revoke each other at once: the second is refused, or one of them stays.
 *
 * @throws Problem `key_not_found`, `last_owner`
 */
export async function revokeKey(deps: Deps, operatorId: string, keyId: string): Promise<OperatorKey> {
  return transact(deps, async (tx) => {
    await tx.select().from(meta).for('no key update')
    const [key] = await tx.select().from(operatorKeys).where(eq(operatorKeys.id, keyId))
    if (!key) throw new Problem('key_not_found')
    if (key.revokedAt !== null) return shown(key)
    const owners = and(eq(operatorKeys.role, 'own'), isNull(operatorKeys.revokedAt))
    if (key.role === 'own' && (await tx.$count(operatorKeys, owners)) === 1) throw new Problem('last_owner')
    const [revoked] = await tx
      .update(operatorKeys)
      .set({ revokedAt: now })
      .where(eq(operatorKeys.id, keyId))
      .returning()
    if (!revoked) throw new Error('a key has vanished')
    await audit(tx, `operator:${operatorId}`, 'revoke-key', keyId, { name: key.name })
    return shown(revoked)
  })
}

function shown({ id, name, role, createdAt, revokedAt }: typeof operatorKeys.$inferSelect): OperatorKey {
  return {
    ...{ id, name, role },
    createdAt: createdAt.toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
  }
}
