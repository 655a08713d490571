/**
 * Milliseconds that a page of a search takes over HTTP shapes (no socket), and beside it the same SQL sent
 * straight through the driver, on an embedded database of our own: `npm run bench search`. Arguments of this
 * file: the number of hunters (the is 1000000) and of repeats.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { prepareDatabase } from '../adapters/database.ts'
import { startPostgres } from '../adapters/embedded.ts'
import { createApp } from '../app.ts'
import { openDatabase } from '../db/database.ts'
import { silent } from '../log.ts'

const hunters = Number(process.argv[2] ?? 10_000)
const repeats = Number(process.argv[3] ?? 30)

const queries = [
  '',
  'name=a',
  'name=an',
  'name=ana',
  'name=q',
  'name=qx',
  'name=x',
  'name=リ',
  'name=リオ',
  'name=リオレ',
  'name=nobody',
  'online=true',
  'online=true&name=an',
  'server=1&gate=3',
  'weapon=lance&minRank=50',
  'sort=-rank',
  'sort=seen',
  'sort=-seen',
]

/**
 * One node with twelve servers; every twentieth hunter is online. Names are two to four syllables of
 * sixty-four; one in a hundred is of Japanese letters, one in ten thousand holds a Q, one of five hundred thousand "qx".
 */
const syllables =
  'ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo ra ri ru re ro wa an en in on un al el il ol ul ar er ir or ur da di du de do ba bi bu be bo'
const fill = `
  insert into nodes (name, key_hash, entry, world, newest_epoch) values ('bench', 'bench', true, true, 1);
  insert into node_epochs (node_id, epoch, entry, world, software, started_at, renewed_at, expires_at)
    select id, 1, true, true, 'bench', now(), now(), now() + interval '5 hours' from nodes;
  insert into servers (id, name, type, gates, cities, capacity, node_id, epoch)
    select i, 'Valor' || i, 'open', 40, 40, 2000, nodes.id, 1 from generate_series(1, 12) i, nodes;
  insert into consoles (support_code, media_version)
    select 'code' || i, '' from generate_series(1, ${hunters}) i;
  insert into players (capcom_id, console_id, slot, name, name_text, name_folded, rank, weapon, seen_at)
    select upper(lpad(to_hex(n), 6, '0')), id, 1, convert_to(text, 'UTF8'), text, text, n % 100, 'lance',
      now() - n * interval '1 second'
    from (select id, n, case
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
  insert into leases (capcom_id, fence, node_id, epoch, server_id)
    select capcom_id, 1, case when rank % 20 = 1 then nodes.id end, 1, 1 + ascii(substr(capcom_id, 6)) % 12 from players, nodes;
  insert into presence (capcom_id, node_id, epoch, fence, server_id, gate, city, in_quest, leader)
    select capcom_id, node_id, 1, 1, server_id, 1 + ascii(substr(capcom_id, 5)) % 40, null, false, false
    from leases where node_id is not null;
  vacuum analyze`

const folder = await mkdtemp(join(tmpdir(), 'citygate-bench-'))
const server = await startPostgres({ folder, log: silent })
try {
  await prepareDatabase(server.url)
  const filler = postgres(server.url, { max: 1, onnotice: () => {} })
  for (const statement of fill.split(';')) await filler.unsafe(statement)
  await filler.end()
  const client = postgres(server.url, { max: 1, onnotice: () => {} })
  const plain = postgres(server.url, { max: 1, onnotice: () => {} })
  /** Sees what is sent, and is not timed. */
  let sent: { text: string; parameters: unknown[] } | null = null
  const seen = postgres(server.url, {
    max: 1,
    onnotice: () => {},
    debug: (_, text, parameters) => {
      if (/from "players"/.test(text)) sent = { text, parameters }
    },
  })
  const seeing = createApp({ db: openDatabase(seen), log: silent })
  const app = createApp({ db: openDatabase(client), log: silent })

  const results = []
  for (const query of queries) {
    const overApp = await timed(async () => {
      const response = await app.request(`/v1/players?${query}`)
      if (response.status !== 200) throw new Error(await response.text())
      await response.text()
    })
    await seeing.request(`/v1/players?${query}`)
    if (!sent) throw new Error('the page’s statement was not seen')
    const { text, parameters } = sent
    const straight = await timed(() => plain.unsafe(text, parameters as never[]))
    results.push({ query, ...overApp, straight })
  }
  await client.end()
  await plain.end()
  await seen.end()
  process.stdout.write(
    `${JSON.stringify({
      bench: 'search',
      hunters,
      online: Math.floor(hunters / 20),
      repeats,
      results,
      caveats: [
        'milliseconds of the first page of 20, one caller at a time, caches warm; no socket and no network',
        'straight: the page’s statement alone; the app asks for the time and the incarnation too',
        'other work on the machine makes it slower: compare runs of one machine only',
      ],
    })}\n`,
  )
} finally {
  await server.close()
  await rm(folder, { recursive: true, force: true })
}

/** The first runs warm the plan and the caches: the driver’s plan is settled after five. */
async function timed(run: () => Promise<unknown>) {
  const took: number[] = []
  for (let i = -6; i < repeats; i++) {
    const start = performance.now()
    await run()
    if (i >= 0) took.push(performance.now() - start)
  }
  took.sort((a, b) => a - b)
  const at = (share: number) => rounded(took[Math.min(took.length - 1, Math.floor(took.length * share))])
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

function rounded(ms = 0): number {
  return Math.round(ms * 10) / 10
}
