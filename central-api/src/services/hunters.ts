/** The six slots of a console, decided under the console's lock. */
import { type chooseHunter as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { consoles, leases, players } from '@citygate/schema/tables'
import { and, eq } from 'drizzle-orm'
import type { z } from 'zod'
import { fromBase64, toBase64 } from '../base64.ts'
import type { Transaction } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { drawCode } from '../hash.ts'
import { foldName, nameText } from '../name-text.ts'

type Params = z.output<NonNullable<(typeof endpoint)['params']>>
type Wish = z.output<NonNullable<(typeof endpoint)['body']>>
type Known = typeof players.$inferSelect

/** Six characters `0-9A-Z` (login.md 5.1). */
const capcomIdLength = 6

/** 36^6 ids: with a hundred million hunters four of five draws are free. */
const drawsAtMost = 32

/** @throws Problem `console_not_found`, `slot_empty`, `slot_taken`, `bad_request` (a new hunter without a name) */
export async function choose(
  deps: Deps,
  { consoleId, slot }: Params,
  { name, create }: Wish,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx) => {
    await tx.select().from(consoles).where(eq(consoles.id, consoleId)).for('no key update')
    const [console] = await tx.select().from(consoles).where(eq(consoles.id, consoleId))
    if (!console) throw new Problem('console_not_found')
    const [known] = await tx
      .select()
      .from(players)
      .where(and(eq(players.consoleId, consoleId), eq(players.slot, slot)))

    const bytes = name === null ? null : fromBase64(name)
    const text = (of: Uint8Array) => nameColumns(of, console.mediaVersion)
    if (!known) {
      if (!create) throw new Problem('slot_empty')
      if (!bytes) {
        const errors = [{ in: 'body' as const, field: 'name', detail: 'needed for a new hunter' }]
        throw new Problem('bad_request', 'body name: needed for a new hunter', errors)
      }
      const capcomId = await insert(tx, { consoleId, slot, ...text(bytes) })
      return { slot, capcomId, name: toBase64(bytes), created: true }
    }
    const same = bytes !== null && toBase64(bytes) === toBase64(known.name)
    // Asked twice for the same new hunter: the first answer was lost.
    if (create && !same) throw new Problem('slot_taken')
    if (bytes && !same) await rename(tx, known, text(bytes))
    return { slot, capcomId: known.capcomId, name: toBase64(bytes ?? known.name), created: false }
  })
}

function nameColumns(name: Uint8Array, mediaVersion: string) {
  const text = nameText(name, mediaVersion)
  return { name, nameText: text, nameFolded: foldName(text) }
}

/** The unique key decides who draws an id first; the other draws again. */
async function insert(
  tx: Transaction,
  hunter: Omit<typeof players.$inferInsert, 'capcomId'>,
): Promise<string> {
  for (let draw = 1; draw <= drawsAtMost; draw++) {
    const capcomId = drawCode(capcomIdLength)
    const [made] = await tx
      .insert(players)
      .values({ capcomId, ...hunter })
      .onConflictDoNothing({ target: players.capcomId })
      .returning({ capcomId: players.capcomId })
    if (!made) continue
    await tx.insert(leases).values({ capcomId })
    return capcomId
  }
  throw new Error('every Capcom ID that was drawn is taken')
}

/** The console's own word, through an entry node: whoever holds the hunter learns the name with the next claim. */
async function rename(
  tx: Transaction,
  { capcomId }: Known,
  columns: ReturnType<typeof nameColumns>,
): Promise<void> {
  await tx
    .select({ id: players.capcomId })
    .from(players)
    .where(eq(players.capcomId, capcomId))
    .for('no key update')
  await tx
    .select({ id: leases.capcomId })
    .from(leases)
    .where(eq(leases.capcomId, capcomId))
    .for('no key update')
  await tx.update(players).set(columns).where(eq(players.capcomId, capcomId))
}
