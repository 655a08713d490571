/** What schedules begin with: two nodes on one central, with journals on disk; and what they do to time and disks. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fetch } from '@citygate/nodes/central'
import postgres from 'postgres'
import { Links } from '../link/links.ts'
import { rival, valor } from './hunters.ts'

export const deadLetters = (folder: string) =>
  readFile(join(folder, 'dead-letters.jsonl'), 'utf8').catch(() => '')

export async function twoNodes(url: string, line: Fetch = fetch) {
  const links = await Links.start(url)
  const east = await links.open(await links.enrol('east'), [valor], line)
  const west = await links.open(await links.enrol('west'), [rival])
  return { links, east, west }
}

/** The ranks that a hunter was ever written with, in order. */
export async function ranksWritten(url: string, capcomId: string): Promise<readonly number[]> {
  const sql = postgres(url, { max: 1 })
  const versions = await sql`select get_byte(settings, 1) as rank from player_history
    where capcom_id = ${capcomId} and settings is not null order by version`
  await sql.end()
  return versions.map(({ rank }) => rank)
}

/** As if nobody had called for so many seconds: time passes in the database alone. */
export async function age(url: string, seconds: number): Promise<void> {
  const sql = postgres(url, { max: 1 })
  await sql`update heartbeat set at = at - make_interval(secs => ${seconds})`
  await sql`update node_epochs set renewed_at = renewed_at - make_interval(secs => ${seconds}),
    expires_at = expires_at - make_interval(secs => ${seconds})`
  await sql`update tickets set expires_at = expires_at - make_interval(secs => ${seconds})`
  await sql.end()
}

/** A copy of a database that nobody uses at the moment, which can be put in its place later. */
export async function copyOf(url: string) {
  const name = new URL(url).pathname.slice(1)
  const admin = async (...statements: readonly string[]) => {
    const client = postgres(url.replace(/[^/]*$/, 'citygate'), { max: 1, onnotice: () => {} })
    try {
      for (const statement of statements) await client.unsafe(statement)
    } finally {
      await client.end()
    }
  }
  await admin(`create database backup_of_${name} template ${name}`)
  return {
    putBack: () =>
      admin(`drop database ${name} with (force)`, `alter database backup_of_${name} rename to ${name}`),
    [Symbol.asyncDispose]: () => admin(`drop database if exists backup_of_${name} with (force)`),
  }
}
