/**
 * Milliseconds that a page of a search takes over HTTP shapes (no socket), on an embedded database of
 * our own: `npm run bench search`, or with another number of hunters as the argument of this file.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, prepareDatabase } from '../adapters/database.ts'
import { startPostgres } from '../adapters/embedded.ts'
import { createApp } from '../app.ts'
import { silent } from '../log.ts'

const hunters = Number(process.argv[2] ?? 10_000)
const repeats = 20

const queries = [
  '',
  'name=a',
  'name=ab',
  'name=abcd',
  'name=nobody',
  'online=true',
  'server=1&gate=3',
  'weapon=lance&minRank=50',
  'sort=-rank',
  'sort=-seen',
]

/** One node with twelve servers; every hundredth hunter is online on the first. Names are eight hex digits. */
const fill = `
  insert into nodes (name, key_hash, entry, world, newest_epoch) values ('bench', 'bench', true, true, 1);
  insert into node_epochs (node_id, epoch, entry, world, software, started_at, renewed_at, expires_at)
    select id, 1, true, true, 'bench', now(), now(), now() + interval '1 hour' from nodes;
  insert into servers (id, name, type, gates, cities, capacity, node_id, epoch)
    select i, 'Valor' || i, 'open', 40, 40, 2000, nodes.id, 1 from generate_series(1, 12) i, nodes;
  insert into consoles (support_code, media_version)
    select 'code' || i, '' from generate_series(1, ${hunters}) i;
  insert into players (capcom_id, console_id, slot, name, name_text, name_folded, rank, weapon, seen_at)
    select upper(lpad(to_hex(n), 6, '0')), id, 1, text::bytea, text, text, n % 100, 'lance',
      now() - n * interval '1 minute'
    from (select id, left(md5(support_code), 8) as text, row_number() over (order by id) as n from consoles) made;
  insert into leases (capcom_id, fence, node_id, epoch, server_id)
    select capcom_id, 1, case when rank = 1 then nodes.id end, 1, 1 from players, nodes;
  insert into presence (capcom_id, node_id, epoch, fence, server_id, gate, city, in_quest, leader)
    select capcom_id, node_id, 1, 1, 1, 1 + ascii(capcom_id) % 40, null, false, false
    from leases where node_id is not null;
  analyze`

const folder = await mkdtemp(join(tmpdir(), 'citygate-bench-'))
const server = await startPostgres({ folder, log: silent })
try {
  await prepareDatabase(server.url)
  const { client, db } = connect(server.url, 1)
  await client.unsafe(fill)
  const app = createApp({ db, log: silent })
  const results: { query: string; medianMs: number; slowestMs: number }[] = []
  for (const query of queries) {
    const took: number[] = []
    for (let i = 0; i <= repeats; i++) {
      const start = performance.now()
      const response = await app.request(`/v1/players?${query}`)
      if (response.status !== 200) throw new Error(await response.text())
      await response.text()
      // The first run warms the plan and the caches.
      if (i > 0) took.push(performance.now() - start)
    }
    took.sort((a, b) => a - b)
    results.push({ query, medianMs: rounded(took[repeats >> 1]), slowestMs: rounded(took.at(-1)) })
  }
  await client.end()
  process.stdout.write(
    `${JSON.stringify({
      bench: 'search',
      hunters,
      online: Math.floor(hunters / 100),
      results,
      caveats: [
        'first page of 20, one caller at a time, everything in memory; no socket and no network',
        'other work on the machine makes it slower: compare runs of one machine only',
      ],
    })}\n`,
  )
} finally {
  await server.close()
  await rm(folder, { recursive: true, force: true })
}

function rounded(ms = 0): number {
  return Math.round(ms * 10) / 10
}
