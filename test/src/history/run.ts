/**
 * A recorded run: clients against two central processes on one database, while somebody stops, cuts off and kills
 * whom he likes. The seed decides what the clients do and what befalls them, as far as the clock lets it.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCentral } from '@citygate/nodes/central'
import { chooseHunter, enrolNode, identifyConsole, registerNode } from '@citygate/schema/contract'
import postgres, { type Sql } from 'postgres'
import { between, oneOf, seeded } from '../bots/random.ts'
import { CentralProcess } from '../faults/central-process.ts'
import { Line } from '../faults/line.ts'
import { Program } from '../faults/program.ts'
import type { Granted, History, Kept, NodeCall, Operation, PlayerCall } from './history.ts'
import { type ClientOrders, numberOf, sha256, type Line as Written } from './orders.ts'

export interface RunOptions {
  readonly seed: number
  readonly databaseUrl: string
  /** Kills the database with -9 and resolves when it is back. Without it the database is left alone. */
  readonly killDatabase?: () => Promise<void>
  /** Goes on until so many faults were done and so many calls made; without any, the clients end by themselves. */
  readonly atLeast: { readonly faults: number; readonly calls: number } | null
  /** A machine that is too slow for it is not waited for longer. */
  readonly atMostMs?: number
  /** Between two faults, on average. */
  readonly faultEveryMs?: number
  readonly nodes?: number
  readonly hunters?: number
  readonly operations?: number
  readonly pauseMs?: number
  /** Flags of the central processes. */
  readonly flags?: readonly string[]
  /** Breaks a rule in the database, before the clients start: SQL. */
  readonly sabotage?: string
}

export interface Run {
  readonly history: History
  /** How often each kind of fault was done. */
  readonly faults: Readonly<Record<string, number>>
  readonly operations: Readonly<Record<string, number>>
}

interface Client {
  readonly line: Line
  readonly file: string
  readonly orders: (run: number) => ClientOrders
  run: number
  program: Program
}

const script = 'test/src/history/client.ts'

/** Nobody waits a minute for a lease to end: the database shortens each as it is written. */
const leaseMs = 1500
const shortLeases = `
  create function shorten_lease() returns trigger language plpgsql as $$ begin
    new.expires_at := least(new.expires_at, clock_timestamp() + interval '${leaseMs} ms');
    return new;
  end $$;
  create trigger shorten_lease before insert or update on node_epochs
    for each row execute function shorten_lease()`

/** What `player_history` is for writes: which claims were done, also those whose answer was lost. */
const notesOfClaims = `
  create table granted_claims (number bigint generated always as identity, capcom_id text, attempt uuid, fence bigint);
  create function note_claim() returns trigger language plpgsql as $$ begin
    insert into granted_claims (capcom_id, attempt, fence) values (new.capcom_id, new.attempt, new.fence);
    return null;
  end $$;
  create trigger note_claim after update on leases
    for each row when (new.attempt is distinct from old.attempt) execute function note_claim()`

export async function recordRun(options: RunOptions): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'citygate history '))
  const sql = postgres(options.databaseUrl, { max: 1, onnotice: () => {} })
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  stack.defer(() => sql.end())

  const at = { databaseUrl: options.databaseUrl, folder, flags: options.flags ?? [] }
  const operatorKey = `cgo_${randomBytes(24).toString('base64url')}`
  const centrals = await Promise.all(
    ['first', 'second'].map((name) => CentralProcess.start({ ...at, name, operatorKey })),
  )
  for (const central of centrals) stack.use(central)

  await sql.unsafe(shortLeases)
  await sql.unsafe(notesOfClaims)
  if (options.sabotage) await sql.unsafe(options.sabotage)
  const clients = await prepare(options, folder, centrals, stack)
  await Promise.all(clients.map(({ program }) => program.firstWord))

  const faults = await befall(options, centrals, clients)
  for (const client of clients) {
    if (client.program.hasEnded && client.program.exitCode !== 0)
      throw new Error(`a client ended: ${client.program.said}`)
    if (options.atLeast) await client.program.kill()
    else await client.program.ended()
  }
  const history = await gather(clients, sql)
  return {
    history,
    faults,
    operations: count([...history.players, ...history.nodes].map(({ call }) => call.kind)),
  }
}

