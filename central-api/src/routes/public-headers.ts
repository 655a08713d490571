/** What goes with every public answer: open to tools in a browser, and never kept, for it is of this moment. */
import type { Endpoint } from '@citygate/schema/contract'
import type { Hono, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'

const open = cors({ origin: '*', allowMethods: ['GET', 'HEAD'], exposeHeaders: ['Retry-After'] })

const openForReads: MiddlewareHandler = async (context, next) => {
  const { method } = context.req
  // The same path may be another caller’s for writing.
  if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return next()
  context.header('Cache-Control', 'no-store')
  return open(context, next)
}

/** Before the routes are added: Hono runs what matches in the order of its adding. */
export function openPublicRoutes(app: Hono, endpoints: readonly Endpoint[]): void {
  for (const { caller, method, path } of endpoints) {
    if (caller !== 'public' || method !== 'GET') continue
    app.use(path.replace(/\{(\w+)\}/g, ':$1'), openForReads)
  }
}
