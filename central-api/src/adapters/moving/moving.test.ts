import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as tables from '@citygate/schema/tables'
import { getTableName, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import postgres, { type Sql } from 'postgres'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../../test/src/postgres.ts'
import { silent } from '../../log.ts'
import { exportDatabase, importDatabase } from './index.ts'
import { leftTables, movedTables } from './tables.ts'

const log = silent
let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate move '))
  file = join(folder, 'export.gz')
  return () => rm(folder, { recursive: true, force: true })
})

async function database(): Promise<TestDatabase & { readonly sql: Sql }> {
  const made = await testDatabase()
  const sql = postgres(made.url, { max: 1, onnotice: () => {} })
  onTestFinished(async () => {
    await sql.end({ timeout: 1 })
    await made.close()
  })
  return { ...made, sql }
}

/** Something in every table that moves, with all that is awkward in a text. */
async function fill(sql: Sql, hunters = 1100): Promise<void> {
  await sql`insert into operator_keys (key_hash, name) values ('hash', 'Ann "\\" ä')`
  await sql`insert into consoles (id, support_code, media_version)
    select gen_random_uuid(), 'code' || n, '0906222136' from generate_series(1, ${hunters}::int) n`
  await sql`insert into players (capcom_id, console_id, slot, name, name_text, name_folded, settings, created_at)
    select 'P' || lpad(n::text, 5, '0'), id, 1, decode('00ff0a5c22', 'hex'), E'a\\nb\\\\"\\t' || n, 'x' || n,
      decode(repeat('ab', 256), 'hex'), '2026-01-01 00:00:00.123456+00'
    from (select id, row_number() over (order by support_code) as n from consoles) c`
  await sql`insert into player_history (capcom_id, version, actor, change, name, settings)
    select capcom_id, version, 'central', 'created', name, null from players`
  await sql`insert into leases (capcom_id, fence, node_id, epoch, seen_at)
    select capcom_id, 7, gen_random_uuid(), 3, '2026-01-01 00:00:00.123456+00' from players`
  await sql`insert into friends (owner, friend) values ('P00001', 'P00002'), ('P00002', 'P00001')`
  await sql`insert into friend_requests (asked, asker, info, text) values ('P00003', 'P00004', '\\x01', '\\x02')`
  await sql`insert into blacklist (owner, blocked) values ('P00005', 'P00006')`
  const [node] = await sql`insert into nodes (name, key_hash, entry, world, newest_epoch)
    values ('node', 'key', true, true, 9) returning id`
  await sql`insert into servers (id, name, type, gates, cities, capacity, node_id, epoch)
    values (3, 'Valor3', 'open', 40, 40, 2000, ${node?.id}, 9)`
  await sql`insert into bans (kind, subject, reason, created_by) values ('player', 'P00009', '', gen_random_uuid())`
  await sql`insert into journals (stream, node_id, applied) values (gen_random_uuid(), ${node?.id}, 9007199254740993)`
  await sql`insert into stats_samples (at, players_online, nodes) values ('2026-01-01', 9007199254740993, 1)`
  await sql`insert into audit_log (actor, action, subject, detail)
    values ('central', 'a', 's', '{"deep": [1.10, null, "\\u0001"]}')`
  await sql`insert into enrol_tokens (token_hash, entry, world, uses_left, expires_at, created_by)
    values ('t', true, true, 1, now() + interval '1 day', gen_random_uuid())`
  await sql`insert into mail (node_id, kind, body) values (${node?.id}, 'orders', '{}')`
}

/** Of every table that moves, as text, in the order of the text. */
async function contentOf(sql: Sql): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {}
  for (const { table, only } of movedTables) {
    const columns = only ? only.join(', ') : '*'
    // The new incarnation raises the epochs of nodes and writes of itself into the audit log.
    const text =
      table === 'nodes'
        ? "select (to_jsonb(n) - 'newest_epoch' - 'epoch_floor')::text as row from nodes n"
        : `select r::text as row from (select ${columns} from ${table}) r`
    const rows = await sql.unsafe<{ row: string }[]>(`${text} order by 1`)
    found[table] = rows.map(({ row }) => row).filter((row) => !row.includes('new-incarnation'))
  }
  return found
}

test('every table either moves or stays behind for a reason', () => {
  const all = Object.values(tables).flatMap((one) => (is(one, PgTable) ? [getTableName(one)] : []))
  const told = [...movedTables.map(({ table }) => table), ...Object.keys(leftTables)]
  expect(told.toSorted()).toEqual(all.toSorted())
})

