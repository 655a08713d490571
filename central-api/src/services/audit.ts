/** Who did what, kept for the operator. */
import { auditLog } from '@citygate/schema/tables'
import type { Transaction } from '../db/database.ts'

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
