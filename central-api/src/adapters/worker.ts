/**
 * Central on Cloudflare Workers, with Postgres behind Hyperdrive (docs/runtimes.md). A request has one
 * database connection of its own, which ends with it; there are no wakeups, so no call is held. The
 * database is brought to its newest form by `citygate migrate`, before the Worker is deployed.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Problem } from '@citygate/schema/contract'
import { ConfigError, inAppTerms, settingsFrom } from '@citygate/schema/settings'
import type { Hono } from 'hono'
import postgres from 'postgres'
import { createApp } from '../app.ts'
import { type Database, openDatabase } from '../db/database.ts'
import type { Deps } from '../deps.ts'
import type { Log } from '../log.ts'
import { problemResponse } from '../problem-document.ts'
import { ensureOperatorKey } from '../services/operator-keys.ts'
import { purge } from '../services/purge.ts'
import { sampleStats } from '../services/stats-history.ts'
import { usualTimes } from '../times.ts'
import { isOwnMachine, limitedAddress } from './limits.ts'
import { inRoute, withRoute } from './route-comment.ts'
import { workerDialler } from './worker-dialler.ts'
import { type LimitBindings, workerLimits } from './worker-limits.ts'

interface Environment extends LimitBindings {
  readonly HYPERDRIVE: { readonly connectionString: string }
  /** A secret: a key of the operator's own making. */
  readonly CITYGATE_OPERATOR_KEY?: string
  /** Settings, as on every runtime. */
  readonly [variable: `CITYGATE_${string}`]: unknown
}

const logTo =
  (level: string) =>
  (fields: object, message: string): void => {
    const text = JSON.stringify({ level, message, ...fields }, readable)
    // biome-ignore lint/suspicious/noConsole: a Worker's log is its console
    console.log(text)
  }

const log: Log = { debug() {}, info: logTo('info'), warn: logTo('warn'), error: logTo('error') }

/** One app for all requests of this instance; each finds its own connection. */
const connections = new AsyncLocalStorage<Database>()
const dialler = workerDialler(
  // Named here, for only this runtime has it, and loaded when it is needed.
  async () => (await import('cloudflare:sockets')).connect,
  async (name) => (await import('node:dns/promises')).resolve4(name),
)
const deps: Deps = {
  get db() {
    const db = connections.getStore()
    if (!db) throw new Error('the database was asked for outside of a request')
    return db
  },
  log,
  limits: workerLimits(() => bindings),
  addressOf(context) {
    const address = context.req.header('cf-connecting-ip')
    return isOwnMachine(address) ? null : limitedAddress(address)
  },
  inRoute,
  sourceOf: (context) => context.req.header('cf-connecting-ip') ?? null,
  get creations() {
    return chosen().creations
  },
  get times() {
    return chosen().times
  },
  get dialBack() {
    const { dialBack } = chosen()
    return dialBack === 'off' ? undefined : { dialler, private: dialBack === 'allow-private' }
  },
}
let settings: ReturnType<typeof read> | null = null
let bindings: LimitBindings = {}
let app: Hono | null = null
let knownKey: string | null = null

export default {
  fetch(request: Request, environment: Environment): Promise<Response> {
    return withDatabase(environment, async () => {
      try {
        settings ??= read(environment)
      } catch (error) {
        return refused(error)
      }
      app ??= createApp(deps)
      bindings = environment
      await knowOperatorKey(environment, request)
      return app.fetch(request)
    })
  },

  /** Called by the cron trigger of wrangler.jsonc. */
  scheduled(_event: unknown, environment: Environment): Promise<void> {
    return withDatabase(environment, async () => {
      settings ??= read(environment)
      await sampleStats(deps)
      await purge(deps)
    })
  },
}

/** The same for all requests of an instance. */
function read(environment: Environment) {
  const { dialBack, ...values } = settingsFrom({ ...environment })
  const { creations, times } = inAppTerms(values)
  return { dialBack, creations, times: { ...usualTimes, ...times } }
}

function chosen() {
  if (!settings) throw new Error('a setting was asked for outside of a request')
  return settings
}

/** A Worker has no start that could fail: each request is refused, and the log says why. */
function refused(error: unknown): Response {
  if (!(error instanceof ConfigError)) throw error
  log.error({}, error.message)
  return problemResponse(
    new Problem('not_ready', 'Central does not work with its settings; its log names the one.'),
  )
}

/**
 * `max: 1`: a transaction cannot begin on another connection than it goes on with. The driver's `end` is
 * not called, it may hang; the runtime closes the connection with the request.
 */
function withDatabase<T>({ HYPERDRIVE }: Environment, run: () => Promise<T>): Promise<T> {
  const client = postgres(HYPERDRIVE.connectionString, {
    max: 1,
    fetch_types: false,
    prepare: true,
    connect_timeout: 10,
    onnotice: () => {},
  })
  return connections.run(openDatabase(client, withRoute), run)
}

/** Central gets to know the key of the secret when it is shown for the first time: no other request pays for it. */
async function knowOperatorKey({ CITYGATE_OPERATOR_KEY: key }: Environment, request: Request): Promise<void> {
  if (!key || key === knownKey || request.headers.get('authorization') !== `Bearer ${key}`) return
  await ensureOperatorKey(deps, { key, given: true }, async () => {})
  knownKey = key
}

/** Errors have no fields of their own in JSON. */
function readable(_name: string, value: unknown): unknown {
  return value instanceof Error ? { error: value.name, message: value.message, stack: value.stack } : value
}
