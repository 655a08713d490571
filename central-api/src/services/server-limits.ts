/** What an operator lets nodes bring: how many game servers, how large, of which kinds and regions. */
import {
  type limitNode as endpoint,
  type Output,
  Problem,
  type ServerLimits,
  type ServerOffer,
} from '@citygate/schema/contract'
import { meta, nodes } from '@citygate/schema/tables'
import { eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { Transaction } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { audit } from './audit.ts'

type Offer = z.output<typeof ServerOffer>
type Limits = Output<typeof endpoint>

/** @throws Problem `node_not_found` */
export async function limitNode(
  deps: Deps,
  operatorId: string,
  nodeId: string,
  limits: ServerLimits | null,
): Promise<Limits> {
  return transact(deps, async (tx) => {
    await tx.select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId)).for('no key update')
    const changed = await tx
      .update(nodes)
      .set({ serverLimits: limits })
      .where(eq(nodes.id, nodeId))
      .returning({ id: nodes.id })
    if (changed.length === 0) throw new Problem('node_not_found')
    await audit(tx, `operator:${operatorId}`, 'limit-node', `node:${nodeId}`, { limits })
    return { own: limits, all: await limitsOfAll(tx) }
  })
}

export async function limitNodes(
  deps: Deps,
  operatorId: string,
  limits: ServerLimits | null,
): Promise<Limits> {
  return transact(deps, async (tx) => {
    await tx.update(meta).set({ serverLimits: limits })
    await audit(tx, `operator:${operatorId}`, 'limit-nodes', 'all', { limits })
    return { own: null, all: limits }
  })
}

/**
 * Under the node's lock. The default world is central's own, and not limited.
 *
 * @throws Problem `forbidden`, with what is too much
 */
export async function requireWithinLimits(
  tx: Transaction,
  nodeId: string,
  offers: readonly Offer[],
): Promise<void> {
  const [node] = await tx.select({ own: nodes.serverLimits }).from(nodes).where(eq(nodes.id, nodeId))
  const limits = node?.own ?? (await limitsOfAll(tx))
  if (limits === null) return
  const errors = tooMuch(limits, offers).map(([field, detail]) => ({ in: 'body' as const, field, detail }))
  if (errors.length === 0) return
  const words = errors.map(({ field, detail }) => `${field}: ${detail}`).join('; ')
  throw new Problem('forbidden', `An operator allows this node less. ${words}`, errors)
}

async function limitsOfAll(tx: Transaction): Promise<ServerLimits | null> {
  const [central] = await tx.select({ all: meta.serverLimits }).from(meta)
  return central?.all ?? null
}

function tooMuch(limits: ServerLimits, offers: readonly Offer[]): [field: string, detail: string][] {
  const { servers, capacity, types, regions } = limits
  const found: [string, string][] = []
  if (servers !== undefined && offers.length > servers) found.push(['servers', `at most ${servers}`])
  for (const [index, offer] of offers.entries()) {
    const field = `servers.${index}`
    if (capacity !== undefined && offer.capacity > capacity) {
      found.push([`${field}.capacity`, `at most ${capacity}`])
    }
    if (types && !types.includes(offer.type)) found.push([`${field}.type`, `one of ${types.join(', ')}`])
    if (regions && !(offer.region !== null && regions.includes(offer.region))) {
      found.push([`${field}.region`, `one of ${regions.join(', ')}`])
    }
  }
  return found
}
