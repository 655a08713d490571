/** Statements whose text is made once: putting one together takes longer than many a database needs for its answer. */
import { fillPlaceholders, SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'

type Values = Readonly<Record<string, unknown>>

/**
 * @param statement with `sql.placeholder` wherever a value comes
 * @returns what gives it with its values, to be executed like any other
 */
export function fixed(statement: SQL): (values: Values) => SQL {
  const { sql: text, params } = new PgDialect().sqlToQuery(statement)
  return (values) => new Made(text, fillPlaceholders(params, values))
}

class Made extends SQL {
  readonly #made: { readonly sql: string; readonly params: unknown[] }

  constructor(text: string, params: unknown[]) {
    super([])
    this.#made = { sql: text, params }
  }

  override toQuery() {
    return this.#made
  }
}
