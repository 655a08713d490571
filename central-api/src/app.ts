/**
 * The central API: every endpoint of the contract through one mechanism. No runtime is named here;
 * adapters build `deps` and serve `fetch`.
 */
import { type Endpoint, Problem } from '@citygate/schema/contract'
import { type Context, Hono } from 'hono'
import { authenticate } from './auth.ts'
import { withoutValues } from './db/postgres-errors.ts'
import { asProblem } from './db/transaction.ts'
import type { Deps } from './deps.ts'
import { forgetNodes } from './known-nodes.ts'
import { parseParts, readBody, readIfMatch } from './parse.ts'
import { problemResponse } from './problem-document.ts'
import { routes } from './routes/index.ts'
import { keyed } from './routes/keyed.ts'
import { countWrongKey, limitKnown, limitStranger } from './routes/limits.ts'
import { openPublicRoutes } from './routes/public-headers.ts'
import { publicPages } from './routes/public-pages.ts'
import type { Route, Who } from './routes/route.ts'
import { observed, traced } from './routes/traced.ts'
import { KeptAnswer } from './services/idempotency.ts'

export type { Deps } from './deps.ts'

export function createApp(deps: Deps): Hono {
  const app = new Hono()
  const labelled = deps.inRoute ?? ((_, work) => work())
  app.use(traced())
  openPublicRoutes(
    app,
    routes.map((route) => route.endpoint),
  )
  app.route('/', publicPages(deps))
  for (const route of routes) {
    const { method, name, path } = route.endpoint
    app.on(method, path.replace(/\{(\w+)\}/g, ':$1'), observed(deps, path), (context) =>
      labelled(name, () => answer(deps, route, context)),
    )
  }
  for (const [path, allowed] of methodsByPath()) {
    app.all(path, (context) => {
      const list = allowed.join(', ')
      const response = problemResponse(
        new Problem('method_not_allowed', `${context.req.path} takes ${list}.`),
      )
      response.headers.set('allow', list)
      return response
    })
  }
  app.notFound(() => problemResponse(new Problem('not_found')))
  app.onError((error, context) => refuse(deps, error, context))
  return app
}

async function answer(deps: Deps, route: Route, context: Context): Promise<Response> {
  const { endpoint } = route
  const { method } = context.req
  await limitStranger(deps, endpoint, context)
  const who = await known(deps, endpoint, context)
  await limitKnown(deps, who)
  const body = endpoint.body === undefined ? undefined : await readBody(context.req.raw)
  const parts = parseParts(endpoint, { params: context.req.param(), query: context.req.queries(), body })
  const version = endpoint.versioned && method !== 'GET' ? readIfMatch(context.req.header('if-match')) : null
  const key = context.req.header('idempotency-key')
  const own = await keyed(deps, endpoint, who, { key, path: context.req.path, body })
  const from = deps.sourceOf?.(context) ?? null
  const { raw } = context.req
  const request = {
    ...{ ...parts, who, version, from },
    // Made when it is asked for: few calls wait for anything.
    get signal() {
      return raw.signal
    },
  }
  const output = await handled(() => route.handle(own, request))
  if (endpoint.caller === 'operator') forgetNodes(deps)
  if (endpoint.versioned) context.header('ETag', `"${(output as { version: number }).version}"`)
  // Nobody reads what is told to HEAD.
  if (method === 'HEAD' && output instanceof ReadableStream) await output.cancel()
  if (endpoint.media === undefined) return context.json(output as object)
  return context.body(output as string | ReadableStream, 200, { 'content-type': endpoint.media })
}

async function known(deps: Deps, endpoint: Endpoint, context: Context): Promise<Who> {
  try {
    return await authenticate(deps, endpoint, context.req.header('authorization'))
  } catch (error) {
    if (error instanceof Problem && error.code === 'unauthorized') await countWrongKey(deps, context)
    throw error
  }
}

/** The answer of the first time, where this is the second. */
async function handled(handle: () => Promise<unknown>): Promise<unknown> {
  try {
    return await handle()
  } catch (error) {
    if (error instanceof KeptAnswer) return error.answer
    throw error
  }
}

function refuse(deps: Deps, error: unknown, context: Context): Response {
  const known = asProblem(error)
  const { method, path } = context.req
  if (known instanceof Problem) return problemResponse(isRead(method) ? withoutDoubt(known) : known)
  deps.log.error(
    { err: withoutValues(error), trace: context.get('requestId'), method, path },
    'a request failed',
  )
  return problemResponse(new Problem('internal'))
}

const isRead = (method: string) => method === 'GET' || method === 'HEAD'

/** Who only reads has nothing that may have been done. */
function withoutDoubt(problem: Problem): Problem {
  return problem.code === 'in_doubt' ? new Problem('not_ready', 'The database does not answer now.') : problem
}

/** With HEAD, which works wherever GET does, and OPTIONS, where browsers may ask from elsewhere. */
function methodsByPath(): Map<string, string[]> {
  const byPath = new Map<string, string[]>()
  for (const { endpoint } of routes) {
    const { caller, method } = endpoint
    const path = endpoint.path.replace(/\{(\w+)\}/g, ':$1')
    const more = method !== 'GET' ? [] : caller === 'public' ? ['HEAD', 'OPTIONS'] : ['HEAD']
    byPath.set(path, [...(byPath.get(path) ?? []), method, ...more])
  }
  return byPath
}
