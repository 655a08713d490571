/** Places on game servers, counted under the server's lock: held players and travellers together never exceed the capacity. */
import { Problem } from '@citygate/schema/contract'
import { leases, nodeEpochs, nodes, seats, servers } from '@citygate/schema/tables'
import { and, eq, gt, ne, sql } from 'drizzle-orm'
import { now, nowPlus } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { times } from './times.ts'

export interface Seat {
  readonly serverId: number
  readonly nodeId: string
  readonly address: { readonly host: string; readonly port: number }
  readonly seatUntil: string
}

export async function lockServer(tx: Transaction, serverId: number): Promise<void> {
  await tx.select({ id: servers.id }).from(servers).where(eq(servers.id, serverId)).for('no key update')
}

/**
 * Keeps a place for a traveller. He has one seat: a later one replaces it. Under the server's lock.
 *
 * @throws Problem `server_not_found`, `server_down`, `server_full`
 */
export async function reserve(tx: Transaction, capcomId: string, serverId: number): Promise<Seat> {
  const [server] = await tx
    .select({
      name: servers.name,
      nodeId: nodes.id,
      capacity: servers.capacity,
      address: nodeEpochs.fmp,
      draining: nodeEpochs.draining,
    })
    .from(servers)
    .leftJoin(nodes, eq(nodes.id, servers.nodeId))
    .leftJoin(
      nodeEpochs,
      and(
        eq(nodeEpochs.nodeId, nodes.id),
        eq(nodeEpochs.epoch, nodes.newestEpoch),
        eq(nodeEpochs.epoch, servers.epoch),
        gt(nodeEpochs.expiresAt, now),
      ),
    )
    .where(eq(servers.id, serverId))
  if (!server) throw new Problem('server_not_found')
  const { name, nodeId, address, capacity } = server
  if (!nodeId || !address) throw new Problem('server_down', `No node carries ${name} now.`)
  if (server.draining) throw new Problem('server_down', `${name} is being emptied.`)
  if ((await expected(tx, serverId, capcomId)) >= capacity) throw new Problem('server_full')

  const seat = { serverId, expiresAt: nowPlus(times.seat) }
  const [kept] = await tx
    .insert(seats)
    .values({ capcomId, ...seat })
    .onConflictDoUpdate({ target: seats.capcomId, set: seat })
    .returning({ until: seats.expiresAt })
  if (!kept) throw new Error('a seat was not kept')
  return { serverId, nodeId, address, seatUntil: kept.until.toISOString() }
}

/**
 * The traveller has arrived. A seat whose time was over is given once more when there is room. Under the
 * server's lock.
 *
 * @throws Problem `server_full`
 */
export async function confirm(tx: Transaction, capcomId: string, serverId: number): Promise<void> {
  const own = and(eq(seats.capcomId, capcomId), eq(seats.serverId, serverId))
  const [kept] = await tx
    .delete(seats)
    .where(own)
    .returning({
      live: sql<boolean>`${seats.expiresAt} > clock_timestamp()`,
    })
  if (kept?.live) return
  const [server] = await tx
    .select({ capacity: servers.capacity })
    .from(servers)
    .where(eq(servers.id, serverId))
  if (!server || (await expected(tx, serverId, capcomId)) >= server.capacity) throw new Problem('server_full')
}

/** Players that live nodes hold there, and travellers on the way, without this one. */
async function expected(tx: Transaction, serverId: number, without: string): Promise<number> {
  const held = tx
    .select({ capcomId: leases.capcomId })
    .from(leases)
    .innerJoin(nodes, and(eq(nodes.id, leases.nodeId), eq(nodes.newestEpoch, leases.epoch)))
    .innerJoin(
      nodeEpochs,
      and(
        eq(nodeEpochs.nodeId, leases.nodeId),
        eq(nodeEpochs.epoch, leases.epoch),
        gt(nodeEpochs.expiresAt, now),
      ),
    )
    .where(and(eq(leases.serverId, serverId), ne(leases.capcomId, without)))
  const travelling = tx
    .select({ capcomId: seats.capcomId })
    .from(seats)
    .where(and(eq(seats.serverId, serverId), gt(seats.expiresAt, now), ne(seats.capcomId, without)))
  return tx.$count(held.union(travelling).as('expected'))
}
