/** What entry nodes show to consoles. Populations and status are computed at reading. */
import type { Address, Directory } from '@citygate/schema/contract'
import {
  directory,
  leases,
  livePresence,
  nodeEpochs,
  nodes,
  seats,
  servers,
  tickets,
} from '@citygate/schema/tables'
import { and, asc, eq, gt, isNotNull, sql } from 'drizzle-orm'
import { now } from '../db/clock.ts'
import type { Transaction, Tx } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import type { Wake } from '../db/transaction.ts'
import { listed } from './listed.ts'
import { softOf } from './server-offers.ts'

/** More than populations has changed: held syncs end, and consoles fetch the names anew. Never 0, and within 32 bits. */
export async function bumpDirectory(tx: Transaction, wake: Wake): Promise<void> {
  await tx.update(directory).set({ version: sql`${directory.version} % 4294967295 + 1` })
  wake('directory')
}

/** Who carries a game server or an entry, and what was heard of it last; null of nobody. */
export interface Carrier {
  readonly nodeId: string | null
  readonly epoch: number | null
  readonly lastSync: number | null
}

type Entry = Omit<Directory['entries'][number], 'load'> & Carrier & { readonly load: number }

export type CountedDirectory = Pick<Directory, 'version'> & {
  readonly servers: readonly (Directory['servers'][number] & Carrier)[]
  readonly entries: readonly Entry[]
}

export async function readDirectory(tx: Tx): Promise<CountedDirectory> {
  const [[head], servers, entries] = await inTurn(
    tx.select({ version: directory.version }).from(directory),
    readServers(tx),
    readEntries(tx),
  )
  return asDirectory(head?.version ?? 1, servers, entries)
}

/** As the rows below say it. */
export function asDirectory(
  version: number,
  servers: readonly (Omit<CountedDirectory['servers'][number], 'status'> & {
    readonly draining: boolean | null
  })[],
  entries: readonly (Omit<Entry, 'lmp'> & { readonly lmp: Address | null })[],
): CountedDirectory {
  return {
    version,
    servers: servers.map(({ draining, ...server }) => ({ ...server, status: statusOf(draining, server) })),
    entries: entries.flatMap(({ lmp, ...entry }) => (lmp ? [{ ...entry, lmp }] : [])),
  }
}

/** A node's start that lives, the newest and not expired, and that consoles reach. */
const live = and(eq(nodeEpochs.epoch, nodes.newestEpoch), gt(nodeEpochs.expiresAt, now), listed)

/**
 * Travellers count where they are going: their seats are theirs already. Everybody is counted once, in one pass: game
 * servers are many, and so are those who play. Names are as in the answer: it is read as JSON too. What nobody carries comes
 * last: it takes no place from what somebody does.
 */
export function readServers(tx: Tx) {
  const shown = tx
    .select({ serverId: livePresence.serverId, players: sql<number>`count(*)`.as('players') })
    .from(livePresence)
    .groupBy(livePresence.serverId)
    .as('shown')
  const coming = tx
    .select({ serverId: seats.serverId, travellers: sql<number>`count(*)`.as('travellers') })
    .from(seats)
    .where(
      sql`${seats.expiresAt} > clock_timestamp() and not exists (select from ${livePresence}
        where ${livePresence.capcomId} = ${seats.capcomId} and ${livePresence.serverId} = ${seats.serverId})`,
    )
    .groupBy(seats.serverId)
    .as('coming')
  return tx
    .select({
      id: servers.id,
      nodeId: sql<string | null>`${servers.nodeId}`.as('nodeId'),
      epoch: sql<number | null>`${servers.epoch}`.as('epoch'),
      lastSync: sql<number | null>`${nodeEpochs.lastSync}::float8`.as('lastSync'),
      name: servers.name,
      type: servers.type,
      capacity: servers.capacity,
      soft: softOf.as('soft'),
      population: sql<number>`(coalesce(${shown.players}, 0) + coalesce(${coming.travellers}, 0))::int`.as(
        'population',
      ),
      /** Null when no live start carries the server. */
      draining: nodeEpochs.draining,
      address: sql<Address | null>`${nodeEpochs.fmp}`.as('address'),
    })
    .from(servers)
    .leftJoin(nodes, eq(nodes.id, servers.nodeId))
    .leftJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, nodes.id), eq(nodeEpochs.epoch, servers.epoch), live))
    .leftJoin(shown, eq(shown.serverId, servers.id))
    .leftJoin(coming, eq(coming.serverId, servers.id))
    .orderBy(sql`${servers.nodeId} is null`, asc(servers.id))
    .limit(80)
}

function statusOf(
  draining: boolean | null,
  server: { readonly population: number; readonly capacity: number; readonly address: unknown },
): Directory['servers'][number]['status'] {
  if (draining === null || server.address === null) return 'down'
  if (draining) return 'draining'
  return server.population >= server.capacity ? 'full' : 'up'
}

/**
 * Least loaded first. Central counts, not the node: log-ins that are on their way from there, each of them a dialogue,
 * and players that it holds, of whom some twenty are the work of one.
 */
export function readEntries(tx: Tx) {
  const load = sql<number>`((select count(*) from ${tickets}
      where ${tickets.issuedBy} = ${nodes.id} and ${tickets.expiresAt} > clock_timestamp())
    + (select count(*) from ${leases}
      where ${leases.nodeId} = ${nodes.id} and ${leases.epoch} = ${nodes.newestEpoch}) / 20.0)::float8`
  return tx
    .select({
      nodeId: sql<string>`${nodes.id}`.as('nodeId'),
      epoch: sql<number>`${nodeEpochs.epoch}`.as('epoch'),
      lastSync: sql<number>`${nodeEpochs.lastSync}::float8`.as('lastSync'),
      lmp: nodeEpochs.lmp,
      rfp: nodeEpochs.rfp,
      load: load.as('load'),
    })
    .from(nodes)
    .innerJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, nodes.id), live))
    .where(and(nodeEpochs.entry, eq(nodeEpochs.draining, false), isNotNull(nodeEpochs.lmp)))
    .orderBy(sql`load`, asc(nodes.id))
}
