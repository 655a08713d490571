/**
 * The directory for syncs. Every sync brings it, and reading it counts every player and traveller of the community:
 * with many nodes nearly all of central's work. Populations are within one sync of the truth anyway, so what an
 * instance has read a moment ago is good for the next syncs too; whatever else changes raises the directory's
 * version, and is read at once.
 */
import type { Directory } from '@citygate/schema/contract'
import type { Tx } from '../db/database.ts'
import type { Deps } from '../deps.ts'
import { readDirectory } from './directory.ts'

const freshForMs = 1000

/** While somebody reads it anew the others need not. */
const usableForMs = 3000

interface Kept {
  readonly directory: Directory
  readonly readAt: number
  beingRead: boolean
}

/** One for each app of this process. */
const keptBy = new WeakMap<Deps, Kept>()

/** @param version as the database has it now */
export async function keptDirectory(deps: Deps, tx: Tx, version: number): Promise<Directory> {
  const kept = keptBy.get(deps)
  if (kept && kept.directory.version === version) {
    const age = performance.now() - kept.readAt
    if (age < freshForMs || (kept.beingRead && age < usableForMs)) return kept.directory
    kept.beingRead = true
  }
  const readAt = performance.now()
  try {
    const directory = await readDirectory(tx)
    keptBy.set(deps, { directory, readAt, beingRead: false })
    return directory
  } finally {
    if (kept) kept.beingRead = false
  }
}
