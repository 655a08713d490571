/**
 * Milliseconds that a page of a search takes over HTTP shapes (no socket), and beside it the same statements sent
 * straight through the driver, on an embedded database of our own: `npm run bench search`. Arguments of this
 * file: the number of hunters (the is 1000000), of repeats, and a part of the queries that are asked. A folder in
 * CITYGATE_BENCH_FOLDER is kept, with the hunters in it, for the next run.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { prepareDatabase } from '../adapters/database.ts'
import { startPostgres } from '../adapters/embedded.ts'
import { createApp } from '../app.ts'
import { openDatabase } from '../db/database.ts'
import { silent } from '../log.ts'

const hunters = Number(process.argv[2] ?? 10_000)
const repeats = Number(process.argv[3] ?? 30)
const wanted = process.argv[4] ?? ''
const kept = process.env.CITYGATE_BENCH_FOLDER
const connections = 4

/** What is looked for, and from which page on. */
const queries: readonly (readonly [query: string, page?: number])[] = [
  ['capcomId=0000FF'],
  ['name=an'],
  ['name=zo'],
  ['name=ana'],
  ['name=anak'],
  ['name=a'],
  ['name=q'],
  ['name=qx'],
  ['name=x'],
  ['name=リ'],
  ['name=リオ'],
  ['name=リオレ'],
  ['name=nobody'],
  [''],
  ['', 20],
  ['name=an', 20],
  ['online=true'],
  ['online=true', 20],
  ['online=false'],
  ['online=true&name=an'],
  ['online=true&name=qx'],
  ['server=1'],
  ['server=1&gate=3'],
  ['server=1&gate=3&city=7'],
  ['minRank=50'],
  ['minRank=99'],
  ['minRank=40&maxRank=41'],
  ['weapon=lance'],
  ['weapon=lance&minRank=50'],
  ['sort=-name'],
  ['sort=rank'],
  ['sort=-rank'],
  ['sort=-rank', 20],
  ['sort=-rank&name=an'],
  ['sort=-rank&name=qx'],
  ['sort=seen'],
  ['sort=-seen'],
  ['sort=-seen', 20],
  ['sort=seen&name=an'],
  ['sort=seen&name=qx'],
  ['sort=-seen&online=true'],
]

/**
 * Ten nodes with thirty servers; every twentieth hunter is online. Names are two to four syllables of
 * sixty-four; one in a hundred is of Japanese letters, one in ten thousand holds a Q, one of five hundred thousand "qx".
 */
const syllables =
  'ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo ra ri ru re ro wa an en in on un al el il ol ul ar er ir or ur da di du de do ba bi bu be bo'
const fill = `
  insert into nodes (name, key_hash, entry, world, newest_epoch)
    select 'bench' || i, 'bench' || i, true, true, 1 from generate_series(0, 9) i;
  insert into node_epochs (node_id, epoch, entry, world, software, started_at, renewed_at, expires_at)
    select id, 1, true, true, 'bench', now(), now(), now() + interval '5 hours' from nodes;
  insert into servers (id, name, type, gates, cities, capacity, node_id, epoch)
    select i, 'Valor' || i, 'open', 40, 40, 2000, nodes.id, 1
    from generate_series(1, 30) i join nodes on nodes.name = 'bench' || i % 10;
  insert into consoles (support_code, media_version)
    select 'code' || i, '' from generate_series(1, ${hunters}) i;
  insert into players (capcom_id, console_id, slot, name, name_text, name_folded, rank, weapon)
    select upper(lpad(to_hex(n), 6, '0')), id, 1, convert_to(text, 'UTF8'), text, text, h % 100,
      (array['great-sword', 'long-sword', 'sword-and-shield', 'hammer', 'lance', 'switch-axe', 'bowgun'])[1 + (h / 100) % 7]
    from (select id, n, h, case
        when n % 500000 = 7 then 'zoqx' || n % 1000
        when n % 10000 = 5 then 'q' || s.list[1 + h % 64] || s.list[1 + (h / 64) % 64]
        when n % 100 = 3 then j.list[1 + h % 8] || j.list[1 + (h / 8) % 8] || j.list[1 + (h / 64) % 8]
        else left(s.list[1 + h % 64] || s.list[1 + (h / 64) % 64] ||
          case when h % 3 > 0 then s.list[1 + (h / 4096) % 64] else '' end ||
          case when h % 7 > 3 then s.list[1 + (h / 262144) % 64] else '' end, 8) end as text
      from (select id, n, abs(hashint8(n))::bigint as h
            from (select id, row_number() over (order by id) as n from consoles) numbered) hashed,
        (select string_to_array('${syllables}', ' ') as list) s,
        (select string_to_array('リ オ レ ウ ス ラ ギ ア', ' ') as list) j) made;
  insert into leases (capcom_id, fence, node_id, epoch, server_id, seen_at)
    select p.capcom_id, 1, nodes.id, 1, wish.server, now() - (n % 1000000) * interval '1 second'
    from (select capcom_id, n, case when n % 20 = 0 then 1 + n / 20 % 30 end as server
          from (select capcom_id, abs(hashint8(row_number() over ()))::bigint as n from players) numbered) wish
    join players p on p.capcom_id = wish.capcom_id
    left join nodes on nodes.name = 'bench' || wish.server % 10;
  insert into presence (capcom_id, node_id, epoch, fence, server_id, gate, city, in_quest, leader)
    select capcom_id, node_id, 1, 1, server_id, 1 + abs(hashtext(capcom_id)) % 40, 1 + abs(hashtext(capcom_id)) / 40 % 40,
      false, false
    from leases where node_id is not null;
  vacuum analyze`

