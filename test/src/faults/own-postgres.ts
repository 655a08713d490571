/** A Postgres of a test's own: one that may be killed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareDatabase } from '@citygate/central-api/database'
import { startPostgres } from '@citygate/central-api/embedded'
import { silentLog } from '@citygate/nodes/host'
import { eventually } from '../eventually.ts'

export interface OwnPostgres {
  /** `postgres://…`, migrated and empty. Stays the same after a kill. */
  readonly url: string
  /** With -9. It comes back by itself: resolves when it has. */
  readonly kill: () => Promise<void>
}

export async function withOwnPostgres(work: (database: OwnPostgres) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'citygate own postgres '))
  const server = await startPostgres({ folder, log: silentLog })
  try {
    await prepareDatabase(server.url)
    await work({
      url: server.url,
      async kill() {
        const { pid } = server
        process.kill(pid, 'SIGKILL')
        const isBack = () => Promise.resolve(server.pid !== pid)
        if (!(await eventually(isBack, (is) => is, 120_000)))
          throw new Error('the database did not come back')
      },
    })
  } finally {
    await server.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
