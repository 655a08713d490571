/** Central for tests: a database of its own, every runtime, and callers with keys. */
import type { Endpoint, Input, Output, Role } from '@citygate/schema/contract'
import { createEnrolToken, enrolNode, ProblemDocument, registerNode } from '@citygate/schema/contract'
import postgres, { type Sql } from 'postgres'
import { testDatabase } from '../../../test/src/postgres.ts'
import { prepareDatabase } from '../adapters/database.ts'
import { startCentral } from '../adapters/node.ts'
import { sha256 } from '../hash.ts'
import type { Log } from '../log.ts'
import { problemsOf } from '../problems-of.ts'

/** How a request reaches the app: called in this process, over HTTP, or over HTTP in the Workers runtime. */
const known = ['embedded', 'node', 'worker'] as const
export type Runtime = (typeof known)[number]

/** Starting the Workers runtime takes a while: the suites run on it in `worker.machine.test.ts`. */
const asked = process.env.CITYGATE_TEST_RUNTIMES?.split(',') ?? ['embedded', 'node']
export const runtimes: readonly Runtime[] = known.filter((runtime) => asked.includes(runtime))
const [usual = 'embedded'] = runtimes

const notOnWorker = {
  'held calls': 'it has no lasting connection on which it hears of news',
  events: 'as for held calls; who asks is told so',
  metrics: 'its instances come and go, and each would count for itself',
  'a generator that is rigged': 'tests do not reach into its process',
} as const

/** What a runtime cannot do is printed, with the reason. */
export function can(what: keyof typeof notOnWorker, runtime: Runtime = usual): boolean {
  if (runtime !== 'worker') return true
  process.stdout.write(`not on ${runtime}: ${what}; ${notOnWorker[what]}\n`)
  return false
}

export interface TestCentral extends AsyncDisposable {
  readonly url: string
  readonly databaseUrl: string
  readonly operatorKey: string
  readonly log: { readonly lines: readonly string[] }
  /** Straight to the database, to look at what was written and to hold locks. */
  readonly sql: Sql
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** The regular clean-up; only where the runtime is called for it. */
  scheduled(): Promise<void>
  /** Gives the output in the contract's form; rejects with a `Refusal`. */
  call<E extends Endpoint>(
    endpoint: E,
    input: Input<E>,
    key?: string,
    signal?: AbortSignal,
  ): Promise<Output<E>>
  /** Enrols and registers a node. */
  node(options?: NodeOptions): Promise<TestNode>
}

interface NodeOptions {
  readonly name?: string
  readonly roles?: Role[]
  readonly servers?: Input<typeof registerNode>['body']['servers']
}

export interface TestNode {
  readonly key: string
  readonly nodeId: string
  readonly epoch: number
  readonly registration: Output<typeof registerNode>
  /** Another start of the same node. */
  again(options?: NodeOptions): Promise<TestNode>
}

/** A problem document as an error: `code` is what tests look at. */
class Refusal extends Error {
  readonly code: string
  readonly status: number
  readonly document: ProblemDocument

  constructor(document: ProblemDocument) {
    super(`${document.code}: ${document.detail}`)
    this.code = document.code
    this.status = document.status
    this.document = document
  }
}

/** Whatever a test provokes is in the reference. */
function refusalOf(endpoint: Endpoint, document: ProblemDocument): Error {
  const listed: readonly string[] = [...problemsOf(endpoint), 'internal']
  if (listed.includes(document.code)) return new Refusal(document)
  return new Error(`${endpoint.name} refuses with ${document.code}, which its reference does not list`)
}

/** With all that a logger writes of an error. */
function asLogged(_name: string, value: unknown): unknown {
  return value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value
}

