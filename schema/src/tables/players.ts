/** Consoles, their hunters, and who holds whom. */
import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import type { Weapon } from '../contract/types.ts'
import { bytea, counter, moment } from './columns.ts'

/** The support code is the account: it leaves central only towards the entry node that the console showed it to. */
export const consoles = pgTable('consoles', {
  id: uuid('id').primaryKey().defaultRandom(),
  supportCode: text('support_code').notNull().unique(),
  mediaVersion: text('media_version').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
  lastLoginAt: moment('last_login_at').notNull().defaultNow(),
})

/** Hunters. `name_text` and `name_folded` are made from `name` in one place (central-api, name-text.ts). */
export const players = pgTable(
  'players',
  {
    capcomId: text('capcom_id').primaryKey(),
    consoleId: uuid('console_id')
      .notNull()
      .references(() => consoles.id),
    slot: smallint('slot').notNull(),
    name: bytea('name').notNull(),
    nameText: text('name_text').notNull(),
    nameFolded: text('name_folded').notNull(),
    /** 0 until the hunter has shown settings. */
    rank: integer('rank').notNull().default(0),
    weapon: text('weapon').$type<Weapon>(),
    /** 256 bytes as shown last (structs.json, HunterSettings). */
    settings: bytea('settings'),
    /** "Deny friend requests", as the hunter switched it last. */
    deniesRequests: boolean('denies_requests').notNull().default(false),
    /** Rises with every change of name or settings; the newest row of `player_history`. */
    version: integer('version').notNull().default(1),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (t) => [
    unique('players_console_slot').on(t.consoleId, t.slot),
    check('players_slot', sql`${t.slot} between 1 and 6`),
    index('players_name_trigram').using('gin', sql`${t.nameFolded} gin_trgm_ops`),
    // Every part of one or two letters: the function is made in a migration of its own text.
    index('players_name_parts').using('gin', sql`name_parts(${t.nameFolded})`),
    // With what else a search asks for, so that a walk in this order need not look at the rows.
    index('players_by_name').on(t.nameFolded, t.capcomId, t.rank),
    index('players_by_rank').on(t.rank, t.capcomId, t.nameFolded),
  ],
)

/**
 * One row per hunter, made with him and never deleted. Live while `epoch` is the newest of `node_id`
 * and has not expired. `fence` only rises; a write under a lower one is refused. After a release
 * `node_id` is null. No foreign keys: a claim must not wait for a profile write elsewhere.
 */
export const leases = pgTable(
  'leases',
  {
    capcomId: text('capcom_id').primaryKey(),
    fence: counter('fence').notNull().default(0),
    nodeId: uuid('node_id'),
    epoch: integer('epoch'),
    /** The game server that the player was claimed for. */
    serverId: integer('server_id'),
    /** The log-in whose ticket made the claim. */
    login: uuid('login'),
    claimedAt: moment('claimed_at'),
    /** The last release. Of somebody who is held his holder knows more: its last report. */
    seenAt: moment('seen_at').notNull().defaultNow(),
    /** Of the claim: the same asked again is the same claim. */
    attempt: uuid('attempt'),
    /** Who made the claim of this fence; stays after the release, for what it still has to tell. */
    lastNodeId: uuid('last_node_id'),
  },
  (t) => [
    index('leases_holder').on(t.nodeId, t.epoch),
    index('leases_server').on(t.serverId),
    // Who is held is seen now: the same key for all of them, later than any time.
    index('leases_by_seen').on(
      sql`(case when ${t.nodeId} is null then ${t.seenAt} else 'infinity' end)`,
      t.capcomId,
    ),
  ],
)

/** Where an armed ticket may be claimed. The last one of a ticket is what the player chose. */
export interface TicketTarget {
  readonly serverId: number
  readonly nodeId: string
}

/** A log-in on its way. Known by the SHA-256 (hex) of the ticket. */
export const tickets = pgTable(
  'tickets',
  {
    hash: text('hash').primaryKey(),
    /** Tells older from newer tickets of a log-in. */
    serial: counter('serial').notNull().generatedAlwaysAsIdentity(),
    login: uuid('login').notNull(),
    consoleId: uuid('console_id').notNull(),
    capcomId: text('capcom_id'),
    /** The entry node that made it; for its load. */
    issuedBy: uuid('issued_by').notNull(),
    /** Empty: not armed. */
    targets: jsonb('targets').$type<readonly TicketTarget[]>().notNull().default([]),
    issuedAt: moment('issued_at').notNull().default(sql`clock_timestamp()`),
    /** In transit until then; null while a node holds the player. */
    expiresAt: moment('expires_at'),
  },
  // None on `expiresAt`, which every step changes: such an update need not touch an index.
  (t) => [index('tickets_login').on(t.login)],
)

/**
 * New consoles and hunters, counted by the hour: of a node (`source` is empty), and of those who come from one place
 * (`source` is a hash of a shortened address, made by the node). Thrown away after a day.
 */
export const creations = pgTable(
  'creations',
  {
    hour: moment('hour').notNull(),
    nodeId: uuid('node_id').notNull(),
    kind: text('kind').$type<'console' | 'hunter'>().notNull(),
    source: text('source').notNull(),
    made: integer('made').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hour, t.nodeId, t.kind, t.source] })],
)

/** A traveller's place on the game server he is on his way to: one per hunter. */
export const seats = pgTable(
  'seats',
  {
    capcomId: text('capcom_id').primaryKey(),
    serverId: integer('server_id').notNull(),
    expiresAt: moment('expires_at').notNull(),
  },
  (t) => [index('seats_server').on(t.serverId)],
)

/**
 * Places of a game server that are free for sure, counted some time ago and one fewer with every arming since: most
 * armings need not count who is there (docs/decisions/0142-cheaper-steps.md). UNLOGGED (made so in the migration): no
 * row means that nothing is known.
 */
export const serverRoom = pgTable('server_room', {
  serverId: integer('server_id').primaryKey(),
  /** With another capacity nothing is known. */
  capacity: integer('capacity').notNull(),
  places: integer('places').notNull(),
  countedAt: moment('counted_at').notNull(),
})
