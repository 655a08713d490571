/**
 * What moves to another database, in the order in which it can be written there, and what stays behind.
 * A test holds both lists to the tables that there are (docs/decisions/0106-moving.md).
 */
import {
  auditLog,
  bans,
  blacklist,
  consoles,
  friendRequests,
  friends,
  journals,
  leases,
  nodes,
  operatorKeys,
  playerHistory,
  players,
  servers,
  statsSamples,
} from '@citygate/schema/tables'
import { getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

export interface Moved {
  readonly table: string
  /** Columns by name; all but those that the database makes itself where nothing is said. */
  readonly only?: readonly string[]
}

const whole = (table: PgTable): Moved => ({ table: getTableName(table) })

export const movedTables: readonly Moved[] = [
  whole(operatorKeys),
  whole(consoles),
  whole(players),
  whole(playerHistory),
  // Who holds a hunter ends with the database that he is held in; his fence goes on.
  { table: getTableName(leases), only: ['capcom_id', 'fence', 'seen_at'] },
  whole(friends),
  whole(friendRequests),
  whole(blacklist),
  whole(nodes),
  whole(servers),
  whole(bans),
  // How far each node's journal has been taken: what was taken here must not be taken again there.
  whole(journals),
  whole(statsSamples),
  whole(auditLog),
]

/** By name, with the reason. */
export const leftTables: Readonly<Record<string, string>> = {
  meta: 'each database has an incarnation of its own; limits and the highest fence go with the header',
  directory: 'a number that the new incarnation raises',
  heartbeat: 'when the other central last answered says nothing here',
  node_epochs: 'every node registers anew with the new incarnation',
  node_reach: 'ports are dialled again',
  enrol_tokens: 'revoked by the new incarnation: make new ones',
  tickets: 'log-ins under way begin again',
  server_room: 'counted anew',
  seats: 'a place of a traveller, for a minute',
  creations: 'counts of the last hour',
  mail: 'letters are for starts of nodes that have ended',
  presence: 'told anew by every node',
  presence_generation: 'drawn anew',
  idempotency_keys:
    'answers for callers who ask again within a day; ids in them may be of rows that were left',
  journal_refusals: 'told again when the node sends its journal, which it keeps until then',
  questions: 'asked anew',
}