interface Parts {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

export interface Started {
  readonly url: string
  readonly operatorKey: string | null
  /** Where the runtime keeps its log itself. */
  readonly log?: { readonly lines: readonly string[] }
  fetch(request: Request): Response | Promise<Response>
  scheduled?(): Promise<void>
  close(): Promise<void>
}

/** Hyperdrive lets so many transactions through at once (on the free plan), and the others wait. The local one has no pool. */
const connectionsOfHyperdrive = 20

function pool(size: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (running === size) await new Promise<void>((go) => waiting.push(go))
    else running++
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

async function start(runtime: Runtime, databaseUrl: string, log: Log): Promise<Started> {
  if (runtime === 'worker') {
    // Loaded where it is needed: it is large.
    const { startWorker } = await import('./worker.ts')
    // As an operator does, with `citygate migrate`.
    await prepareDatabase(databaseUrl)
    const worker = await startWorker(databaseUrl)
    const inTurn = pool(connectionsOfHyperdrive)
    return { ...worker, log: worker, fetch: (request) => inTurn(() => fetch(request)) }
  }
  const central = await startCentral({ databaseUrl, host: '127.0.0.1', port: 0, log })
  return runtime === 'node' ? { ...central, fetch: (request) => fetch(request) } : central
}

/** @param begin starts central on the database, where it is to be started in another way than the runtime's own */
export async function testCentral(
  runtime: Runtime = usual,
  begin: (databaseUrl: string, log: Log) => Promise<Started> = (url, log) => start(runtime, url, log),
): Promise<TestCentral> {
  const database = await testDatabase()
  const lines: string[] = []
  const write = (fields: object, message: string) =>
    lines.push(`${message} ${JSON.stringify(fields, asLogged)}`)
  const log: Log = { debug() {}, info: write, warn: write, error: write }
  const central = await begin(database.url, log)
  const sql = postgres(database.url, { max: 4, onnotice: () => {} })
  const operatorKey = central.operatorKey ?? ''

  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const request = new Request(central.url + path, init)
    return central.fetch(request)
  }

  async function call<E extends Endpoint>(endpoint: E, input: Input<E>, key?: string, signal?: AbortSignal) {
    const { params, query, body } = input as Parts
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(params?.[name])))
    const search = new URLSearchParams(query as Record<string, string>).toString()
    const response = await send(search ? `${path}?${search}` : path, {
      method: endpoint.method,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      body: body === undefined ? null : JSON.stringify(body),
      ...(signal ? { signal } : {}),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw refusalOf(endpoint, ProblemDocument.parse(answer))
    return endpoint.output.parse(answer) as Output<E>
  }

  async function register(key: string, options: NodeOptions): Promise<TestNode> {
    const { name = 'a node', roles = ['entry', 'world'], servers = 'default' } = options
    const at = (port: number) => ({ host: '127.0.0.1', port })
    const entry = roles.includes('entry')
    const registration = await call(
      registerNode,
      {
        body: {
          ...{ name, roles, servers, software: 'test' },
          ...{ opn: entry ? at(8200) : null, lmp: entry ? at(8201) : null, rfp: entry ? at(8203) : null },
          fmp: roles.includes('world') ? at(8202) : null,
        },
      },
      key,
    )
    const { nodeId, epoch } = registration
    return { key, nodeId, epoch, registration, again: (more = {}) => register(key, { ...options, ...more }) }
  }

  return {
    ...{
      url: central.url,
      databaseUrl: database.url,
      operatorKey,
      log: central.log ?? { lines },
      sql,
      fetch: send,
      call,
    },
    async scheduled() {
      await central.scheduled?.()
    },
    async node(options = {}) {
      const { name = 'a node', roles = ['entry', 'world'] } = options
      const { token } = await call(createEnrolToken, { body: { roles } }, operatorKey)
      const key = `cgn_${crypto.randomUUID()}`
      await call(enrolNode, { body: { name, keyHash: await sha256(key) } }, token)
      return register(key, options)
    },
    async [Symbol.asyncDispose]() {
      await sql.end()
      await central.close()
      await database.close()
    },
  }
}
