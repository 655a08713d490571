/**
 * Which route a statement is of, for whoever looks at the database (`pg_stat_activity`, `pg_stat_statements`, its
 * log). It never holds more than the route: a text that changed with every request would be planned anew each time.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

const routes = new AsyncLocalStorage<string>()

/** @param route a name of the contract: letters only */
export function inRoute<T>(route: string, work: () => T): T {
  return routes.run(route, work)
}

/** In front, since Postgres shows the first kilobyte of a statement. */
export function withRoute(text: string): string {
  const route = routes.getStore()
  return route === undefined ? text : `/* route:${route} */ ${text}`
}