/** So many rows at once are quicker without their indexes, which are made again behind them. */
async function filled(client: Sql): Promise<void> {
  const [there] = await client`select count(*)::int as many from players`
  if (there?.many === hunters) {
    await client`update node_epochs set renewed_at = now(), expires_at = now() + interval '5 hours'`
    return
  }
  if (there?.many !== 0) throw new Error(`the folder holds ${there?.many} hunters`)
  const indexes = await client<{ name: string; made: string }[]>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made from pg_index
    where indrelid in ('players'::regclass, 'leases'::regclass) and not indisunique`
  for (const { name } of indexes) await client.unsafe(`drop index ${name}`)
  for (const statement of fill.split(';')) await client.unsafe(statement)
  for (const { made } of indexes) await client.unsafe(made)
  await client.unsafe('vacuum analyze')
}

interface Sent {
  readonly text: string
  readonly parameters: unknown[]
}

const folder = kept ?? (await mkdtemp(join(tmpdir(), 'citygate-bench-')))
// As much memory as an operator gives a database of this size: the caches are warm.
const server = await startPostgres({ folder, log: silent, tuned: { shared_buffers: '512MB' } })
const opened: Sql[] = []
function open(options: postgres.Options<Record<string, never>> = {}): Sql {
  const client = postgres(server.url, { max: connections, onnotice: () => {}, ...options })
  opened.push(client)
  return client
}
try {
  await prepareDatabase(server.url)
  const began = performance.now()
  await filled(open({ max: 1, connection: { statement_timeout: 600_000 } }))
  const filledIn = Math.round((performance.now() - began) / 1000)
  const app = createApp({ db: openDatabase(open()), log: silent })
  const plain = open()
  const sent: Sent[] = []
  /** Sees what is sent, and is not timed. */
  const seeing = open({
    max: 1,
    debug: (_, text, parameters) => {
      if (/from meta/.test(text)) sent.push({ text, parameters })
    },
  })
  const observed = createApp({ db: openDatabase(seeing), log: silent })
  const sendAll = async (statements: readonly Sent[]) => {
    for (const { text, parameters } of statements) {
      const prepare = !text.includes('planned each time')
      await plain.unsafe(text, parameters as never[], { prepare })
    }
  }

  // The driver and the app as they are on a server that has run for a while: compiled.
  for (let round = 0; round < 50; round++) {
    for (const [query] of queries) {
      sent.length = 0
      await observed.request(`/v1/players?${query}`)
      await (await app.request(`/v1/players?${query}`)).text()
      await sendAll([...sent])
    }
  }

  const results = []
  for (const [query, page = 1] of queries.filter(([query]) => query.includes(wanted))) {
    let path = `/v1/players?${query}`
    for (let turned = 1; turned < page; turned++) {
      const { next } = (await (await app.request(path)).json()) as { next: string | null }
      if (next === null) break
      path = `/v1/players?${query}&cursor=${next}`
    }
    sent.length = 0
    await observed.request(path)
    const statements = [...sent]
    const ask = async () => {
      const response = await app.request(path)
      if (response.status !== 200) throw new Error(await response.text())
      await response.text()
    }
    const times = await timed(ask, () => sendAll(statements))
    results.push({ query, page, statements: statements.length, ...times })
  }
  process.stdout.write(
    `${JSON.stringify({
      bench: 'search',
      hunters,
      online: Math.floor(hunters / 20),
      repeats,
      filledInSeconds: filledIn,
      results,
      caveats: [
        'milliseconds of a page of 20, one caller at a time, caches warm; no socket and no network; perSecond: four callers',
        'straight: the statements of the page alone; the app checks what is asked, makes them, and writes JSON',
        'ratio: of the medians; the two take turns',
        'other work on the machine makes it slower: compare runs of one machine only',
      ],
    })}\n`,
  )
} catch (error) {
  process.stderr.write(String(error instanceof Error ? error.stack : error))
  throw error
} finally {
  await Promise.all(opened.map((client) => client.end()))
  await server.close()
  if (kept === undefined) await rm(folder, { recursive: true, force: true })
}

/** The first runs warm the plan and the caches. The two take turns, so that a busy machine is busy for both. */
async function timed(app: () => Promise<unknown>, straight: () => Promise<unknown>) {
  const took = { app: [] as number[], straight: [] as number[] }
  const run = async (work: () => Promise<unknown>, list: number[]) => {
    const start = performance.now()
    await work()
    list.push(performance.now() - start)
  }
  // Six times on each connection, so that the plan for any values is made.
  await Promise.all([...Array(connections * 8)].map(() => Promise.all([app(), straight()])))
  for (let i = 0; i < repeats; i++) {
    await run(app, took.app)
    await run(straight, took.straight)
  }
  const perSecond = async (work: () => Promise<unknown>) => {
    const start = performance.now()
    const caller = async () => {
      for (let i = 0; i < Math.ceil(repeats / connections); i++) await work()
    }
    await Promise.all([...Array(connections)].map(caller))
    const calls = Math.ceil(repeats / connections) * connections
    return Math.round((calls * 1000) / (performance.now() - start))
  }
  const [own, other] = [percentiles(took.app), percentiles(took.straight)]
  return {
    ...own,
    perSecond: await perSecond(app),
    straight: { ...other, perSecond: await perSecond(straight) },
    ratio: Math.round((own.p50 / other.p50) * 100) / 100,
  }
}

function percentiles(took: number[]) {
  took.sort((a, b) => a - b)
  const at = (share: number) => rounded(took[Math.min(took.length - 1, Math.floor(took.length * share))])
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

function rounded(ms = 0): number {
  return Math.round(ms * 100) / 100
}
