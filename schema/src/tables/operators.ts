/** What operators decide and what central keeps for them. */
import { sql } from 'drizzle-orm'
import {
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea, counter, moment } from './columns.ts'

/** In force while neither lifted nor past `until`. Read under the lock of what it is about (docs/locking.md). */
export const bans = pgTable(
  'bans',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    kind: text('kind').$type<'player' | 'console' | 'node'>().notNull(),
    /** A Capcom ID, or the id of a console or of a node. */
    subject: text('subject').notNull(),
    /** Told to the player. */
    reason: text('reason').notNull(),
    /** Null: until it is lifted. */
    until: moment('until'),
    createdBy: uuid('created_by').notNull(),
    createdAt: moment('created_at').notNull().default(sql`clock_timestamp()`),
    liftedBy: uuid('lifted_by'),
    liftedAt: moment('lifted_at'),
  },
  (t) => [index('bans_in_force').on(t.kind, t.subject).where(sql`${t.liftedAt} is null`)],
)

/** A hunter as each change left him. `actor` as in the audit log. */
export const playerHistory = pgTable(
  'player_history',
  {
    capcomId: text('capcom_id').notNull(),
    version: integer('version').notNull(),
    at: moment('at').notNull().default(sql`clock_timestamp()`),
    actor: text('actor').notNull(),
    /** `created`, `name`, `settings` or `rollback`. */
    change: text('change').notNull(),
    name: bytea('name').notNull(),
    settings: bytea('settings'),
  },
  (t) => [primaryKey({ columns: [t.capcomId, t.version] }), index('player_history_at').on(t.at)],
)

/** Answers of writes that a caller may ask for again. `status` is null while the write is under way. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** `operator:<id>` or `node:<id>`. */
    caller: text('caller').notNull(),
    key: text('key').notNull(),
    /** SHA-256 (hex) over method, path and body. */
    request: text('request').notNull(),
    status: smallint('status'),
    answer: jsonb('answer'),
    createdAt: moment('created_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.caller, t.key] }), index('idempotency_keys_age').on(t.createdAt)],
)

/** Figures of a minute, taken once by whichever instance comes first. */
export const statsSamples = pgTable('stats_samples', {
  /** The start of the minute. */
  at: timestamp('at', { withTimezone: true, mode: 'date' }).primaryKey(),
  playersOnline: counter('players_online').notNull(),
  nodes: integer('nodes').notNull(),
})
