/** Blocked hunters, and the switch that keeps friend requests away. */
import {
  blacklistAtMost,
  type setBlacklisted as endpoint,
  type Output,
  Problem,
} from '@citygate/schema/contract'
import { blacklist, players } from '@citygate/schema/tables'
import { and, eq, ne } from 'drizzle-orm'
import { toBase64 } from '../base64.ts'
import type { Transaction } from '../db/database.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type Acting, actBetween, actFor, holderOf, type Person } from './acting.ts'
import { part } from './friends.ts'
import { writeLetter } from './mail.ts'

/** @throws Problem `blacklist_full`, and those of acting between two */
export async function setBlacklisted(
  deps: Deps,
  acting: Acting,
  blocked: string,
  listed: boolean,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx, wake) => {
    const { actor, other } = await actBetween(tx, acting, blocked)
    return listBetween(tx, actor, other, listed, wake)
  })
}

/**
 * Under the locks of both.
 *
 * @throws Problem `blacklist_full`, before anything is written
 */
export async function listBetween(
  tx: Transaction,
  actor: Person,
  other: Person,
  listed: boolean,
  wake: Wake,
): Promise<Output<typeof endpoint>> {
  const { capcomId: owner } = actor
  const { capcomId: blocked } = other
  const entry = { capcomId: blocked, name: toBase64(other.name) }
  if (!listed) {
    await tx.delete(blacklist).where(and(eq(blacklist.owner, owner), eq(blacklist.blocked, blocked)))
    return { entry }
  }
  const others = and(eq(blacklist.owner, owner), ne(blacklist.blocked, blocked))
  if ((await tx.$count(blacklist, others)) >= blacklistAtMost) throw new Problem('blacklist_full')
  await tx.insert(blacklist).values({ owner, blocked }).onConflictDoNothing()
  if (await part(tx, actor, other)) {
    const nodeId = await holderOf(tx, blocked)
    if (nodeId !== null)
      await writeLetter(tx, nodeId, { kind: 'friend-deleted', to: blocked, by: owner }, wake)
  }
  return { entry }
}

export async function setDeniesRequests(deps: Deps, acting: Acting, denies: boolean): Promise<void> {
  await transact(deps, async (tx) => {
    await actFor(tx, acting)
    await deny(tx, acting.capcomId, denies)
  })
}

export async function deny(tx: Transaction, capcomId: string, denies: boolean): Promise<void> {
  await tx.update(players).set({ deniesRequests: denies }).where(eq(players.capcomId, capcomId))
}
