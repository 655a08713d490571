/** The central API as a part of this process, on the embedded Postgres or on one of the operator's. */
import { join } from 'node:path'
import { startPostgres } from '@citygate/central-api/embedded'
import { type Central, DatabaseUnusable, startCentral } from '@citygate/central-api/node'
import { inAppTerms } from '@citygate/schema/settings'
import { chosenProfile, machine } from '../../profile.mjs'
import { ConfigError } from './config.ts'
import type { Lasting } from './lasting.ts'
import type { Config } from './settings.ts'
import { codeOf, reasonOf } from './trouble.ts'

export const centralKeys = [
  'httpPort',
  'httpBind',
  'database',
  'operatorKey',
  'dialBack',
  'trustProxy',
  'newConsoles',
  'newConsolesNode',
  'nodeLease',
  'ticketTime',
  'seatTime',
  'questionTime',
  'profile',
] as const

export async function startHostedCentral(
  config: Config<(typeof centralKeys)[number]>,
  { life, log, folder }: Lasting,
): Promise<Central> {
  let databaseUrl = config.database
  if (!databaseUrl) {
    const seen = machine()
    const modest = chosenProfile(config.profile, seen) === 'modest'
    const database = await startPostgres({
      folder: join(folder, 'database'),
      ...(modest ? {} : { memory: seen.memory }),
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
    dialBack: config.dialBack,
    trustProxy: config.trustProxy === 'on',
    ...inAppTerms(config),
    ...(config.operatorKey ? { operatorKey: config.operatorKey } : {}),
    log: log.child({ part: 'central' }),
  }).catch((error: unknown) => nameKey(error, config))
  life.onEnd(() => central.close())
  return central
}

/** What the operator has set is told by the setting's name; the database's URL without user and password. */
function nameKey(
  error: unknown,
  { database, httpBind, httpPort }: Config<(typeof centralKeys)[number]>,
): never {
  if (error instanceof DatabaseUnusable && database) {
    const { host, pathname } = new URL(database)
    throw new ConfigError(`database: ${host}${pathname} cannot be used: ${error.reason}`)
  }
  const code = codeOf(error)
  if (code === undefined || !addressTroubles.has(code)) throw error
  const key = code === 'EADDRINUSE' || code === 'EACCES' ? 'http-port' : 'http-bind'
  throw new ConfigError(
    `${key}: ${httpBind}:${httpPort} cannot be opened: ${code === 'EACCES' ? 'this user may not listen there' : reasonOf(error)}`,
  )
}

const addressTroubles: ReadonlySet<string> = new Set([
  'EADDRINUSE',
  'EACCES',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EINVAL',
])