describe('a database that moves', () => {
  test('is the same at the other end, and back again; numbers go on, and a new incarnation begins', async () => {
    const [from, to, back] = [await database(), await database(), await database()]
    await fill(from.sql)
    const before = await contentOf(from.sql)
    expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true)

    const exported = await exportDatabase(from.url, file)
    expect(exported.rows).toMatchObject({ players: 1100, friends: 2, audit_log: 1 })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const imported = await importDatabase(to.url, file, { log })
    expect(imported.rows).toEqual(exported.rows)
    expect(await contentOf(to.sql)).toEqual(before)
    for (const left of ['mail', 'enrol_tokens', 'tickets', 'node_epochs']) {
      expect(await to.sql.unsafe(`select from ${left}`)).toHaveLength(0)
    }
    const [was] = await from.sql`select * from meta`
    const [is] = await to.sql`select * from meta`
    expect(is?.incarnation).not.toBe(was?.incarnation)
    expect(Number(is?.fence_floor)).toBeGreaterThan(7)
    const next = await to.sql`insert into friends (owner, friend) values ('P00007', 'P00008') returning place`
    expect(Number(next[0]?.place)).toBe(3)
    await to.sql`delete from friends where owner = 'P00007'`

    await exportDatabase(to.url, `${file}.2`)
    await importDatabase(back.url, `${file}.2`, { log })
    expect(await contentOf(back.sql)).toEqual(before)
  })

  test('is as it was at one moment, whatever is written meanwhile', async () => {
    const [from, to] = [await database(), await database()]
    await fill(from.sql, 100)
    let writing = true
    const writer = postgres(from.url, { max: 1 })
    // Two tables that must agree: a console and its hunter come in one transaction.
    const work = (async () => {
      for (let n = 0; writing; n++) {
        await writer.begin(async (tx) => {
          const [made] =
            await tx`insert into consoles (support_code, media_version) values (${`new${n}`}, 'm') returning id`
          await tx`insert into players (capcom_id, console_id, slot, name, name_text, name_folded)
            values (${`N${n}`}, ${made?.id}, 1, '\\x41', 'A', 'a')`
        })
      }
      return writer.end()
    })()
    const { rows } = await exportDatabase(from.url, file)
    writing = false
    await work
    expect(rows.players).toBe(rows.consoles)
    expect((await importDatabase(to.url, file, { log })).rows.players).toBe(rows.players)
  })

  test('does not mix with what is there, unless that is to go', async () => {
    const [from, to] = [await database(), await database()]
    await fill(from.sql, 50)
    await fill(to.sql, 10)
    await exportDatabase(from.url, file)
    await expect(importDatabase(to.url, file, { log })).rejects.toThrow('not empty (operator_keys: 1)')
    expect((await contentOf(to.sql)).players).toHaveLength(10)
    await importDatabase(to.url, file, { log, replace: true })
    expect(await contentOf(to.sql)).toEqual(await contentOf(from.sql))
    expect(await to.sql`select from mail`).toHaveLength(0)
  })
})

describe('a file that is not as it was written', () => {
  const damages: readonly (readonly [what: string, harm: (text: string) => Buffer, says: string])[] = [
    ['a letter is another', (text) => gzipSync(text.replace('code17', 'code71x')), 'checksum'],
    ['a row is missing', (text) => gzipSync(text.replace(/\n\{"capcom_id":"P00009".*/, '')), 'checksum'],
    [
      'a row is no JSON',
      (text) => gzipSync(text.replace('{"capcom_id":"P00011"', '{"capcom_id":')),
      'damaged',
    ],
    ['the end is missing', (text) => gzipSync(text.slice(0, text.lastIndexOf('#'))), 'before its end'],
    ['it breaks off in a line', (text) => gzipSync(text.slice(0, text.length / 2)), 'breaks off'],
    ['half of the file', (text) => gzipSync(text).subarray(0, 2000), 'damaged'],
    ['something goes on behind the end', (text) => gzipSync(`${text}{}\n`), 'behind its end'],
    ['another kind of file', () => gzipSync('hello\n'), 'not an export'],
    ['nothing packed', () => Buffer.from('hello'), 'damaged'],
    ['a later format', (text) => gzipSync(text.replace('"format":1', '"format":2')), 'another release'],
    [
      'a later form',
      (text) => gzipSync(text.replace('"],"incarnation"', '","9999_new"],"incarnation"')),
      'another release',
    ],
    [
      'a table of strangers',
      (text) => gzipSync(text.replace('{"table":"bans"', '{"table":"pg_authid"')),
      'not known',
    ],
  ]

  test('is refused in words, and changes nothing', async () => {
    const [from, to] = [await database(), await database()]
    await fill(from.sql, 50)
    await exportDatabase(from.url, file)
    const text = gunzipSync(await readFile(file)).toString()
    for (const [what, harm, says] of damages) {
      const bytes = harm(text)
      await writeFile(file, bytes)
      const taken = importDatabase(to.url, file, { log })
      await expect(taken, what).rejects.toMatchObject({
        name: 'ExportUnusable',
        message: expect.stringContaining(says),
      })
    }
    expect(Object.values(await contentOf(to.sql)).flat()).toEqual([])
    await expect(importDatabase(to.url, join(folder, 'none'), { log })).rejects.toThrow('ENOENT')
  })

  test('of an earlier form is taken: what is new gets its default', async () => {
    const [from, to] = [await database(), await database()]
    await fill(from.sql, 20)
    await from.sql`alter table players drop column denies_requests`
    await from.sql`delete from citygate_migrations where position = (select max(position) from citygate_migrations)`
    await exportDatabase(from.url, file)
    await importDatabase(to.url, file, { log })
    const denying = await to.sql`select distinct denies_requests as d from players`
    expect(denying).toEqual([{ d: false }])
  })

  test('leaves nothing half written', async () => {
    const from = await database()
    await fill(from.sql, 20)
    await from.sql`alter table audit_log rename to audit_gone`
    await expect(exportDatabase(from.url, file)).rejects.toThrow()
    expect(await readdir(folder)).toEqual([])
  })
})
