/**
 * How many consoles and hunters an entry node may create in an hour, and how many come from one place: whoever runs a
 * node, or connects to one, cannot fill the tables (shared-state.md, "What a stranger's node can and cannot do").
 * Counted by `count_creation` in the database.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { CreationLimits, Deps } from '../deps.ts'

/** Far above a launch night of one community. A console has six hunters. */
const usual: CreationLimits = { perNode: 10_000, perSource: 30 }
const huntersOfAConsole = 6

/** The last two arguments of what creates: of a node, and of a place. */
export function limitsOf({ creations = usual }: Deps, kind: 'console' | 'hunter'): SQL {
  const times = kind === 'hunter' ? huntersOfAConsole : 1
  return sql`${creations.perNode * times}, ${creations.perSource * times}`
}