async function prepare(
  { seed, atLeast, nodes = 3, hunters: wanted = 4, operations = 1_000_000, pauseMs = 5 }: RunOptions,
  folder: string,
  centrals: readonly CentralProcess[],
  stack: AsyncDisposableStack,
): Promise<Client[]> {
  const [central] = centrals
  if (!central) throw new Error('there is no central')
  const identities = []
  for (let index = 0; index < nodes; index++) {
    const key = `cgn_${crypto.randomUUID()}`
    const { call } = createCentral({ url: central.url, fetch, key: await central.enrolToken() })
    const { nodeId } = await call(enrolNode, { body: { name: `node-${index}`, keyHash: sha256(key) } })
    const own = createCentral({ url: central.url, fetch, key })
    const address = { host: '127.0.0.1', port: 8200 }
    await own.call(registerNode, {
      body: {
        ...{ name: `node-${index}`, roles: ['entry', 'world'], software: 'test' },
        ...{ opn: address, lmp: address, fmp: address, rfp: address },
        servers: [{ id: 101 + index, name: `node-${index}`, type: 'open' }],
      },
    })
    identities.push({ key, nodeId, serverId: 101 + index, call: own.call })
  }
  const hunters: ClientOrders['hunters'][number][] = []
  for (let index = 0; index < wanted; index++) {
    const call = identities[index % identities.length]?.call
    if (!call) throw new Error('there is no node')
    const { consoleId } = await call(identifyConsole, {
      body: { supportCode: null, mediaVersion: '1001301045' },
    })
    const name = Buffer.from(`Hunter${index}`).toString('base64')
    const { capcomId } = await call(chooseHunter, {
      params: { consoleId, slot: '1' },
      body: { name, create: true },
    })
    hunters.push({ consoleId, capcomId })
  }
  const servers = identities.map(({ serverId, nodeId }) => ({ serverId, nodeId }))
  const clients: Client[] = []
  for (const [index, { key, nodeId }] of identities.entries()) {
    const line = stack.use(await Line.open(centrals[index % centrals.length]?.port ?? central.port))
    const file = join(folder, `client-${index}.jsonl`)
    const orders = (run: number): ClientOrders => ({
      ...{
        client: `node-${index}`,
        seed: seed * 1000 + index * 100 + run,
        run,
        key,
        nodeId,
        hunters,
        servers,
      },
      ...{ url: `http://127.0.0.1:${line.port}`, operatorKey: central.operatorKey, file },
      ...{ firstValue: 1 + index * 50_000_000 + run * 500_000, actors: 2, operations, pauseMs },
      patienceMs: atLeast ? 4000 : 15_000,
    })
    const client: Client = { line, file, orders, run: 1, program: spawn(orders(1)) }
    clients.push(client)
    stack.defer(async () => {
      await client.program.kill()
    })
  }
  return clients
}

const spawn = (orders: ClientOrders) => new Program(script, [JSON.stringify(orders)])

async function befall(
  { seed, atLeast, atMostMs = 30_000, faultEveryMs = 400, killDatabase }: RunOptions,
  centrals: readonly CentralProcess[],
  clients: readonly Client[],
): Promise<Readonly<Record<string, number>>> {
  const random = seeded(seed)
  const faults: string[] = []
  const underWay = new Set<Promise<unknown>>()
  const failures: unknown[] = []
  const busy = new Set<unknown>()
  /** One thing at a time befalls one victim; what has to be mended is mended before the run ends. */
  const befalls = (what: string, victim: unknown, work: () => Promise<unknown>): void => {
    if (busy.has(victim)) return
    busy.add(victim)
    faults.push(what)
    const done = work()
      .catch((error: unknown) => failures.push(error))
      .finally(() => {
        busy.delete(victim)
        underWay.delete(done)
      })
    underWay.add(done)
  }
  const until = performance.now() + atMostMs
  const asked = () => clients.reduce((sum, { file }) => sum + linesIn(file), 0) / 2
  const isEnough = ({ faults: done, calls }: { readonly faults: number; readonly calls: number }) =>
    performance.now() > until || (faults.length >= done && asked() >= calls)
  while (atLeast && failures.length === 0 && !isEnough(atLeast)) {
    await pace(faultEveryMs * (0.5 + random()), asked)
    const client = oneOf(random, clients)
    const central = oneOf(random, centrals)
    const dice = between(random, 1, 100)
    if (dice <= 25) {
      befalls('node paused beyond its lease', client, async () => {
        client.program.pause()
        await wait(leaseMs * (1 + random() / 2))
        client.program.resume()
      })
    } else if (dice <= 45) {
      befalls('line deaf, then reset', client, async () => {
        client.line.mood = 'deaf'
        await wait(100 + 300 * random())
        client.line.mood = 'open'
      })
    } else if (dice <= 60) {
      befalls('line cut, then led to the other central', client, async () => {
        client.line.mood = 'cut'
        await wait(200 * random())
        client.line.target = central.port
        client.line.mood = 'open'
      })
    } else if (dice <= 72) {
      befalls('node killed', client, async () => {
        await client.program.kill()
        client.program = spawn(client.orders(++client.run))
        await client.program.firstWord
      })
    } else if (dice <= 86) {
      befalls('central killed', central, async () => {
        await central.kill()
        await wait(300 * random())
        const other = centrals.find((one) => one !== central) ?? central
        for (const { line } of clients) if (line.target === central.port) line.target = other.port
        // A central that starts while there is no database ends in words, and whoever keeps it running starts it once more.
        await retrying(() => central.startAgain())
      })
    } else if (killDatabase) {
      befalls('database killed', killDatabase, async () => {
        await killDatabase()
        await wait(1500)
      })
    }
  }
  await Promise.all(underWay)
  if (failures.length > 0) throw new AggregateError(failures, 'what was broken was not mended')
  return count(faults)
}

