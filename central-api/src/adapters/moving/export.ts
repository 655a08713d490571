/** Writes everything of value in a database into one file, as it is at one moment. */
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import postgres, { type TransactionSql } from 'postgres'
import { formatVersion, type Header, Tally } from './format.ts'
import { type Moved, movedTables } from './tables.ts'

export interface Exported {
  /** By table. */
  readonly rows: Readonly<Record<string, number>>
}

/** Rows that are in memory at a time. */
const rowsAtOnce = 1000

/**
 * The file appears whole or not at all, readable by its owner only: it holds support codes. What others write
 * meanwhile is not in it.
 *
 * @param url `postgres://…`
 */
export async function exportDatabase(url: string, file: string): Promise<Exported> {
  const unfinished = `${file}.unfinished`
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} })
  const tally = new Tally()
  try {
    await client.begin('isolation level repeatable read read only', async (tx) => {
      await tx`select set_config('timezone', 'UTC', true), set_config('bytea_output', 'hex', true),
        set_config('datestyle', 'ISO', true), set_config('statement_timeout', '0', true),
        set_config('idle_in_transaction_session_timeout', '0', true)`
      const sink = createWriteStream(unfinished, { mode: 0o600 })
      await pipeline(Readable.from(textOf(tx, tally)), createGzip({ level: 6 }), sink)
    })
    await rename(unfinished, file)
    return { rows: tally.rows }
  } finally {
    await client.end({ timeout: 1 })
    await rm(unfinished, { force: true })
  }
}

/** In pieces of many lines: a piece for each row would cost more than the row. */
async function* textOf(tx: TransactionSql, tally: Tally): AsyncGenerator<string> {
  yield summed(tally, [`#${JSON.stringify(await headerOf(tx))}`])
  for (const moved of movedTables) {
    const { table } = moved
    const columns = moved.only ?? (await columnsOf(tx, moved))
    tally.rows[table] = 0
    yield summed(tally, [`#${JSON.stringify({ table, columns })}`])
    const names = columns.map((column) => `"${column}"`).join(', ')
    const rows = tx.unsafe<{ row: string }[]>(
      `select row_to_json(r)::text as row from (select ${names} from "${table}") r`,
    )
    for await (const batch of rows.cursor(rowsAtOnce)) {
      for (const _ of batch) tally.row(table)
      yield summed(
        tally,
        batch.map(({ row }) => row),
      )
    }
  }
  const rows = { ...tally.rows }
  yield `#${JSON.stringify({ end: true, rows, sha256: tally.digest() })}\n`
}

function summed(tally: Tally, lines: readonly string[]): string {
  for (const line of lines) tally.line(line)
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

async function headerOf(tx: TransactionSql): Promise<Header> {
  const applied = await tx<{ name: string }[]>`select name from citygate_migrations order by position`
  const [meta] = await tx<
    { incarnation: string; floor: string; limits: unknown; at: string }[]
  >`select incarnation, fence_floor::text as floor, server_limits as limits,
    to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at from meta`
  if (!meta) throw new Error('the table meta has no row')
  return {
    citygate: 'export',
    format: formatVersion,
    migrations: applied.map(({ name }) => name),
    incarnation: meta.incarnation,
    exportedAt: meta.at,
    fenceFloor: meta.floor,
    serverLimits: meta.limits,
  }
}

/** Those that somebody writes. */
export async function columnsOf(tx: TransactionSql, { table }: Moved): Promise<readonly string[]> {
  const rows = await tx<{ name: string }[]>`select a.attname as name from pg_attribute a
    where a.attrelid = to_regclass(${`"${table}"`}) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    order by a.attnum`
  return rows.map(({ name }) => name)
}
