/**
 * Where held players stand: many small writes that may be lost in a crash and are then told again.
 * Both tables are UNLOGGED (made so in the migration): a crash of the database empties both, the
 * generation is drawn anew, and every node is asked for its full set.
 */
import { and, eq, gt, sql } from 'drizzle-orm'
import { boolean, check, index, integer, jsonb, pgTable, pgView, text, uuid } from 'drizzle-orm/pg-core'
import { counter, moment } from './columns.ts'
import { nodeEpochs, nodes } from './nodes.ts'
import { leases } from './players.ts'

/** One row, or none after a crash of the database. */
export const presenceGeneration = pgTable(
  'presence_generation',
  {
    id: integer('id').primaryKey().default(1),
    generation: uuid('generation').notNull().defaultRandom(),
  },
  (t) => [check('presence_generation_one_row', sql`${t.id} = 1`)],
)

export const presence = pgTable(
  'presence',
  {
    capcomId: text('capcom_id').primaryKey(),
    nodeId: uuid('node_id').notNull(),
    epoch: integer('epoch').notNull(),
    fence: counter('fence').notNull(),
    serverId: integer('server_id').notNull(),
    gate: integer('gate'),
    city: integer('city'),
    inQuest: boolean('in_quest').notNull(),
    leader: boolean('leader').notNull(),
    /** What he publishes for searches, as `id:value`; of a leader also what his city does. */
    fields: jsonb('fields').$type<readonly string[]>().notNull().default([]),
    cityFields: jsonb('city_fields').$type<readonly string[]>().notNull().default([]),
    toldAt: moment('told_at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    index('presence_place').on(t.serverId, t.gate, t.city),
    index('presence_holder').on(t.nodeId, t.epoch),
  ],
)

/**
 * Who is online: presence under the lease's own fence, of an epoch that is its node's newest and has
 * not expired. Computed at reading, so no sweep can be late. Everybody who counts or shows players
 * reads this, never `presence` itself.
 */
export const livePresence = pgView('live_presence').as((qb) =>
  qb
    .select({
      capcomId: presence.capcomId,
      nodeId: presence.nodeId,
      serverId: presence.serverId,
      gate: presence.gate,
      city: presence.city,
      inQuest: presence.inQuest,
      leader: presence.leader,
      toldAt: presence.toldAt,
      fields: presence.fields,
      cityFields: presence.cityFields,
      /** When his node reported last: as fresh is all of the row. */
      reportedAt: nodeEpochs.renewedAt,
    })
    .from(presence)
    .innerJoin(leases, and(eq(leases.capcomId, presence.capcomId), eq(leases.fence, presence.fence)))
    .innerJoin(
      nodeEpochs,
      and(
        eq(nodeEpochs.nodeId, presence.nodeId),
        eq(nodeEpochs.epoch, presence.epoch),
        gt(nodeEpochs.expiresAt, sql`clock_timestamp()`),
      ),
    )
    .innerJoin(nodes, and(eq(nodes.id, nodeEpochs.nodeId), eq(nodes.newestEpoch, nodeEpochs.epoch)))
    .where(and(eq(leases.nodeId, presence.nodeId), eq(leases.epoch, presence.epoch))),
)
