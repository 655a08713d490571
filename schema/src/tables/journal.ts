/** What nodes wrote on their own, how far central has taken it, and what central asks of nodes. */
import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { counter, moment } from './columns.ts'

/**
 * One row per start of a node that has sent journal records. Records up to `applied` have been decided, each
 * once; a record that comes again is passed over.
 */
export const journals = pgTable(
  'journals',
  {
    stream: uuid('stream').primaryKey(),
    nodeId: uuid('node_id').notNull(),
    applied: counter('applied').notNull().default(0),
    changedAt: moment('changed_at').notNull().defaultNow(),
  },
  (t) => [index('journals_node').on(t.nodeId)],
)

/** Kept until the node has said that it knows: its dead letters come from here. */
export const journalRefusals = pgTable(
  'journal_refusals',
  {
    stream: uuid('stream').notNull(),
    number: counter('number').notNull(),
    code: text('code').notNull(),
    detail: text('detail').notNull(),
    refusedAt: moment('refused_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.stream, t.number] })],
)

/**
 * At most one question per node, kind and subject is open. An answer is shared until the question is asked anew;
 * `subject` is a Capcom ID, or empty.
 */
export const questions = pgTable(
  'questions',
  {
    nodeId: uuid('node_id').notNull(),
    kind: text('kind').$type<'load' | 'player'>().notNull(),
    subject: text('subject').notNull(),
    /** Of this asking; an answer names it. */
    id: uuid('id').notNull(),
    /** The start of the node that was asked. */
    epoch: integer('epoch').notNull(),
    askedAt: moment('asked_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    answeredAt: moment('answered_at'),
    answer: jsonb('answer').$type<unknown>(),
  },
  (t) => [primaryKey({ columns: [t.nodeId, t.kind, t.subject] })],
)
