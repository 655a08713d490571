/** Central in this process, whose statements are seen as they are sent. */
import postgres from 'postgres'
import { createApp } from '../../app.ts'
import { openDatabase } from '../../db/database.ts'
import type { Deps, Metrics } from '../../deps.ts'
import { ensureOperatorKey } from '../../services/operator-keys.ts'
import { type TestCentral, testCentral } from '../central.ts'
import { type Functions, readFunctions } from './functions.ts'

export interface Sent {
  /** Statements of one connection come in their order. */
  readonly connection: number
  readonly text: string
}

export interface TracedCentral extends AsyncDisposable {
  readonly central: TestCentral
  readonly deps: Deps
  /** Of the database, whose statements are not sent one by one. */
  readonly functions: Functions
  /** Gets every statement from now on; null: nobody does. */
  listen(listener: ((sent: Sent) => void) | null): void
  /** Transactions that were begun again after a deadlock, so far. */
  readonly repeats: number
}

export type Fetch = (request: Request) => Response | Promise<Response>

/** @param through what stands between callers and the app */
export async function tracedCentral(
  connections = 10,
  through: (fetch: Fetch) => Fetch = (fetch) => fetch,
): Promise<TracedCentral> {
  let listener: ((sent: Sent) => void) | null = null
  let repeats = 0
  let own: Deps | undefined
  const central = await testCentral('embedded', async (url, log) => {
    const client = postgres(url, {
      max: connections,
      onnotice: () => {},
      debug: (connection, text) => listener?.({ connection, text }),
    })
    const metrics: Metrics = {
      request() {},
      transaction() {},
      alarm() {},
      repeat: () => void repeats++,
      underWay() {},
      render: async () => '',
    }
    const deps: Deps = { db: openDatabase(client), log, metrics }
    own = deps
    const app = createApp(deps)
    return {
      url: 'http://central.test',
      operatorKey: await ensureOperatorKey(deps, null, async () => {}),
      fetch: through((request) => app.fetch(request)),
      close: () => client.end(),
    }
  })
  if (!own) throw new Error('central was not started')
  return {
    central,
    deps: own,
    functions: await readFunctions(central.sql),
    listen(next) {
      listener = next
    },
    get repeats() {
      return repeats
    },
    [Symbol.asyncDispose]: () => central[Symbol.asyncDispose](),
  }
}