/** Much has to happen between two faults, or the history is of faults alone: on a slow machine that takes longer. */
async function pace(ms: number, asked: () => number): Promise<void> {
  const until = performance.now() + patienceBetweenFaultsMs
  const enough = asked() + callsBetweenFaults
  await wait(ms)
  while (asked() < enough && performance.now() < until) await wait(100)
}

const callsBetweenFaults = 20
const patienceBetweenFaultsMs = 4000

function linesIn(file: string): number {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length : 0
}

async function gather(clients: readonly Client[], sql: Sql): Promise<History> {
  const players: Operation<PlayerCall>[] = []
  const nodes: Operation<NodeCall>[] = []
  for (const { file, orders } of clients) {
    const { client } = orders(0)
    for (const operation of operationsOf(await readFile(file, 'utf8'), client)) {
      const { call } = operation
      if (call.kind === 'register' || call.kind === 'renew') nodes.push({ ...operation, call })
      else if (changes(call) || operation.outcome.is === 'done') players.push({ ...operation, call })
    }
  }
  // Every node has registered once before its client came.
  for (const key of new Set(nodes.map((one) => one.key)))
    nodes.push({
      ...{ key, client: 'run', call: { kind: 'register' }, start: 0, end: 0 },
      outcome: { is: 'done', answer: { kind: 'registered', epoch: 1 } },
    })
  const kept = new Map<string, Kept[]>()
  const rows = await retrying(
    () => sql`select capcom_id, version, settings from player_history order by capcom_id, version`,
  )
  for (const { capcom_id, version, settings } of rows) {
    const value = settings === null ? 0 : numberOf((settings as Buffer).toString('base64'))
    kept.set(capcom_id, [...(kept.get(capcom_id) ?? []), { version, value }])
  }
  const granted = new Map<string, Granted[]>()
  const claims = await retrying(
    () =>
      sql`select capcom_id, attempt, fence::float8 as fence from granted_claims order by capcom_id, number`,
  )
  for (const { capcom_id, attempt, fence } of claims)
    granted.set(capcom_id, [...(granted.get(capcom_id) ?? []), { attempt, fence }])
  return { players, nodes, kept, granted, leaseMs }
}

/** Without an answer they change nothing that anybody could see. */
function changes(call: PlayerCall): boolean {
  return call.kind === 'claim' || call.kind === 'write' || call.kind === 'release'
}

function* operationsOf(text: string, client: string): Generator<Operation<PlayerCall | NodeCall>> {
  const starts = new Map<string, Written>()
  const ended = new Set<string>()
  // The last line of a killed client may be torn.
  const lines = text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as Written] : []
    } catch {
      return []
    }
  })
  for (const line of lines) {
    const id = `${line.run}.${line.id}`
    const { outcome } = line
    const before = starts.get(id)
    if (!outcome) starts.set(id, line)
    else if (before) {
      ended.add(id)
      const end = outcome.is === 'unknown' ? Number.POSITIVE_INFINITY : line.at
      yield { key: line.key, client, call: line.call, start: before.at, end, outcome }
    }
  }
  for (const [id, { key, call, at: start }] of starts) {
    if (!ended.has(id))
      yield { key, client, call, start, end: Number.POSITIVE_INFINITY, outcome: { is: 'unknown' } }
  }
}

async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === 20) throw error
      await wait(250)
    }
  }
}

function count(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

const wait = (ms: number) => new Promise<void>((over) => setTimeout(over, ms))
