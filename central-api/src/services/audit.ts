/** Who did what, kept for the operator. */
import type { listAudit as endpoint, Output } from '@citygate/schema/contract'
import { auditLog } from '@citygate/schema/tables'
import { and, desc, eq, lt } from 'drizzle-orm'
import type { z } from 'zod'
import type { Transaction, Tx } from '../db/database.ts'

/** @param actor `operator:<id>`, `node:<id>` or `central` */
export async function audit(
  tx: Transaction,
  actor: string,
  action: string,
  subject: string,
  detail: object = {},
): Promise<void> {
  await tx.insert(auditLog).values({ actor, action, subject, detail })
}

const pageSize = 50

/** Newest first; the cursor is the last entry's number. */
export async function listAudit(
  tx: Tx,
  query: z.output<NonNullable<(typeof endpoint)['query']>>,
): Promise<Output<typeof endpoint>> {
  const { limit = pageSize, cursor, actor, action, subject } = query
  const found = await tx
    .select()
    .from(auditLog)
    .where(
      and(
        cursor === undefined ? undefined : lt(auditLog.id, Number(cursor)),
        actor === undefined ? undefined : eq(auditLog.actor, actor),
        action === undefined ? undefined : eq(auditLog.action, action),
        subject === undefined ? undefined : eq(auditLog.subject, subject),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(limit + 1)
  const items = found.slice(0, limit).map(({ at, detail, ...entry }) => ({
    ...entry,
    at: at.toISOString(),
    detail: detail as Record<string, unknown>,
  }))
  return { items, next: found.length > limit ? String(items.at(-1)?.id) : null }
}
