/** Lasting connections to any Postgres, for the runtimes that can have them. */
import postgres, { type Sql } from 'postgres'
import { type Database, openDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { withRoute } from './route-comment.ts'

export interface Connection {
  readonly client: Sql
  readonly db: Database
}

/** @param url `postgres://…` */
export function connect(url: string, connections = 10): Connection {
  // The driver's own look-up of array types fails unheard when the line breaks in it; no statement here needs it.
  const client = postgres(url, {
    max: connections,
    connect_timeout: 5,
    fetch_types: false,
    onnotice: () => {},
  })
  return { client, db: openDatabase(client, withRoute) }
}

/** Brings the database at `url` to the newest form, and lets go of it. Gives the number of migrations that were missing. */
export async function prepareDatabase(url: string): Promise<number> {
  const { client, db } = connect(url, 1)
  try {
    return await migrate(db)
  } finally {
    await client.end()
  }
}
