/** Moving everything of value from one database to another, through a file (docs/decisions/0106-moving.md). */
import type { Log } from '../../log.ts'
import { newIncarnation } from '../../services/incarnation.ts'
import { connect } from '../database.ts'

export { exportDatabase } from './export.ts'
export { ExportUnusable } from './format.ts'
export { importDatabase } from './import.ts'

/** For a restore that cannot be seen from inside. @param url `postgres://…` */
export async function beginIncarnation(url: string, log: Log): Promise<{ readonly incarnation: string }> {
  const { client, db } = connect(url, 1)
  try {
    return await newIncarnation({ db, log }, 'central')
  } finally {
    await client.end({ timeout: 1 })
  }
}
