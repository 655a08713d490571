/** A Postgres of a test's own: one that may be killed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareDatabase } from '@citygate/central-api/database'
import { startPostgres } from '@citygate/central-api/embedded'
import { silentLog } from '@citygate/nodes/host'

export interface OwnPostgres {
  /** `postgres://…`, migrated and empty. Stays the same after a kill. */
  readonly url: string
  /** With -9; it comes back by itself. */
  readonly kill: () => void
}

export async function withOwnPostgres(work: (database: OwnPostgres) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'citygate own postgres '))
  const server = await startPostgres({ folder, log: silentLog })
  try {
    await prepareDatabase(server.url)
    await work({ url: server.url, kill: () => process.kill(server.pid, 'SIGKILL') })
  } finally {
    await server.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
