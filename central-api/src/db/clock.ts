/** The database's clock, read when the statement runs and not when its transaction began. */
import { type SQL, sql } from 'drizzle-orm'

export const now: SQL<Date> = sql<Date>`clock_timestamp()`

export function nowPlus(ms: number): SQL<Date> {
  return sql<Date>`clock_timestamp() + ${ms / 1000} * interval '1 second'`
}
