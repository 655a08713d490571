/** Commands that work on the database itself: one of the operator's, or the embedded one of a data folder. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runningPostgres, startPostgres } from '@citygate/central-api/embedded'
import { ConfigError } from './config.ts'
import { lockFolder } from './folder-lock.ts'
import { besideTheAnswer, openLog } from './log.ts'
import type { Config } from './settings.ts'

export const databaseKeys = ['data', 'database'] as const

interface Need {
  /** Nobody else may run the database of the data folder meanwhile. */
  readonly alone: boolean
  /** It is made when it is not there. */
  readonly make: boolean
}

/** Starts the database of the data folder for the time of `work`, unless a citygate runs it already. */
export async function withDatabase<T>(
  { data, database }: Config<(typeof databaseKeys)[number]>,
  { alone, make }: Need,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (database) return work(database)
  const folder = join(data, 'database')
  if (!make && !existsSync(folder)) {
    throw new ConfigError(
      `data: there is no database in ${data}. Name the folder, or a Postgres with --database`,
    )
  }
  const lock = await lockFolder(data).catch((error: unknown) => {
    const running = alone ? null : runningPostgres(folder)
    if (running === null) throw error
    return running
  })
  if (typeof lock === 'string') return work(lock)
  try {
    const postgres = await startPostgres({
      folder,
      log: openLog(besideTheAnswer).child({ part: 'database' }),
    })
    return await work(postgres.url).finally(() => postgres.close())
  } finally {
    lock.release()
  }
}
