/** Enrolment tokens as operators see them: what they are good for, never the tokens. */
import { type EnrolToken, Problem } from '@citygate/schema/contract'
import { enrolTokens } from '@citygate/schema/tables'
import { desc, eq } from 'drizzle-orm'
import { now } from '../db/clock.ts'
import type { Tx } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { audit } from './audit.ts'
import { asRoles } from './enrolment.ts'

/** Newest first. */
export async function listTokens(tx: Tx): Promise<EnrolToken[]> {
  const rows = await tx.select().from(enrolTokens).orderBy(desc(enrolTokens.createdAt), desc(enrolTokens.id))
  return rows.map(shown)
}

/** @throws Problem `token_not_found` */
export async function revokeToken(deps: Deps, operatorId: string, tokenId: string): Promise<EnrolToken> {
  return transact(deps, async (tx) => {
    const own = eq(enrolTokens.id, tokenId)
    await tx.select({ id: enrolTokens.id }).from(enrolTokens).where(own).for('no key update')
    const [token] = await tx.select().from(enrolTokens).where(own)
    if (!token) throw new Problem('token_not_found')
    if (token.revokedAt !== null) return shown(token)
    const [revoked] = await tx.update(enrolTokens).set({ revokedAt: now }).where(own).returning()
    if (!revoked) throw new Error('a token has vanished')
    await audit(tx, `operator:${operatorId}`, 'revoke-token', tokenId)
    return shown(revoked)
  })
}

function shown(token: typeof enrolTokens.$inferSelect): EnrolToken {
  const { id, usesLeft, createdAt, expiresAt, revokedAt } = token
  return {
    ...{ id, roles: asRoles(token), usesLeft },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
  }
}
