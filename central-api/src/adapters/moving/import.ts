/** Takes what `exportDatabase` has written into a database, all of it or nothing. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { migrations } from '@citygate/schema/migrations'
import postgres, { type TransactionSql } from 'postgres'
import type { z } from 'zod'
import type { Log } from '../../log.ts'
import { settle } from '../../services/incarnation.ts'
import { connect, prepareDatabase } from '../database.ts'
import { columnsOf } from './export.ts'
import { EndLine, ExportUnusable, formatVersion, Header, linesOf, TableLine, Tally } from './format.ts'
import { leftTables, movedTables } from './tables.ts'

export interface Imported {
  /** By table. */
  readonly rows: Readonly<Record<string, number>>
  /** When the export was made. */
  readonly exportedAt: string
}

export interface ImportOptions {
  /** Throw away what is in the target. */
  readonly replace?: boolean
  readonly log: Log
}

/** Rows in one statement. */
const rowsAtOnce = 1000

/**
 * Brings the target to its newest form first. One transaction: a damaged file changes nothing. A new incarnation
 * begins, so that nodes which knew the other database register anew.
 *
 * @param url `postgres://…`
 * @throws ExportUnusable in words
 */
export async function importDatabase(url: string, file: string, options: ImportOptions): Promise<Imported> {
  const { log } = options
  await prepareDatabase(url)
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} })
  let imported: Imported
  try {
    imported = await client.begin((tx) => take(tx, file, options.replace ?? false))
  } finally {
    await client.end({ timeout: 1 })
  }
  const connection = connect(url, 1)
  try {
    await settle({ db: connection.db, log })
  } finally {
    await connection.client.end({ timeout: 1 })
  }
  return imported
}

async function take(tx: TransactionSql, file: string, replace: boolean): Promise<Imported> {
  await tx`select set_config('lock_timeout', '10000', true), set_config('statement_timeout', '0', true),
    set_config('idle_in_transaction_session_timeout', '0', true)`
  const tables = movedTables.map(({ table }) => table)
  await tx.unsafe(`lock table ${[...tables, 'meta'].map(quoted).join(', ')} in access exclusive mode`)
  const unpacked = createGunzip()
  // What goes wrong with the file is heard where it is read.
  pipeline(createReadStream(file), unpacked, () => {})
  const lines = linesOf(unpacked)
  const tally = new Tally()
  try {
    const first = await lines.next()
    const header = parsed(Header, first.done ? '' : first.value, 'it is not an export of citygate')
    refuseNewer(header)
    if (replace) await throwAway(tx)
    else await refuseFull(tx, tables)
    tally.line(first.value as string)
    await takeRows(tx, lines, tally)
    await raiseNumbers(tx, tables)
    // Not the fingerprint of any database: whoever looks next begins a new incarnation.
    await tx`update meta set fingerprint = 'imported', server_limits = ${limitsOf(header)}::text::jsonb,
      fence_floor = greatest(fence_floor, ${header.fenceFloor}::bigint, (select max(fence) from leases))`
    return { rows: tally.rows, exportedAt: header.exportedAt }
  } catch (error) {
    if (!isDamage(error)) throw error
    throw new ExportUnusable(`it is damaged: ${error.message}`, { cause: error })
  } finally {
    await lines.return(undefined)
  }
}

