/** One id from a console's packet to the logs: it comes with a call, goes back with the answer, and stands in each line. */
import type { MiddlewareHandler } from 'hono'
import { type RequestIdVariables, requestId } from 'hono/request-id'
import type { Deps } from '../deps.ts'

/** `X-Request-Id` as it came, else the trace of `traceparent` (W3C), else a new one. */
export function traced(): MiddlewareHandler<{ Variables: RequestIdVariables }> {
  return requestId({
    limitLength: 64,
    generator: (context) => traceOf(context.req.header('traceparent')) ?? crypto.randomUUID(),
  })
}

function traceOf(header: string | undefined): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(header ?? '')?.[1] ?? null
}

/** @param route the contract's path */
export function observed({ log, metrics }: Deps, route: string): MiddlewareHandler {
  return async (context, next) => {
    const begun = performance.now()
    await next()
    const ms = performance.now() - begun
    const { status } = context.res
    const { method } = context.req
    metrics?.request(`${method} ${route}`, status, ms / 1000)
    const line = { trace: context.get('requestId'), method, route, status, ms: Math.round(ms) }
    log.debug(line, 'a request was answered')
  }
}
