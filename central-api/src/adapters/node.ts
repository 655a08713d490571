/** Central on Node.js with lasting connections to any Postgres: alone, in Docker, or inside `citygate up`. */
import type { Server } from 'node:http'
import { type HttpBindings, serve } from '@hono/node-server'
import type { Context, Hono } from 'hono'
import { createApp, type Deps } from '../app.ts'
import { requireDurable } from '../db/durable.ts'
import { migrate } from '../db/migrate.ts'
import { failureOf, reasonOf, withoutValues } from '../db/postgres-errors.ts'
import type { CreationLimits } from '../deps.ts'
import type { Log } from '../log.ts'
import { settle } from '../services/incarnation.ts'
import { ensureOperatorKey } from '../services/operator-keys.ts'
import { purge } from '../services/purge.ts'
import { sampleStats } from '../services/stats-history.ts'
import { type Times, usualTimes } from '../times.ts'
import { connect } from './database.ts'
import { nodeDialler } from './dialler.ts'
import { isOwnMachine, type LimitSettings, limitedAddress, memoryLimits } from './limits.ts'
import { prometheusMetrics } from './metrics.ts'
import { readOperatorKey, writeOperatorKey } from './operator-key-file.ts'
import { inRoute } from './route-comment.ts'
import { listenForWakeups } from './wakeups.ts'

export interface CentralOptions {
  /** `postgres://…` */
  readonly databaseUrl: string
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Where `operator.key` is kept; without it a key that was drawn is only in the answer. */
  readonly dataFolder?: string
  /** `CITYGATE_OPERATOR_KEY`: a key of the operator's own making. */
  readonly operatorKey?: string
  readonly log: Log
  /** Requests a minute; 0 is no limit. */
  readonly limits?: LimitSettings
  /** New consoles an hour. */
  readonly creations?: CreationLimits
  /** Those that are not the usual ones; milliseconds. */
  readonly times?: Partial<Times>
  /**
   * Whether central dials nodes before it lists them; `allow-private` also inside of a house. Default `off`: every
   * node's word is taken.
   */
  readonly dialBack?: 'off' | 'on' | 'allow-private'
  /** A proxy on this machine tells in `X-Forwarded-For` whom a request comes from. */
  readonly trustProxy?: boolean
  /** Counts this machine's own addresses as well: true where nothing but strangers comes from them, as in tests. */
  readonly limitOwnMachine?: boolean
}

export interface Central {
  readonly url: string
  /** The app itself, for callers in this process. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** Null when the database has keys and none of them is known here. */
  readonly operatorKey: string | null
  close(): Promise<void>
}

/** The database is not there, or is not one of ours. `reason` is what it says itself. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable'
  readonly reason: string

  constructor(cause: unknown) {
    const reason = reasonOf(cause)
    super(`the database cannot be used: ${reason}`, { cause })
    this.reason = reason
  }
}

const purgeEveryMs = 5 * 60_000
/** Twice a minute, for timers drift: the second does nothing. */
const sampleEveryMs = 30_000
const databaseAttempts = 30

