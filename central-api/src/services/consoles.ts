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
import { countCreation } from './creation-limits.ts'

/** As the reference draws them (login.md 2.5). */
const supportCodeLength = 11

/** Of 36^11 codes even a second draw is never needed. */
const drawsAtMost = 8

/**
 * Finds the console, adopts a code that was never seen, or makes a console with a code of central's
 * drawing. Two who bring the same unknown code at once are one console: the unique code decides.
 *
 * @throws Problem `too_many_new`
 */
export async function identify(
  deps: Deps,
  nodeId: string,
  { supportCode, mediaVersion, source }: z.output<NonNullable<(typeof endpoint)['body']>>,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx) => {
    const count = () => countCreation(tx, deps.creations, 'console', { nodeId, source })
    if (supportCode === null) {
      const made = await create(tx, mediaVersion)
      await count()
      return { ...made, created: true, slots: [] }
    }
    const known = await greet(tx, supportCode, mediaVersion)
    if (known !== null)
      return { consoleId: known, supportCode, created: false, slots: await slotsOf(tx, known) }
    const made = await insert(tx, supportCode, mediaVersion)
    if (made !== null) {
      await count()
      return { consoleId: made, supportCode, created: true, slots: [] }
    }
    // Whoever brought the same code at this moment has made the console.
    const others = await greet(tx, supportCode, mediaVersion)
    if (others === null) throw new Error('a console has vanished')
    return { consoleId: others, supportCode, created: false, slots: await slotsOf(tx, others) }
  })
}

/** Null when the code is unknown. Nothing is decided by the row, so the update is its own lock. */
async function greet(tx: Transaction, supportCode: string, mediaVersion: string): Promise<string | null> {
  const [known] = await tx
    .update(consoles)
    .set({ mediaVersion, lastLoginAt: now })
    .where(eq(consoles.supportCode, supportCode))
    .returning({ id: consoles.id })
  return known?.id ?? null
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
async function slotsOf(tx: Tx, consoleId: string): Promise<Slot[]> {
  return asSlots(await readSlots(tx, consoleId))
}

export function readSlots(tx: Tx, consoleId: string) {
  return tx
    .select({ slot: players.slot, capcomId: players.capcomId, name: players.name })
    .from(players)
    .where(eq(players.consoleId, consoleId))
    .orderBy(asc(players.slot))
}

export function asSlots(used: Awaited<ReturnType<typeof readSlots>>): Slot[] {
  return used.map((slot) => ({ ...slot, name: toBase64(slot.name) }))
}
