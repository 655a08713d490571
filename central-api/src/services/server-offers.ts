/** Ids for the game servers that a node brings. An id is a wish; central assigns. */
import { Problem, type ServerOffer } from '@citygate/schema/contract'
import { servers } from '@citygate/schema/tables'
import { eq, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Transaction } from '../db/database.ts'
import { defaultWorld } from './default-world.ts'

type Offer = z.output<typeof ServerOffer>
type Known = typeof servers.$inferSelect

/** Where nothing is said: a fifth of the places is for those who want to be with others. */
export const softOf = sql<number>`coalesce(${servers.soft}, ceil(${servers.capacity} * 0.8))::int`

/** What a console's list holds (login.md 3.3). */
const listedAtMost = 80

/**
 * Finds a place for each offer, in their order, and writes it: the id it wishes for when nobody else
 * carries that, else the one that the server of this name had on this node, else one that is free
 * above those of the default world. All rows of `all` are locked.
 *
 * @throws Problem `bad_request` when the console's list would overflow
 */
export async function placeOffers(
  tx: Transaction,
  nodeId: string,
  all: readonly Known[],
  offers: readonly Offer[],
): Promise<number[]> {
  const others = new Set(
    all.filter((server) => server.nodeId && server.nodeId !== nodeId).map(({ id }) => id),
  )
  if (others.size + offers.length > listedAtMost) {
    throw new Problem('bad_request', 'body servers: a console lists at most 80 game servers', [
      { in: 'body', field: 'servers', detail: `others carry ${others.size} of at most ${listedAtMost}` },
    ])
  }
  for (const [index, { soft, capacity }] of offers.entries()) {
    if (soft === null || soft <= capacity) continue
    const detail = `at most the capacity, ${capacity}`
    throw new Problem('bad_request', `body servers.${index}.soft: ${detail}`, [
      { in: 'body', field: `servers.${index}.soft`, detail },
    ])
  }
  const taken = new Set(others)
  const placed: number[] = []
  for (const offer of offers) {
    const before = all.find((server) => server.nodeId === nodeId && server.name === offer.name)?.id
    const wanted = [offer.id, before].find((id) => id !== undefined && !taken.has(id))
    const id = wanted === undefined ? await insertFree(tx, taken, offer) : await write(tx, wanted, offer)
    taken.add(id)
    placed.push(id)
  }
  return placed
}

async function write(tx: Transaction, id: number, { id: _, ...offer }: Offer): Promise<number> {
  await tx
    .insert(servers)
    .values({ id, ...offer })
    .onConflictDoUpdate({ target: servers.id, set: offer })
  return id
}

/** A row that another registration has just made is not seen, but stops the insert: then the next id is tried. */
async function insertFree(
  tx: Transaction,
  taken: ReadonlySet<number>,
  { id: _, ...offer }: Offer,
): Promise<number> {
  for (let id = defaultWorld.length + 1; id <= defaultWorld.length + 2 * listedAtMost; id++) {
    if (taken.has(id)) continue
    const [made] = await tx
      .insert(servers)
      .values({ id, ...offer })
      .onConflictDoNothing({ target: servers.id })
      .returning({ id: servers.id })
    if (made) return id
    const [there] = await tx.select({ nodeId: servers.nodeId }).from(servers).where(eq(servers.id, id))
    if (there?.nodeId === null) return write(tx, id, { ...offer })
  }
  throw new Problem('busy', 'Many nodes register at once.')
}
