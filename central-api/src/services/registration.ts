/** A start of a node: a new epoch, and the game servers that it carries. */
import {
  type registerNode as endpoint,
  type Output,
  Problem,
  type ServerAssignment,
} from '@citygate/schema/contract'
import { directory, meta, nodeEpochs, nodes, presence, servers } from '@citygate/schema/tables'
import { and, asc, eq, inArray, lt } from 'drizzle-orm'
import type { z } from 'zod'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { NodeCaller } from '../routes/route.ts'
import { requireNodeUnbanned } from './bans.ts'
import { defaultWorld } from './default-world.ts'
import { bumpDirectory, readDirectory } from './directory.ts'
import { asColumns } from './enrolment.ts'
import { readNewestEpoch } from './epochs.ts'
import { requireSettled } from './incarnation.ts'
import { leaseEnd, leaseMs } from './pace.ts'
import { beginReach } from './reach.ts'
import { requireWithinLimits } from './server-limits.ts'
import { placeOffers, softOf } from './server-offers.ts'
import { offered } from './silence.ts'

type Start = z.output<NonNullable<(typeof endpoint)['body']>>

/** @throws Problem `forbidden`, `bad_request` (more game servers than a console can list) */
export async function registerNode(
  deps: Deps,
  caller: NodeCaller,
  start: Start,
  from: string | null,
): Promise<Output<typeof endpoint>> {
  const roles = asColumns(start.roles)
  for (const role of ['entry', 'world'] as const) {
    if (roles[role] && !caller[role]) {
      throw new Problem('forbidden', `This node has not been granted the role \`${role}\`.`)
    }
  }
  return transact(deps, async (tx, wake) => {
    const { nodeId } = caller
    if (!Array.isArray(start.servers)) await makeDefaultWorld(tx)
    await tx.select({ id: servers.id }).from(servers).orderBy(asc(servers.id)).for('no key update')
    await tx.select({ id: directory.id }).from(directory).for('no key update')
    await tx.select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId)).for('no key update')

    const { epoch, lease } = await openEpoch(deps, tx, nodeId, start, roles)
    await beginReach(deps, tx, nodeId, start, from)
    const carried = await carry(tx, nodeId, epoch, roles.world ? start.servers : [])
    await bumpDirectory(tx, wake)
    const [central] = await tx.select({ incarnation: meta.incarnation }).from(meta)
    if (!central) throw new Error('the table meta has no row')
    return {
      nodeId,
      epoch,
      incarnation: central.incarnation,
      leaseMs: lease,
      servers: carried,
      directory: offered(deps, await readDirectory(tx)),
    }
  })
}

/** Two nodes that do this at once on an empty database make it once: the second waits, and finds it made. */
async function makeDefaultWorld(tx: Transaction): Promise<void> {
  await tx.insert(servers).values(defaultWorld).onConflictDoNothing({ target: servers.id })
}

async function openEpoch(
  deps: Deps,
  tx: Transaction,
  nodeId: string,
  start: Start,
  roles: { entry: boolean; world: boolean },
): Promise<{ readonly epoch: number; readonly lease: number }> {
  const [before] = await readNewestEpoch(tx, nodeId)
  if (!before) throw new Problem('unauthorized', 'The key is unknown.')
  requireSettled(before.moved)
  await requireNodeUnbanned(tx, nodeId)
  const epoch = before.newest + 1
  const { name, software, opn, lmp, fmp, rfp } = start
  await tx.update(nodes).set({ name, newestEpoch: epoch }).where(eq(nodes.id, nodeId))
  const [opened] = await tx
    .insert(nodeEpochs)
    .values({
      ...{ nodeId, epoch, ...roles, software, opn, lmp, fmp, rfp },
      ...{ startedAt: now, renewedAt: now, expiresAt: leaseEnd(deps) },
    })
    .returning({ lease: leaseMs(deps) })
  if (!opened) throw new Error('an insert gave no row')
  await tx.delete(presence).where(and(eq(presence.nodeId, nodeId), lt(presence.epoch, epoch)))
  return { epoch, lease: opened.lease }
}

/** What this node carried before and does not carry now is released: its own word is the proof. */
async function carry(
  tx: Transaction,
  nodeId: string,
  epoch: number,
  wish: Start['servers'],
): Promise<ServerAssignment[]> {
  const all = await tx.select().from(servers).orderBy(asc(servers.id))
  if (Array.isArray(wish)) await requireWithinLimits(tx, nodeId, wish)
  const ids = Array.isArray(wish)
    ? await placeOffers(tx, nodeId, all, wish)
    : shareOf(wish).filter((id) => isFree(all, id, nodeId))
  await tx.update(servers).set({ nodeId: null, epoch: null }).where(eq(servers.nodeId, nodeId))
  if (ids.length === 0) return []
  const carried = await tx.update(servers).set({ nodeId, epoch }).where(inArray(servers.id, ids)).returning({
    id: servers.id,
    name: servers.name,
    type: servers.type,
    gates: servers.gates,
    cities: servers.cities,
    capacity: servers.capacity,
    soft: softOf,
    region: servers.region,
  })
  return carried.sort((a, b) => a.id - b.id)
}

/** Every n-th, so that each share has game servers of every kind, as far as they go round. */
function shareOf(wish: Exclude<Start['servers'], readonly unknown[]>): number[] {
  const { index, of } = wish === 'default' ? { index: 0, of: 1 } : wish.default
  return defaultWorld.filter((_, position) => position % of === index).map(({ id }) => id)
}

/** A game server moves only on proof: one that another node carries stays his, however long he is silent. */
function isFree(all: readonly { id: number; nodeId: string | null }[], id: number, nodeId: string): boolean {
  const server = all.find((known) => known.id === id)
  return server !== undefined && (server.nodeId === null || server.nodeId === nodeId)
}
