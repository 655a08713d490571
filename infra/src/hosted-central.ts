/** The central API as a part of this process, on the embedded Postgres or on one of the operator's. */
import { join } from 'node:path'
import { startPostgres } from '@citygate/central-api/embedded'
import { type Central, startCentral } from '@citygate/central-api/node'
import type { Lasting } from './lasting.ts'
import type { Config } from './settings.ts'

export const centralKeys = ['httpPort', 'httpBind', 'database', 'operatorKey'] as const

export async function startHostedCentral(
  config: Config<(typeof centralKeys)[number]>,
  { life, log, folder }: Lasting,
): Promise<Central> {
  let databaseUrl = config.database
  if (!databaseUrl) {
    const database = await startPostgres({
      folder: join(folder, 'database'),
      log: log.child({ part: 'database' }),
    })
    life.onEnd(() => database.close())
    databaseUrl = database.url
  }
  const central = await startCentral({
    databaseUrl,
    host: config.httpBind,
    port: config.httpPort,
    dataFolder: folder,
    ...(config.operatorKey ? { operatorKey: config.operatorKey } : {}),
    log: log.child({ part: 'central' }),
  })
  life.onEnd(() => central.close())
  return central
}
