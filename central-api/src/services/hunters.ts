/** The six slots of a console, decided under the console's lock. */
import { type chooseHunter as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { consoles, leases, players } from '@citygate/schema/tables'
import { and, eq } from 'drizzle-orm'
import type { z } from 'zod'
import { fromBase64, toBase64 } from '../base64.ts'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { drawCode } from '../hash.ts'
import { foldName, nameText } from '../name-text.ts'
import { countCreation } from './creation-limits.ts'
import { keepVersion, nextVersion } from './player-history.ts'
import { lockLease, lockPlayer } from './player-locks.ts'

type Params = z.output<NonNullable<(typeof endpoint)['params']>>
type Wish = z.output<NonNullable<(typeof endpoint)['body']>>
type Known = typeof players.$inferSelect

/** Six characters `0-9A-Z` (login.md 5.1). */
const capcomIdLength = 6

/** 36^6 ids: with a hundred million hunters four of five draws are free. */
const drawsAtMost = 32

/** @throws Problem `console_not_found`, `slot_empty`, `slot_taken`, `too_many_new`, `bad_request` (a new hunter without a name) */
export async function choose(
  deps: Deps,
  nodeId: string,
  { consoleId, slot }: Params,
  { name, create, source }: Wish,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx) => {
    const [, [found]] = await inTurn(lockConsole(tx, consoleId), readSlot(tx, consoleId, slot))
    if (!found) throw new Problem('console_not_found')
    const { console, hunter: known } = found

    const bytes = name === null ? null : fromBase64(name)
    const text = (of: Uint8Array) => nameColumns(of, console.mediaVersion)
    if (!known) {
      if (!create) throw new Problem('slot_empty')
      if (!bytes) {
        const errors = [{ in: 'body' as const, field: 'name', detail: 'needed for a new hunter' }]
        throw new Problem('bad_request', 'body name: needed for a new hunter', errors)
      }
      const capcomId = await insert(tx, { consoleId, slot, ...text(bytes) })
      await keepVersion(tx, capcomId, `node:${nodeId}`, 'created')
      await countCreation(tx, deps.creations, 'hunter', { nodeId, source })
      return { slot, capcomId, name: toBase64(bytes), created: true }
    }
    const same = bytes !== null && toBase64(bytes) === toBase64(known.name)
    // Asked twice for the same new hunter: the first answer was lost.
    if (create && !same) throw new Problem('slot_taken')
    if (bytes && !same) await rename(tx, nodeId, known, text(bytes))
    return { slot, capcomId: known.capcomId, name: toBase64(bytes ?? known.name), created: false }
  })
}

function lockConsole(tx: Transaction, consoleId: string) {
  return tx.select({ id: consoles.id }).from(consoles).where(eq(consoles.id, consoleId)).for('no key update')
}

/** The console, and the hunter in one of its slots; null when that is free. */
function readSlot(tx: Transaction, consoleId: string, slot: number) {
  return tx
    .select({ console: { mediaVersion: consoles.mediaVersion }, hunter: players })
    .from(consoles)
    .leftJoin(players, and(eq(players.consoleId, consoles.id), eq(players.slot, slot)))
    .where(eq(consoles.id, consoleId))
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
    const [[made]] = await inTurn(
      tx
        .insert(players)
        .values({ capcomId, ...hunter })
        .onConflictDoNothing({ target: players.capcomId })
        .returning({ capcomId: players.capcomId }),
      // Who has the id already has his lease too.
      tx.insert(leases).values({ capcomId }).onConflictDoNothing({ target: leases.capcomId }),
    )
    if (made) return capcomId
  }
  throw new Error('every Capcom ID that was drawn is taken')
}

/** The console's own word, through an entry node: whoever holds the hunter learns the name with the next claim. */
async function rename(
  tx: Transaction,
  nodeId: string,
  { capcomId }: Known,
  columns: ReturnType<typeof nameColumns>,
): Promise<void> {
  await inTurn(
    lockPlayer(tx, capcomId),
    lockLease(tx, capcomId),
    tx
      .update(players)
      .set({ ...columns, version: nextVersion })
      .where(eq(players.capcomId, capcomId)),
    keepVersion(tx, capcomId, `node:${nodeId}`, 'name'),
  )
}
