/** Whether consoles reach a node: what dial-back has found (docs/decisions/0160-dial-back.md). */
import { boolean, jsonb, pgTable, uuid } from 'drizzle-orm/pg-core'
import type { Finding } from '../contract/hosts.ts'
import type { Address } from '../contract/types.ts'
import { moment } from './columns.ts'
import { nodes } from './nodes.ts'

/** Addresses of the ports that a start of a node tells; null where it has none. */
export interface Ports {
  readonly opn: Address | null
  readonly lmp: Address | null
  readonly fmp: Address | null
  readonly rfp: Address | null
}

/** One row for each node that central dials. A node without a row is listed as it is. */
export const nodeReach = pgTable('node_reach', {
  nodeId: uuid('node_id')
    .primaryKey()
    .references(() => nodes.id),
  /** Entry and game servers are shown to consoles. */
  listed: boolean('listed').notNull(),
  /** What the proof is about: with other addresses it is void. */
  proven: jsonb('proven').$type<Ports>(),
  provenAt: moment('proven_at'),
  dialledAt: moment('dialled_at'),
  findings: jsonb('findings').$type<readonly Finding[]>().notNull().default([]),
})
