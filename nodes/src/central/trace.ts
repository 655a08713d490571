/**
 * One id from a console's packet through the calls that come of it to central's log and the node's own (W3C Trace
 * Context). Handlers know nothing of it: it follows what they wait for.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'

const current = new AsyncLocalStorage<Trace>()

/** Most packets never come near central: the id is drawn when the first call needs it. */
export class Trace {
  #id: string | undefined

  /** For a line of the log: nothing where central was not asked. */
  get field(): { readonly trace?: string } {
    return this.#id === undefined ? {} : { trace: this.#id }
  }

  /** 32 hexadecimal digits. */
  get id(): string {
    this.#id ??= hex(16)
    return this.#id
  }

  /** Calls that `work` makes, now or later, carry this trace. */
  run<T>(work: () => T): T {
    return current.run(this, work)
  }
}

/** Of the packet that is being handled; a call of nobody’s packet has one of its own. */
export function currentTrace(): string {
  return (current.getStore() ?? new Trace()).id
}

/** One attempt of a call. `X-Request-Id` says the same to whoever knows nothing of traces. */
export function traceHeaders(trace: string): {
  readonly traceparent: string
  readonly 'x-request-id': string
} {
  return { traceparent: `00-${trace}-${hex(8)}-01`, 'x-request-id': trace }
}

/** Drawn many at a time: each question to the system's generator costs more than everything else here. */
const pool = Buffer.alloc(4096)
let used = pool.length

function hex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}