/** Migrates, then serves. Rejects in words when the database cannot be used or the port is taken. */
export async function startCentral(options: CentralOptions): Promise<Central> {
  const { log } = options
  await migrateWhenUp(options.databaseUrl, log)
  const connection = connect(options.databaseUrl)
  const ending = new AbortController()
  try {
    const wakeups = await listenForWakeups(connection.client, log)
    const deps: Deps = {
      ...{ db: connection.db, log, wakeups, ending: ending.signal },
      ...{ limits: memoryLimits(options.limits), metrics: prometheusMetrics(), inRoute },
      addressOf: (context) => addressOf(context, options.limitOwnMachine ?? false),
      sourceOf: (context) => sourceOf(context, options.trustProxy ?? false),
      ...dialBackOf(options),
      ...(options.creations ? { creations: options.creations } : {}),
      ...(options.times ? { times: { ...usualTimes, ...options.times } } : {}),
    }
    await settle(deps)
    const operatorKey = await operatorKeyOf(deps, options)
    const app = createApp(deps)
    const server = await listen(app, options)
    const purging = setInterval(() => {
      purge(deps).catch((error: unknown) =>
        log.warn({ err: withoutValues(error) }, 'old rows were not purged'),
      )
    }, purgeEveryMs)
    purging.unref()
    const sampling = setInterval(() => {
      sampleStats(deps).catch((error: unknown) =>
        log.warn({ err: withoutValues(error) }, 'no figures were kept'),
      )
    }, sampleEveryMs)
    sampling.unref()
    return {
      url: urlOf(server, options.host),
      fetch: (request) => app.fetch(request),
      operatorKey,
      async close() {
        clearInterval(purging)
        clearInterval(sampling)
        ending.abort()
        await closeServer(server)
        await connection.client.end({ timeout: 5 })
      },
    }
  } catch (error) {
    await connection.client.end({ timeout: 1 })
    throw error
  }
}

/**
 * A database that is started together with central may need a moment. On a connection of its own: those of central begin with what
 * was said of its role here.
 */
async function migrateWhenUp(url: string, log: Log): Promise<void> {
  const { client, db } = connect(url, 1)
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await requireDurable(db)
        const applied = await migrate(db, undefined, (newer) =>
          log.warn({ newer }, 'the database is from a newer release; what that has added is left alone'),
        )
        if (applied > 0) log.info({ applied }, 'the database has been brought to the newest form')
        return
      } catch (error) {
        if (failureOf(error) !== 'gone' || attempt === databaseAttempts) throw new DatabaseUnusable(error)
        log.warn(
          { reason: reasonOf(error), attempt, of: databaseAttempts },
          'the database does not answer yet',
        )
        await new Promise((done) => setTimeout(done, 1000))
      }
    }
  } finally {
    await client.end({ timeout: 1 })
  }
}

async function operatorKeyOf(deps: Deps, options: CentralOptions): Promise<string | null> {
  const { operatorKey, dataFolder } = options
  const filed = operatorKey || dataFolder === undefined ? null : await readOperatorKey(dataFolder)
  const key = operatorKey ?? filed
  const known = key ? { key, given: operatorKey !== undefined } : null
  return ensureOperatorKey(deps, known, async (drawn) => {
    if (dataFolder !== undefined) await writeOperatorKey(dataFolder, drawn)
  })
}

function listen(app: Hono, { host, port }: CentralOptions): Promise<Server> {
  return new Promise((listening, refuse) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, () => listening(server as Server))
    server.once('error', refuse)
  })
}

/** Null for a caller in this process, who comes without a socket. */
function addressOf(context: Context, ownMachine: boolean): string | null {
  const bindings = context.env as Partial<HttpBindings> | undefined
  const address = bindings?.incoming?.socket.remoteAddress
  return ownMachine || !isOwnMachine(address) ? limitedAddress(address) : null
}

/** As the socket says it, or the proxy on this machine. Null for a caller in this process. */
function sourceOf(context: Context, trustProxy: boolean): string | null {
  const bindings = context.env as Partial<HttpBindings> | undefined
  const address = bindings?.incoming?.socket.remoteAddress
  if (address === undefined) return null
  const forwarded = trustProxy && isOwnMachine(address) ? context.req.header('x-forwarded-for') : undefined
  // What the proxy has put in itself stands last.
  return forwarded?.split(',').at(-1)?.trim() || address
}

function dialBackOf({ dialBack = 'off' }: CentralOptions): Pick<Deps, 'dialBack'> {
  if (dialBack === 'off') return {}
  return { dialBack: { dialler: nodeDialler(), private: dialBack === 'allow-private' } }
}

function urlOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/** Held calls have been ended; what is still under way gets a second. */
function closeServer(server: Server): Promise<void> {
  return new Promise((closed) => {
    server.close(() => closed())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 1000).unref()
  })
}
