/** Consoles: the support code is the account. */
import type { identifyConsole as endpoint, Output, Slot } from '@citygate/schema/contract'
import { consoles, players } from '@citygate/schema/tables'
import { asc, eq } from 'drizzle-orm'
import type { z } from 'zod'
import { toBase64 } from '../base64.ts'
import { now } from '../db/clock.ts'
import type { Transaction, Tx } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { drawCode } from '../hash.ts'

/** As the reference draws them (login.md 2.5). */
const supportCodeLength = 11

/** Of 36^11 codes even a second draw is never needed. */
const drawsAtMost = 8

/**
 * Finds the console, adopts a code that was never seen, or makes a console with a code of central's
 * drawing. Two who bring the same unknown code at once are one console: the unique code decides.
 */
export async function identify(
  deps: Deps,
  { supportCode, mediaVersion }: z.output<NonNullable<(typeof endpoint)['body']>>,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx) => {
    if (supportCode === null) return { ...(await create(tx, mediaVersion)), created: true, slots: [] }
    const made = await insert(tx, supportCode, mediaVersion)
    const byCode = eq(consoles.supportCode, supportCode)
    await tx.select({ id: consoles.id }).from(consoles).where(byCode).for('no key update')
    const [known] = await tx
      .update(consoles)
      .set({ mediaVersion, lastLoginAt: now })
      .where(byCode)
      .returning()
    if (!known) throw new Error('a console has vanished')
    return {
      consoleId: known.id,
      supportCode,
      created: made !== null,
      slots: await slotsOf(tx, known.id),
    }
  })
}

async function create(tx: Transaction, mediaVersion: string) {
  for (let draw = 1; draw <= drawsAtMost; draw++) {
    const supportCode = drawCode(supportCodeLength)
    const consoleId = await insert(tx, supportCode, mediaVersion)
    if (consoleId !== null) return { consoleId, supportCode }
  }
  throw new Error('every support code that was drawn is taken')
}

/** Null when the code is known; waits for whoever is just bringing the same one. */
async function insert(tx: Transaction, supportCode: string, mediaVersion: string): Promise<string | null> {
  const [made] = await tx
    .insert(consoles)
    .values({ supportCode, mediaVersion })
    .onConflictDoNothing({ target: consoles.supportCode })
    .returning({ id: consoles.id })
  return made?.id ?? null
}

/** The used slots of a console, in order. */
export async function slotsOf(tx: Tx, consoleId: string): Promise<Slot[]> {
  const used = await tx
    .select({ slot: players.slot, capcomId: players.capcomId, name: players.name })
    .from(players)
    .where(eq(players.consoleId, consoleId))
    .orderBy(asc(players.slot))
  return used.map((slot) => ({ ...slot, name: toBase64(slot.name) }))
}
