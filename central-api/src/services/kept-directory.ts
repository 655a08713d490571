/**
 * The directory for syncs. Every sync brings it, and reading it counts every player and traveller of the community:
 * with many nodes nearly all of central's work. Populations are within one sync of the truth anyway, so what an
 * instance has read a moment ago is good for the next syncs too; whatever else changes raises the directory's
 * version, and is read at once.
 */
import type { Tx } from '../db/database.ts'
import type { Deps } from '../deps.ts'
import { type CountedDirectory, readDirectory } from './directory.ts'

/** Milliseconds. No more than a twentieth of the time is spent reading it, until it would be too old. */
const fresh = { least: 1000, most: 5000, timesRead: 20 } as const

/** While somebody reads it anew the others need not, for so long. */
const meanwhileMs = 2000

interface Kept {
  readonly directory: CountedDirectory
  readonly readAt: number
  readonly freshForMs: number
  beingRead: boolean
}

/** One for each app of this process. */
const keptBy = new WeakMap<Deps, Kept>()

/** @param version as the database has it now */
export async function keptDirectory(deps: Deps, tx: Tx, version: number): Promise<CountedDirectory> {
  const kept = freshDirectory(deps)
  if (kept?.version === version) return kept
  const reading = willRead(deps)
  try {
    return reading.done(await readDirectory(tx))
  } finally {
    reading.end()
  }
}

/** What was read a moment ago; of its version only the database knows whether it is still the newest. */
export function freshDirectory(deps: Deps): CountedDirectory | null {
  const kept = keptBy.get(deps)
  if (!kept) return null
  const good = kept.beingRead ? kept.freshForMs + meanwhileMs : kept.freshForMs
  return performance.now() - kept.readAt < good ? kept.directory : null
}

/** Before the directory is read, or may be; `end` whatever comes of it. */
export function willRead(deps: Deps) {
  const before = freshDirectory(deps) ? undefined : keptBy.get(deps)
  if (before) before.beingRead = true
  const readAt = performance.now()
  return {
    done(directory: CountedDirectory): CountedDirectory {
      const took = performance.now() - readAt
      const freshForMs = Math.min(Math.max(took * fresh.timesRead, fresh.least), fresh.most)
      keptBy.set(deps, { directory, readAt, freshForMs, beingRead: false })
      return directory
    },
    end() {
      if (before) before.beingRead = false
    },
  }
}
