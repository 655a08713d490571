/** How a node becomes known: an operator's token, spent under its lock. */
import {
  type createEnrolToken,
  type enrolNode,
  type Output,
  Problem,
  type Role,
} from '@citygate/schema/contract'
import { enrolTokens, nodes } from '@citygate/schema/tables'
import { eq, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { nowPlus } from '../db/clock.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { drawToken, sha256 } from '../hash.ts'
import { audit } from './audit.ts'

export async function createToken(
  deps: Deps,
  operatorId: string,
  wish: z.output<NonNullable<(typeof createEnrolToken)['body']>>,
): Promise<Output<typeof createEnrolToken>> {
  const token = drawToken('cge_')
  const tokenHash = await sha256(token)
  const { entry, world } = asColumns(wish.roles)
  return transact(deps, async (tx) => {
    const [made] = await tx
      .insert(enrolTokens)
      .values({
        ...{ tokenHash, entry, world },
        usesLeft: wish.uses,
        ...{ ownMachine: wish.ownMachine, reachableAt: wish.reachableAt },
        expiresAt: nowPlus(wish.ttlSeconds * 1000),
        createdBy: operatorId,
      })
      .returning({ id: enrolTokens.id, expiresAt: enrolTokens.expiresAt })
    if (!made) throw new Error('an insert gave no row')
    await audit(tx, `operator:${operatorId}`, 'enrol-token', wish.roles.join(' and '), { uses: wish.uses })
    return { id: made.id, token, expiresAt: made.expiresAt.toISOString() }
  })
}

/**
 * A node that asks again with the key that it has already enrolled (its first answer was lost) gets
 * the same id, and no use is spent.
 *
 * @throws Problem `enrolment_refused`
 */
export async function enrol(
  deps: Deps,
  tokenHash: string,
  { name, keyHash }: z.output<NonNullable<(typeof enrolNode)['body']>>,
): Promise<Output<typeof enrolNode>> {
  return transact(deps, async (tx) => {
    await tx.select().from(enrolTokens).where(eq(enrolTokens.tokenHash, tokenHash)).for('no key update')
    const [token] = await tx
      .select({
        entry: enrolTokens.entry,
        world: enrolTokens.world,
        usesLeft: enrolTokens.usesLeft,
        ownMachine: enrolTokens.ownMachine,
        reachableAt: enrolTokens.reachableAt,
        live: sql<boolean>`${enrolTokens.expiresAt} > clock_timestamp() and ${enrolTokens.revokedAt} is null`,
      })
      .from(enrolTokens)
      .where(eq(enrolTokens.tokenHash, tokenHash))
    const [known] = await tx.select().from(nodes).where(eq(nodes.keyHash, keyHash))
    if (!token?.live) throw new Problem('enrolment_refused')
    if (known) return { nodeId: known.id, roles: asRoles(known) }
    if (token.usesLeft < 1) throw new Problem('enrolment_refused', 'The enrolment token is used up.')

    const { entry, world, ownMachine, reachableAt } = token
    const [node] = await tx
      .insert(nodes)
      .values({ name, keyHash, entry, world, ownMachine, reachableAt })
      .onConflictDoNothing({ target: nodes.keyHash })
      .returning()
    if (!node) throw new Problem('enrolment_refused', 'Another node has this key.')
    await tx
      .update(enrolTokens)
      .set({ usesLeft: sql`${enrolTokens.usesLeft} - 1` })
      .where(eq(enrolTokens.tokenHash, tokenHash))
    await audit(tx, `node:${node.id}`, 'enrol', node.id, { name, roles: asRoles(node) })
    return { nodeId: node.id, roles: asRoles(node) }
  })
}

/** Roles as two columns: they are granted one by one. */
export function asColumns(roles: readonly Role[]): { entry: boolean; world: boolean } {
  return { entry: roles.includes('entry'), world: roles.includes('world') }
}

export function asRoles({ entry, world }: { entry: boolean; world: boolean }): Role[] {
  return [...(entry ? (['entry'] as const) : []), ...(world ? (['world'] as const) : [])]
}
