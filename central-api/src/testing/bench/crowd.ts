/** Central in this process on an embedded database, with nodes that hold players, as rows: nobody logs in. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Endpoint, Input, Output } from '@citygate/schema/contract'
import postgres, { type Sql } from 'postgres'
import { prepareDatabase } from '../../adapters/database.ts'
import { type EmbeddedPostgres, startPostgres } from '../../adapters/embedded.ts'
import { inRoute, withRoute } from '../../adapters/route-comment.ts'
import { listenForWakeups } from '../../adapters/wakeups.ts'
import { createApp } from '../../app.ts'
import { openDatabase } from '../../db/database.ts'
import { sha256 } from '../../hash.ts'
import { silent } from '../../log.ts'
import { settle } from '../../services/incarnation.ts'

/** What the driver was asked to send. */
export interface Sent {
  readonly text: string
  readonly values: readonly unknown[]
}

export interface Crowd extends AsyncDisposable {
  readonly server: EmbeddedPostgres
  readonly sql: Sql
  call<E extends Endpoint>(endpoint: E, input: Input<E>, key: string): Promise<Output<E>>
  listen(listener: ((sent: Sent) => void) | null): void
}

export const keyOf = (node: number) => `cgn_bench_${node}`
/** The `player`th of a node's players; both from 0. */
export const capcomIdOf = (node: number, player: number, players: number) =>
  String(node * players + player).padStart(6, '0')
/** Each node carries one game server. */
export const serverOf = (node: number) => node + 1
export const fence = 1
export const epoch = 1

const at = JSON.stringify({ host: '127.0.0.1', port: 8200 })

/** @param runtime where central holds calls and wakes nodes, as on Node.js, or does neither, as on Workers */
export async function openCrowd(runtime: 'node' | 'worker' = 'worker'): Promise<Crowd> {
  const folder = await mkdtemp(join(tmpdir(), 'citygate-bench-'))
  const server = await startPostgres({ folder, log: silent, memory: totalmem() })
  await prepareDatabase(server.url)
  // Its work for what was brought in would be counted among that of the calls.
  const admin = postgres(server.url, { max: 1, onnotice: () => {} })
  await admin.unsafe('alter system set autovacuum = off')
  await admin.unsafe('select pg_reload_conf()')
  await admin.end()
  let listener: ((sent: Sent) => void) | null = null
  const client = postgres(server.url, {
    max: 10,
    onnotice: () => {},
    // Whole crowds are brought in through it. The driver leaves out a 0.
    connection: { statement_timeout: 600_000 },
    debug: (_, text, values) => listener?.({ text, values: [...values] }),
  })
  const wakeups = runtime === 'node' ? await listenForWakeups(client, silent) : undefined
  const deps = { db: openDatabase(client, withRoute), log: silent, inRoute, ...(wakeups ? { wakeups } : {}) }
  await settle(deps)
  const app = createApp(deps)
  return {
    server,
    sql: client,
    listen(next) {
      listener = next
    },
    async call<E extends Endpoint>({ method, path }: E, input: Input<E>, key: string) {
      const { params = {}, body } = input as { readonly params?: object; readonly body?: unknown }
      const filled = Object.entries(params).reduce(
        (text, [name, value]) => text.replace(`{${name}}`, String(value)),
        path,
      )
      for (let attempt = 1; ; attempt++) {
        const response = await app.request(filled, {
          method,
          headers: { authorization: `Bearer ${key}` },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        if (response.status === 200) return (await response.json()) as Output<E>
        const text = await response.text()
        // A machine with other work: as a node does.
        if (response.status !== 503 || attempt === 5) throw new Error(`${path}: ${text}`)
      }
    },
    async [Symbol.asyncDispose]() {
      await client.end({ timeout: 5 })
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Adds nodes `from` to `to - 1`, each with a game server and `players` who stand in its gates. */
export async function addNodes(sql: Sql, from: number, to: number, players: number): Promise<void> {
  const nodes = Array.from({ length: to - from }, (_, index) => from + index)
  const keys = await Promise.all(nodes.map(async (node) => ({ node, hash: await sha256(keyOf(node)) })))
  await sql`with given as (
      select (item->>'node')::int as node, item->>'hash' as hash, gen_random_uuid() as id
      from jsonb_array_elements(${JSON.stringify(keys)}::jsonb) item
    ), made as (
      insert into nodes (id, name, key_hash, entry, world, newest_epoch)
      select id, 'bench ' || node, hash, true, true, ${epoch}::int from given
    ), starts as (
      insert into node_epochs (node_id, epoch, entry, world, software, opn, lmp, fmp, rfp,
        started_at, renewed_at, expires_at)
      select id, ${epoch}::int, true, true, 'bench', ${at}::jsonb, ${at}::jsonb, ${at}::jsonb, ${at}::jsonb,
        now(), now(), now() + interval '1 day' from given
    ), carried as (
      insert into servers (id, name, type, gates, cities, capacity, node_id, epoch)
      select node + 1, 'bench ' || node, 'open', 40, 40, 2000, id, ${epoch}::int from given
      on conflict (id) do update set node_id = excluded.node_id, epoch = excluded.epoch
    ), numbered as (
      select id, node, i, lpad((node * ${players}::int + i)::text, 6, '0') as capcom_id, gen_random_uuid() as console_id
      from given, generate_series(0, ${players - 1}::int) i
    ), brought as (
      insert into consoles (id, support_code, media_version)
      select console_id, 'B' || capcom_id, '1001301045' from numbered
    ), hunters as (
      insert into players (capcom_id, console_id, slot, name, name_text, name_folded)
      select capcom_id, console_id, 1, 'Hunter', 'Hunter', 'hunter' from numbered
    ), held as (
      insert into leases (capcom_id, fence, node_id, epoch, server_id, login)
      select capcom_id, ${fence}, id, ${epoch}::int, node + 1, gen_random_uuid() from numbered
    )
    insert into presence (capcom_id, node_id, epoch, fence, server_id, gate, in_quest, leader)
    select capcom_id, id, ${epoch}::int, ${fence}, node + 1, 1 + i % 40, false, false from numbered`
  await sql`vacuum analyze`
}

export const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits))
