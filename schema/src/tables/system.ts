/** What central knows of itself, its operators and what they did. */
import { sql } from 'drizzle-orm'
import { check, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { OperatorRole, ServerLimits } from '../contract/types.ts'
import { counter, moment } from './columns.ts'

/**
 * One row. `incarnation` changes when the database is restored or imported. Epochs and fences carry it: those of an
 * incarnation are all higher than any of the one before (`nodes.epoch_floor`, `fence_floor`).
 */
export const meta = pgTable(
  'meta',
  {
    id: integer('id').primaryKey().default(1),
    incarnation: uuid('incarnation').notNull().defaultRandom(),
    /** `citygate_fingerprint()` of the database in which the incarnation began; null before the first look. */
    fingerprint: text('fingerprint'),
    /** Fences of this incarnation are higher. */
    fenceFloor: counter('fence_floor').notNull().default(0),
    /** What nodes may bring, where the node's own row says nothing. */
    serverLimits: jsonb('server_limits').$type<ServerLimits>(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (t) => [check('meta_one_row', sql`${t.id} = 1`)],
)

/**
 * One row: when a node's call was last answered, to some seconds. A central that has no lasting process knows by it
 * that it was away, and since when.
 */
export const heartbeat = pgTable(
  'heartbeat',
  {
    id: integer('id').primaryKey().default(1),
    at: moment('at').notNull().defaultNow(),
  },
  (t) => [check('heartbeat_one_row', sql`${t.id} = 1`)],
)

/** One row, apart from `meta` because it is written more often. Rises when more than populations changed; never 0. */
export const directory = pgTable(
  'directory',
  {
    id: integer('id').primaryKey().default(1),
    version: counter('version').notNull().default(1),
  },
  (t) => [check('directory_one_row', sql`${t.id} = 1`)],
)

/** Keys are known by the SHA-256 (hex) of the whole bearer token. */
export const operatorKeys = pgTable('operator_keys', {
  id: uuid('id').primaryKey().defaultRandom(),
  keyHash: text('key_hash').notNull().unique(),
  name: text('name').notNull(),
  role: text('role').$type<OperatorRole>().notNull().default('own'),
  createdAt: moment('created_at').notNull().defaultNow(),
  revokedAt: moment('revoked_at'),
})

/** Who did what. `actor` is `operator:<id>`, `node:<id>` or `central`. */
export const auditLog = pgTable('audit_log', {
  id: counter('id').primaryKey().generatedAlwaysAsIdentity(),
  at: moment('at').notNull().defaultNow(),
  actor: text('actor').notNull(),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  detail: jsonb('detail').notNull().default({}),
})
