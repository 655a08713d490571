/** Letters to nodes: written by anyone, ordered by the reader (shared-state.md, "Sync"). */
import type { Letter, Output, syncNode } from '@citygate/schema/contract'
import { mail } from '@citygate/schema/tables'
import { and, asc, eq, isNotNull, lte, sql } from 'drizzle-orm'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import type { Wake } from '../db/transaction.ts'

type Unnumbered<T> = T extends { number: number } ? Omit<T, 'number'> : never

const lettersAtOnce = 500

/** A plain insert: locks nothing, and the reader hears of it after the commit. */
export async function writeLetter(
  tx: Transaction,
  nodeId: string,
  { kind, ...body }: Unnumbered<Letter>,
  wake: Wake,
): Promise<void> {
  await tx.insert(mail).values({ nodeId, kind, body })
  wake(`node:${nodeId}`)
}

/**
 * Forgets what has been handled, gives new letters their places, and reads. Under the reader's lock: a
 * letter of a slow transaction comes after those that were read, never before them.
 */
export async function collectLetters(
  tx: Transaction,
  nodeId: string,
  seen: number,
): Promise<Output<typeof syncNode>['mail']> {
  const forget = tx.delete(mail).where(and(eq(mail.nodeId, nodeId), lte(mail.number, seen)))
  const place = tx.execute(sql`update ${mail} set number = placed.number
    from (select id, nextval('letter_numbers') as number
          from (select id from ${mail} where node_id = ${nodeId} and number is null order by id) fresh) placed
    where ${mail}.id = placed.id`)
  const read = tx
    .select({ number: mail.number, kind: mail.kind, body: mail.body })
    .from(mail)
    .where(and(eq(mail.nodeId, nodeId), isNotNull(mail.number)))
    .orderBy(asc(mail.number))
    .limit(lettersAtOnce)
  const [, , rows] = await inTurn(forget, place, read)
  // As written: another instance, of a newer release, may know kinds that this one does not.
  return rows.map(({ number, kind, body }) => ({ ...(body as object), number: number ?? 0, kind }))
}
