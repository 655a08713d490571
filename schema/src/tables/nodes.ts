/** Nodes, their starts, the game servers they carry and the letters that wait for them. */
import { sql } from 'drizzle-orm'
import {
  boolean,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import type { ServerLimits, ServerType } from '../contract/types.ts'
import { address, counter, moment } from './columns.ts'

/** Known by the SHA-256 (hex) of the token. Roles are two columns: what a node may play is granted one by one. */
export const enrolTokens = pgTable('enrol_tokens', {
  tokenHash: text('token_hash').primaryKey(),
  /** What operators call it by. */
  id: uuid('id').notNull().unique().defaultRandom(),
  entry: boolean('entry').notNull(),
  world: boolean('world').notNull(),
  usesLeft: integer('uses_left').notNull(),
  expiresAt: moment('expires_at').notNull(),
  /** Nodes of central's own machine: central need not dial them to know that they are there. */
  ownMachine: boolean('own_machine').notNull().default(false),
  /** Hosts towards which central may dial for these nodes, besides the address that a request comes from. */
  reachableAt: jsonb('reachable_at').$type<readonly string[]>().notNull().default([]),
  createdBy: uuid('created_by').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
  revokedAt: moment('revoked_at'),
})

export const nodes = pgTable('nodes', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
  keyHash: text('key_hash').notNull().unique(),
  /** Granted at enrolment. */
  entry: boolean('entry').notNull(),
  world: boolean('world').notNull(),
  /** 0: never registered. Only this epoch may serve. */
  newestEpoch: integer('newest_epoch').notNull().default(0),
  /** Epochs up to this one are of an older incarnation of the database. */
  epochFloor: integer('epoch_floor').notNull().default(0),
  /** What this node may bring; null: as `meta` says. */
  serverLimits: jsonb('server_limits').$type<ServerLimits>(),
  /** An operator wants it emptied; stays so through its restarts until he takes it back. */
  drainOrdered: boolean('drain_ordered').notNull().default(false),
  /** How an operator wants it to be consistent; null leaves it to the node's own setting. */
  consistencyOrdered: text('consistency_ordered').$type<'autonomous' | 'synchronized'>(),
  /** How long quests may go on then. */
  drainQuestSeconds: integer('drain_quest_seconds').notNull().default(3600),
  /** From its token. */
  ownMachine: boolean('own_machine').notNull().default(false),
  reachableAt: jsonb('reachable_at').$type<readonly string[]>().notNull().default([]),
  enrolledAt: moment('enrolled_at').notNull().defaultNow(),
})

/** One row per start of a node. Renewing a thousand leases is one update here: `expires_at`. */
export const nodeEpochs = pgTable(
  'node_epochs',
  {
    nodeId: uuid('node_id')
      .notNull()
      .references(() => nodes.id),
    epoch: integer('epoch').notNull(),
    /** Roles that this start plays: those asked for, among those granted. */
    entry: boolean('entry').notNull(),
    world: boolean('world').notNull(),
    software: text('software').notNull(),
    opn: address('opn'),
    lmp: address('lmp'),
    fmp: address('fmp'),
    rfp: address('rfp'),
    draining: boolean('draining').notNull().default(false),
    /** Number of the newest sync that was seen; 0 before the first. */
    lastSync: counter('last_sync').notNull().default(0),
    startedAt: moment('started_at').notNull(),
    renewedAt: moment('renewed_at').notNull(),
    /** What the node said of itself with its last syncs (contract, NodeReport). */
    report: jsonb('report').$type<unknown>(),
    expiresAt: moment('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.nodeId, t.epoch] })],
)

/**
 * A game server lives on one node at a time and moves only on proof, never by a time-out. It is up
 * while (`node_id`, `epoch`) is the node's newest epoch and has not expired.
 */
export const servers = pgTable(
  'servers',
  {
    id: integer('id').primaryKey(),
    name: text('name').notNull(),
    type: text('type').$type<ServerType>().notNull(),
    gates: integer('gates').notNull(),
    /** Cities in each gate. */
    cities: integer('cities').notNull(),
    capacity: integer('capacity').notNull(),
    /** From so many players on others are offered first; null: four fifths of the capacity. */
    soft: integer('soft'),
    /** Where it stands, in its host's words. */
    region: text('region'),
    gateCapacity: integer('gate_capacity').notNull().default(100),
    cityCapacity: integer('city_capacity').notNull().default(4),
    nodeId: uuid('node_id').references(() => nodes.id),
    epoch: integer('epoch'),
  },
  (t) => [index('servers_node').on(t.nodeId)],
)

/** Places in the order of letters. They rise; with gaps, for all nodes share them. */
export const letterNumbers = pgSequence('letter_numbers')

/**
 * Letters to a node. Written by anyone with a plain insert; `number`, the place in the order, is
 * given when the node's reader sees the letter, under the reader's lock.
 */
export const mail = pgTable(
  'mail',
  {
    id: counter('id').primaryKey().generatedAlwaysAsIdentity(),
    nodeId: uuid('node_id').notNull(),
    number: counter('number'),
    kind: text('kind').notNull(),
    body: jsonb('body').notNull(),
    writtenAt: moment('written_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [unique('mail_order').on(t.nodeId, t.number)],
)
