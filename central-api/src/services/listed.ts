/** What dial-back has hidden is shown nowhere as open (docs/decisions/0160-dial-back.md). */
import { nodeReach, nodes } from '@citygate/schema/tables'
import { sql } from 'drizzle-orm'

/** For queries that join `nodes`. */
export const listed = sql`not exists (select from ${nodeReach} r where r.node_id = ${nodes.id} and not r.listed)`
