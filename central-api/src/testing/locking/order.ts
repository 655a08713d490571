/** In which order a transaction locks, read from the statements that it really sends (docs/locking.md, rule 1). */
import { type Functions, walk } from './functions.ts'
import type { Sent } from './traced-central.ts'

/** The one order of docs/locking.md. */
const lockOrder: readonly string[] = [
  'idempotency_keys',
  'meta',
  'heartbeat',
  'tickets',
  'consoles',
  'players',
  'leases',
  'servers',
  'seats',
  'directory',
  'nodes',
  'node_epochs',
  'journals',
  'presence',
  'node_reach',
  'questions',
  'creations',
]

/** Tables whose existing rows a statement locks, as far as they are in the order. */
export function lockedBy(text: string): string[] {
  const found = new Set<string>()
  const words = text.toLowerCase()
  // Waits for nobody.
  if (words.includes('skip locked')) return []
  for (const [, table] of words.matchAll(/\b(?:update|delete from)\s+"?([a-z_]+)"?/g)) found.add(table ?? '')
  // Waits for whoever is just writing the row that is in its way.
  for (const [, table] of words.matchAll(/\binsert into\s+"?([a-z_]+)"?[^;]*?on conflict/g)) {
    found.add(table ?? '')
  }
  const locking = /\bfor (?:update|no key update|share|key share)\b/.test(words)
  if (locking) found.add(/\bfrom\s+"?([a-z_]+)"?/.exec(words)?.[1] ?? '')
  return lockOrder.filter((table) => found.has(table))
}

/** A lock that comes too late, in words; none when the order is kept. */
export interface Breach {
  readonly table: string
  readonly after: string
  readonly statement: string
}

/**
 * Reads the statements of one connection after the other, and with them those of the functions that they call. A table that the
 * transaction has locked already waits for nobody.
 */
export class LockOrder {
  readonly #functions: Functions
  /** Of the connections with an open transaction. */
  readonly #held = new Map<number, ReadonlySet<string>>()
  readonly breaches: Breach[] = []
  /** Everything that was locked on any way. */
  readonly locked = new Set<string>()

  constructor(functions: Functions = new Map()) {
    this.#functions = functions
  }

  see({ connection, text }: Sent): void {
    if (/^\s*begin/i.test(text)) {
      this.#held.set(connection, new Set())
      return
    }
    // A savepoint that is rolled back is of this transaction still.
    if (/^\s*(commit|rollback(?! to))/i.test(text)) {
      this.#held.delete(connection)
      return
    }
    const before = this.#held.get(connection)
    const after = walk(this.#functions, text, before ?? new Set(), (statement, held) =>
      this.#lock(statement, held),
    )
    // Else the statement was a transaction by itself.
    if (before) this.#held.set(connection, after)
  }

  /** What an open transaction has locked, in the one order. */
  heldBy(connection: number): string[] {
    return lockOrder.filter((table) => this.#held.get(connection)?.has(table))
  }

  #lock(statement: string, before: ReadonlySet<string>): ReadonlySet<string> {
    const now = lockedBy(statement)
    for (const table of now) this.locked.add(table)
    const highest = Math.max(-1, ...[...before].map(rank))
    for (const table of now) {
      if (before.has(table) || rank(table) >= highest) continue
      this.breaches.push({
        table,
        after: lockOrder[highest] ?? '',
        statement: statement.replace(/\s+/g, ' '),
      })
    }
    return new Set([...before, ...now])
  }
}

const rank = (table: string) => lockOrder.indexOf(table)
