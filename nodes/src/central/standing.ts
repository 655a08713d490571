/** What this node goes by since it registered last. */
import type { Directory } from '@citygate/schema/contract'
import type { Holds } from './holds.ts'
import type { Outbox } from './outbox.ts'
import type { Epoch } from './registration.ts'
import type { Travellers } from './travellers.ts'

/** Begun anew where central has to be registered with again. */
export interface Standing {
  epoch: Epoch
  /** As told last. */
  directory: Directory
  /** Highest number of a letter that was handled. */
  mailSeen: number
  outbox: Outbox
}

export function standingOf(epoch: Epoch, outbox: Outbox): Standing {
  return { epoch, directory: epoch.directory, mailSeen: 0, outbox }
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * Central counts every second or so (decision 0113), and tells the same counts to all syncs meanwhile: those whom this node
 * has sent on are in them once they have changed. What has not changed stays the same object, by which OPN knows as much.
 */
export function hearDirectory(
  standing: Pick<Standing, 'directory'>,
  told: Directory,
  travellers: Pick<Travellers, 'counted'>,
): void {
  const { servers, entries } = standing.directory
  const sameServers = isSame(told.servers, servers)
  if (!sameServers) travellers.counted()
  standing.directory = {
    ...told,
    servers: sameServers ? servers : told.servers,
    entries: isSame(told.entries, entries) ? entries : told.entries,
  }
}

/**
 * Central's counts are as old as the last sync; this node's own players are counted here and now, and so are those whom
 * it has sent to any game server since.
 */
export function directoryNow(
  { epoch }: { readonly epoch: Pick<Epoch, 'servers'> },
  shown: Directory,
  holds: Pick<Holds, 'population'>,
  travellers: Pick<Travellers, 'to'>,
): Directory {
  const own = new Set(epoch.servers.map(({ id }) => id))
  const servers = shown.servers.map((server) => {
    const there = own.has(server.id) ? holds.population(server.id) : server.population
    return { ...server, population: there + travellers.to(server.id) }
  })
  return { ...shown, servers }
}
