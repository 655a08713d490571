/** What the public sees of game servers, their gates and cities. Counts are of those who are online now. */
import { type City, type Gate, Problem, type Server } from '@citygate/schema/contract'
import { livePresence, nodeEpochs, nodes, players, servers } from '@citygate/schema/tables'
import { and, asc, count, eq, getTableColumns, gt, isNotNull, sql } from 'drizzle-orm'
import { now } from '../db/clock.ts'
import type { Tx } from '../db/database.ts'
import { listed } from './listed.ts'
import { cityName, gateName } from './place-names.ts'

/** The start of a node that carries the server, and lives. */
const ofLiveCarrier = and(
  eq(nodeEpochs.nodeId, servers.nodeId),
  eq(nodeEpochs.epoch, servers.epoch),
  eq(nodeEpochs.epoch, nodes.newestEpoch),
  gt(nodeEpochs.expiresAt, now),
  // Where consoles are told to connect: without it nobody can play there.
  isNotNull(nodeEpochs.fmp),
  listed,
)

/** Every game server, in the order of its id. */
export async function listServers(tx: Tx): Promise<Server[]> {
  const counted = tx
    .select({ serverId: livePresence.serverId, population: count().as('population') })
    .from(livePresence)
    .groupBy(livePresence.serverId)
    .as('counted')
  const rows = await tx
    .select({
      id: servers.id,
      name: servers.name,
      type: servers.type,
      capacity: servers.capacity,
      region: servers.region,
      nodeId: nodes.id,
      nodeName: nodes.name,
      /** Null when no live epoch carries the server. */
      draining: nodeEpochs.draining,
      reportedAt: nodeEpochs.renewedAt,
      population: sql<number>`coalesce(${counted.population}, 0)::int`,
    })
    .from(servers)
    .leftJoin(nodes, eq(nodes.id, servers.nodeId))
    .leftJoin(nodeEpochs, ofLiveCarrier)
    .leftJoin(counted, eq(counted.serverId, servers.id))
    .orderBy(asc(servers.id))
  return rows.map(({ nodeId, nodeName, draining, reportedAt, ...server }) => ({
    ...server,
    reportedAt: reportedAt?.toISOString() ?? null,
    status: statusOf(draining, server),
    node: nodeId === null ? null : { id: nodeId, name: nodeName ?? '' },
  }))
}

function statusOf(draining: boolean | null, server: { population: number; capacity: number }) {
  if (draining === null) return 'down'
  if (draining) return 'draining'
  return server.population >= server.capacity ? 'full' : 'up'
}

/** @throws Problem `server_not_found` */
export async function listGates(tx: Tx, serverId: number): Promise<Gate[]> {
  const server = await serverOf(tx, serverId)
  const counted = await tx
    .select({ gate: livePresence.gate, population: count() })
    .from(livePresence)
    .where(and(eq(livePresence.serverId, serverId), isNotNull(livePresence.gate)))
    .groupBy(livePresence.gate)
  const populations = new Map(counted.map(({ gate, population }) => [gate, population]))
  return numbers(server.gates).map((id) => {
    const population = populations.get(id) ?? 0
    const capacity = server.gateCapacity
    const state = stateOf(population, capacity)
    return { id, name: gateName(id), population, capacity, state, reportedAt: server.reportedAt }
  })
}

/** @throws Problem `server_not_found`, `gate_not_found` */
export async function listCities(tx: Tx, serverId: number, gate: number): Promise<City[]> {
  const server = await serverOf(tx, serverId)
  if (gate > server.gates) throw new Problem('gate_not_found')
  const there = await tx
    .select({
      city: livePresence.city,
      capcomId: livePresence.capcomId,
      name: players.nameText,
      leader: livePresence.leader,
      inQuest: livePresence.inQuest,
    })
    .from(livePresence)
    .innerJoin(players, eq(players.capcomId, livePresence.capcomId))
    .where(
      and(eq(livePresence.serverId, serverId), eq(livePresence.gate, gate), isNotNull(livePresence.city)),
    )
  const inside = Map.groupBy(there, ({ city }) => city)
  return numbers(server.cities).map((id) => {
    const hunters = inside.get(id) ?? []
    const leader = hunters.find((hunter) => hunter.leader)
    const capacity = server.cityCapacity
    return {
      id,
      name: cityName(id),
      population: hunters.length,
      capacity,
      state: stateOf(hunters.length, capacity),
      reportedAt: server.reportedAt,
      leader: leader ? { capcomId: leader.capcomId, name: leader.name } : null,
      inQuest: hunters.filter((hunter) => hunter.inQuest).length,
    }
  })
}

async function serverOf(tx: Tx, serverId: number) {
  const [server] = await tx
    .select({ ...getTableColumns(servers), reportedAt: nodeEpochs.renewedAt })
    .from(servers)
    .leftJoin(nodes, eq(nodes.id, servers.nodeId))
    .leftJoin(nodeEpochs, ofLiveCarrier)
    .where(eq(servers.id, serverId))
  if (!server) throw new Problem('server_not_found')
  return { ...server, reportedAt: server.reportedAt?.toISOString() ?? null }
}

/** As the game shows it: a gate counts the players of its cities too. */
function stateOf(population: number, capacity: number): Gate['state'] {
  if (population === 0) return 'empty'
  return population < capacity ? 'joinable' : 'full'
}

/** Gates and cities are numbered from 1. */
const numbers = (last: number) => Array.from({ length: last }, (_, index) => index + 1)
