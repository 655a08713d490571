/** What this node goes by since it registered last. */
import type { Directory } from '@citygate/schema/contract'
import type { Holds } from './holds.ts'
import type { Outbox } from './outbox.ts'
import type { Epoch } from './registration.ts'

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

/** Central's counts are as old as the last sync; this node's own players are counted here and now. */
export function directoryNow({ epoch }: Standing, shown: Directory, holds: Holds): Directory {
  const own = new Set(epoch.servers.map(({ id }) => id))
  const populations = holds.populations()
  const servers = shown.servers.map((server) =>
    own.has(server.id) ? { ...server, population: populations.get(server.id) ?? 0 } : server,
  )
  return { ...shown, servers }
}
