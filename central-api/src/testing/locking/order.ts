/** In which order a transaction locks, read from the statements that it really sends (docs/locking.md, rule 1). */
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

/** Reads the statements of one connection after the other. A table that the transaction has locked already waits for nobody. */
export class LockOrder {
  readonly #held = new Map<number, Set<string>>()
  readonly breaches: Breach[] = []
  /** Transactions that locked something. */
  transactions = 0

  see({ connection, text }: Sent): void {
    // A savepoint that is rolled back is of this transaction still.
    if (/^\s*(begin|commit|rollback(?! to))/i.test(text)) {
      this.#held.delete(connection)
      return
    }
    const now = lockedBy(text)
    if (now.length === 0) return
    const held = this.#held.get(connection)
    if (!held) this.transactions++
    const before = held ?? new Set<string>()
    const highest = Math.max(-1, ...[...before].map(rank))
    for (const table of now) {
      if (before.has(table) || rank(table) >= highest) continue
      this.breaches.push({ table, after: lockOrder[highest] ?? '', statement: text.replace(/\s+/g, ' ') })
    }
    for (const table of now) before.add(table)
    this.#held.set(connection, before)
  }
}

const rank = (table: string) => lockOrder.indexOf(table)
