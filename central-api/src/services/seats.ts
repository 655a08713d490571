/** Places on game servers, counted under the server's lock: held players and travellers together never exceed the capacity. */
import { Problem } from '@citygate/schema/contract'
import { leases, nodeEpochs, nodes, seats, servers } from '@citygate/schema/tables'
import { and, eq, gt, ne, type SQL, sql } from 'drizzle-orm'
import { now, nowPlus } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { timesOf } from '../times.ts'

export function lockServer(tx: Transaction, serverId: number) {
  return tx.select({ id: servers.id }).from(servers).where(eq(servers.id, serverId)).for('no key update')
}

/** What decides whether there is room: read under the server's lock, right behind it. */
export function readRoom(tx: Transaction, capcomId: string, serverId: number) {
  return tx
    .select({
      name: servers.name,
      nodeId: nodes.id,
      capacity: servers.capacity,
      address: nodeEpochs.fmp,
      draining: nodeEpochs.draining,
      expected: expected(tx, serverId, capcomId),
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
}

type Room = Awaited<ReturnType<typeof readRoom>>[number]

/**
 * Where a traveller would go.
 *
 * @throws Problem `server_not_found`, `server_down`, `server_full`
 */
export function requireRoom(server: Room | undefined) {
  if (!server) throw new Problem('server_not_found')
  const { name, nodeId, address, capacity } = server
  if (!nodeId || !address) throw new Problem('server_down', `No node carries ${name} now.`)
  if (server.draining) throw new Problem('server_down', `${name} is being emptied.`)
  if (server.expected >= capacity) throw new Problem('server_full')
  return { nodeId, address }
}

/** Keeps a place for a traveller. He has one seat: a later one replaces it. */
export function keepSeat(tx: Transaction, capcomId: string, serverId: number) {
  const seat = { serverId, expiresAt: nowPlus(timesOf(tx).seat) }
  return tx
    .insert(seats)
    .values({ capcomId, ...seat })
    .onConflictDoUpdate({ target: seats.capcomId, set: seat })
    .returning({ until: seats.expiresAt })
}

/** The traveller has arrived: his seat is no longer needed. */
export function takeSeat(tx: Transaction, capcomId: string, serverId: number) {
  return tx
    .delete(seats)
    .where(and(eq(seats.capcomId, capcomId), eq(seats.serverId, serverId)))
    .returning({ live: sql<boolean>`${seats.expiresAt} > clock_timestamp()` })
}

/** Players that live nodes hold there, and travellers on the way, without this one. */
function expected(tx: Transaction, serverId: number, without: string): SQL<number> {
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
  return sql<number>`(select count(*)::int from (${held.union(travelling)}) expected)`
}