/** The sum is checked by the line that tells it; behind it there is nothing. */
async function takeRows(tx: TransactionSql, lines: AsyncGenerator<string>, tally: Tally): Promise<void> {
  let insert: ((rows: readonly string[]) => Promise<void>) | null = null
  let table = ''
  let batch: string[] = []
  let ended = false
  for await (const line of lines) {
    if (ended) throw new ExportUnusable('it goes on behind its end')
    if (!line.startsWith('#')) {
      if (insert === null) throw new ExportUnusable('it holds a row of no table')
      tally.line(line)
      tally.row(table)
      batch.push(line)
      if (batch.length < rowsAtOnce) continue
    }
    if (batch.length > 0) await insert?.(batch)
    batch = []
    if (!line.startsWith('#')) continue
    const told = json(line.slice(1))
    const end = EndLine.safeParse(told)
    if (end.success) {
      ended = true
      const same = JSON.stringify(end.data.rows) === JSON.stringify(tally.rows)
      if (!same || end.data.sha256 !== tally.digest())
        throw new ExportUnusable('its checksum is wrong: it is damaged')
      continue
    }
    const next = parsed(TableLine, line, 'it holds a line that means nothing')
    tally.line(line)
    table = next.table
    tally.rows[table] = 0
    insert = await inserter(tx, next)
  }
  if (!ended) throw new ExportUnusable('it breaks off before its end')
}

/** Columns that are gone by now are left out; those that are new get their default. */
async function inserter(tx: TransactionSql, { table, columns }: z.infer<typeof TableLine>) {
  const moved = movedTables.find((known) => known.table === table)
  if (!moved) throw new ExportUnusable(`it holds a table ${JSON.stringify(table)}, which is not known here`)
  const here = new Set(await columnsOf(tx, moved))
  const names = columns.filter((column) => here.has(column)).map(quoted)
  const text = `insert into ${quoted(table)} (${names.join(', ')}) overriding system value
    select ${names.join(', ')} from jsonb_populate_recordset(null::${quoted(table)}, $1::text::jsonb)`
  return async (rows: readonly string[]) => {
    await tx.unsafe(text, [`[${rows.join(',')}]`], { prepare: true })
  }
}

function refuseNewer({ format, migrations: theirs }: Header): void {
  const ours = migrations.map(({ name }) => name)
  const known = theirs.every((name, position) => ours[position] === name)
  if (format > formatVersion || !known) {
    throw new ExportUnusable(
      'it was made by another release, which knows more than this one: use that one, or a newer',
    )
  }
}

async function refuseFull(tx: TransactionSql, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const [row] = await tx.unsafe<{ count: string }[]>(`select count(*)::text as count from ${quoted(table)}`)
    if (row?.count !== '0') {
      throw new ExportUnusable(
        `the database is not empty (${table}: ${row?.count}); --replace on throws away what is in it`,
      )
    }
  }
}

const keptAlways: ReadonlySet<string> = new Set(['meta', 'directory', 'heartbeat', 'presence_generation'])

async function throwAway(tx: TransactionSql): Promise<void> {
  const left = Object.keys(leftTables).filter((table) => !keptAlways.has(table))
  const all = [...movedTables.map(({ table }) => table), ...left]
  await tx.unsafe(`truncate ${all.map(quoted).join(', ')}`)
}

/** What the database numbers itself goes on behind the highest number that came. */
async function raiseNumbers(tx: TransactionSql, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const numbered = await tx<{ name: string }[]>`select attname as name from pg_attribute
      where attrelid = to_regclass(${quoted(table)}) and attidentity <> '' and not attisdropped`
    for (const { name } of numbered) {
      await tx.unsafe(
        `select setval(pg_get_serial_sequence($1, $2), greatest((select max(${quoted(name)}) from ${quoted(table)}), 1))`,
        [quoted(table), name],
      )
    }
  }
}

function parsed<T>(shape: z.ZodType<T>, line: string, otherwise: string): T {
  const told = shape.safeParse(line.startsWith('#') ? json(line.slice(1)) : undefined)
  if (!told.success) throw new ExportUnusable(otherwise)
  return told.data
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Of the gzip, or of a row that the database cannot read: class 22 is "data exception". */
function isDamage(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('Z_') || /^(22|23)/.test(code)
}

const limitsOf = ({ serverLimits }: Header): string | null =>
  serverLimits === null || serverLimits === undefined ? null : JSON.stringify(serverLimits)

const quoted = (name: string) => `"${name}"`
