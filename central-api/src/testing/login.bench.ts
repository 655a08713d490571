/**
 * What a log-in costs central and its database, from the first question of the log-in servers to the
 * claim of the game server: statements, transactions, flushes to the database's socket, and milliseconds,
 * through the real app on an embedded database. `npm run bench login`, or with a number of hunters as the
 * argument of this file.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  armTicket,
  chooseHunter,
  claimSession,
  type Endpoint,
  type Input,
  identifyConsole,
  type Output,
  readTicket,
  registerNode,
  syncNode,
} from '@citygate/schema/contract'
import postgres from 'postgres'
import { prepareDatabase } from '../adapters/database.ts'
import { startPostgres } from '../adapters/embedded.ts'
import { createApp } from '../app.ts'
import { openDatabase } from '../db/database.ts'
import { sha256 } from '../hash.ts'
import { silent } from '../log.ts'

const hunters = Number(process.argv[2] ?? 200)
const atOnce = 8
const key = 'cgn_bench'

const counted = { statements: 0, transactions: 0, flushes: 0 }

/** Messages of the protocol that run something: Query (a text), and Execute (a prepared statement). */
function count(written: Uint8Array): void {
  const bytes = Buffer.from(written)
  counted.flushes++
  // The first message of a connection has no type; nothing of it looks like one of these.
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
    const type = String.fromCharCode(bytes[at] ?? 0)
    if (type === 'Q' || type === 'E') counted.statements++
    if (type === 'Q' && bytes.toString('latin1', at + 5, at + 10) === 'begin') counted.transactions++
  }
}

const folder = await mkdtemp(join(tmpdir(), 'citygate-bench-'))
const server = await startPostgres({ folder, log: silent })
try {
  await prepareDatabase(server.url)
  const { hostname, port } = new URL(server.url)
  const client = postgres(server.url, {
    max: 10,
    onnotice: () => {},
    // The driver asks for a socket that is already connected.
    ...{ socket: () => countedSocket(Number(port), hostname) },
  })
  const app = createApp({ db: openDatabase(client), log: silent })
  await client`insert into nodes (name, key_hash, entry, world) values ('bench', ${await sha256(key)}, true, true)`
  const at = { host: '127.0.0.1', port: 8200 }
  const { epoch } = await call(registerNode, {
    body: {
      ...{ name: 'bench', software: 'bench', roles: ['entry', 'world'], servers: 'default' },
      ...{ opn: at, lmp: at, rfp: at, fmp: at },
    },
  })

  const warmUp = 2 * atOnce
  await run(warmUp)
  Object.assign(counted, { statements: 0, transactions: 0, flushes: 0 })
  const cpu = process.cpuUsage()
  const { took, byCall } = await run(hunters)
  const used = process.cpuUsage(cpu)
  const perLogin = {
    calls: Object.keys(byCall).length,
    statements: counted.statements / hunters,
    transactions: counted.transactions / hunters,
    flushes: counted.flushes / hunters,
    cpuMs: rounded((used.user + used.system) / 1000 / hunters),
  }
  const idleSync = await costOfIdleSync()
  const [prepared] = await client`select count(*)::int as count from pg_prepared_statements`
  await client.end()
  process.stdout.write(
    `${JSON.stringify({
      bench: 'login',
      hunters,
      atOnce,
      results: {
        perLogin,
        idleSync,
        wallMs: { p50: at50(took), p95: at95(took) },
        callMs: Object.fromEntries(
          Object.entries(byCall).map(([name, list]) => [name, { p50: at50(list), p95: at95(list) }]),
        ),
        statementsPreparedOnOneConnection: prepared?.count,
      },
      caveats: [
        'no socket and no node: the calls go to the app in this process; CPU time is this process alone',
        'a flush is a write to the database’s socket: about one round trip',
        'other work on the machine makes it slower: compare runs of one machine only',
      ],
    })}\n`,
  )

  async function run(many: number) {
    const took: number[] = []
    const byCall: Record<string, number[]> = {}
    let next = 0
    const one = async () => {
      while (next++ < many) {
        const start = performance.now()
        await logIn(byCall)
        took.push(performance.now() - start)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, one))
    return { took, byCall }
  }

  /** What a quiet node costs with every heartbeat, where calls are not held. */
  async function costOfIdleSync() {
    const silence = { draining: false, releases: [], settings: [], mailSeen: 0, directoryVersion: 0 }
    const presence = { generation: null, full: false, set: [], gone: [] }
    const body = { epoch, holdMs: 0, presence, ...silence }
    await call(syncNode, { body: { ...body, number: 1 } })
    Object.assign(counted, { statements: 0, transactions: 0, flushes: 0 })
    await call(syncNode, { body: { ...body, number: 2 } })
    return { ...counted }
  }

  /** As the log-in servers and the game server ask: the game arms a spare and the best (login.md 3.3). */
  async function logIn(byCall: Record<string, number[]>): Promise<void> {
    const timed = async <E extends Endpoint>(name: string, endpoint: E, input: Input<E>) => {
      const start = performance.now()
      const answer = await call(endpoint, input)
      const list = byCall[name] ?? []
      byCall[name] = list
      list.push(performance.now() - start)
      return answer
    }
    const login = crypto.randomUUID()
    const nextTicket = async () => ({ hash: await sha256(crypto.randomUUID()), login })
    const [first, second] = [await nextTicket(), await nextTicket()]
    const { consoleId } = await timed('identify', identifyConsole, {
      body: { supportCode: null, mediaVersion: '1001301045', ticket: first },
    })
    await timed('read', readTicket, { body: { ticketHash: first.hash } })
    await timed('choose', chooseHunter, {
      params: { consoleId, slot: '1' },
      body: { name: btoa('Hunter'), create: true, ticket: second },
    })
    const ticketHash = second.hash
    await timed('arm the spare', armTicket, { body: { ticketHash, serverId: 2 } })
    await timed('arm the best', armTicket, { body: { ticketHash, serverId: 1 } })
    await timed('claim', claimSession, { body: { ticketHash, epoch } })
  }

  async function call<E extends Endpoint>({ method, path }: E, input: Input<E>): Promise<Output<E>> {
    const { params, body } = input as { readonly params?: object; readonly body?: unknown }
    const values = Object.entries(params ?? {})
    const filled = values.reduce((text, [name, value]) => text.replace(`{${name}}`, String(value)), path)
    const response = await app.request(filled, {
      method,
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    })
    if (response.status !== 200) throw new Error(`${path}: ${await response.text()}`)
    return (await response.json()) as Output<E>
  }
} finally {
  await server.close()
  await rm(folder, { recursive: true, force: true })
}

function countedSocket(port: number, host: string) {
  return new Promise((connected, refuse) => {
    const socket = openSocket({ port, host })
    socket.once('error', refuse)
    const write = socket.write.bind(socket)
    socket.write = ((...parts: Parameters<typeof write>) => {
      count(parts[0] as Uint8Array)
      return write(...parts)
    }) as typeof socket.write
    socket.once('connect', () => connected(socket))
  })
}

function at50(list: readonly number[]): number {
  return rounded(list.toSorted((a, b) => a - b)[Math.floor(list.length * 0.5)])
}

function at95(list: readonly number[]): number {
  return rounded(list.toSorted((a, b) => a - b)[Math.floor(list.length * 0.95)])
}

function rounded(ms = 0): number {
  return Math.round(ms * 10) / 10
}
