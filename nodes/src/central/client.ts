/**
 * The only way to the central API. A request is built from an endpoint of the contract and its answer
 * is read with it; no path and no shape is written here. Embedded or remote is only another `fetch`.
 */
import { randomUUID } from 'node:crypto'
import {
  type Endpoint,
  type Input,
  type Output,
  Problem,
  type ProblemCode,
  ProblemDocument,
  problems,
  readKnown,
} from '@citygate/schema/contract'
import { CentralUnreachable } from './link.ts'
import { mayRepeat, type NoAnswer, needsKey, pauseBeforeRepeat, repeatsAtMost } from './repeat.ts'
import { type Answer, type Fetch, type Outgoing, type Send, throughFetch } from './send.ts'
import { currentTrace, traceHeaders } from './trace.ts'

export interface CallOptions {
  /** The whole call with its repeats ends after this time. Default 15 000. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  /** Sent as `If-Match`: what the caller has seen of that which it writes. */
  readonly version?: number
  /** False for a caller with a rhythm of its own, like sync. Default true. */
  readonly repeat?: boolean
}

/**
 * Rejects with a `Problem` when central refuses, and with `CentralUnreachable` when there was no
 * usable answer in time.
 */
export type Call = <E extends Endpoint>(
  endpoint: E,
  input: Input<E>,
  options?: CallOptions,
) => Promise<Output<E>>

/** Where central is and how a call gets there: by the node's own HTTP client, or by a `fetch`. */
export type CentralPlace = {
  /** Root of the central API; a path in it is kept. */
  readonly url: string
} & ({ readonly send: Send } | { readonly fetch: Fetch })

export type CentralOptions = CentralPlace & {
  /** The bearer token of the calls: a node's key, an enrolment token, an operator's key; none for public routes. */
  readonly key?: string | null
  /** Waits between repeats; resolves early when the signal is aborted. Replaced by tests. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

interface Parts {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

/** A console waits for tens of seconds; a rush of log-ins may take a few. */
const defaultDeadlineMs = 15_000

export function createCentral(options: CentralOptions): { readonly call: Call } {
  const root = options.url.replace(/\/+$/, '')
  const send = 'send' in options ? options.send : throughFetch(options.fetch)
  const pause = options.pause ?? wait

  async function call<E extends Endpoint>(endpoint: E, input: Input<E>, how: CallOptions = {}) {
    const deadline = deadlineOf(how)
    try {
      return await repeated(endpoint, input, how, deadline.signal)
    } finally {
      deadline.over()
    }
  }

  async function repeated<E extends Endpoint>(
    endpoint: E,
    input: Input<E>,
    how: CallOptions,
    signal: AbortSignal,
  ) {
    // One for the call and its repeats: central's log has it.
    const trace = currentTrace()
    const once = needsKey(endpoint) ? randomUUID() : undefined
    /** An attempt that may have been done: a later one that was rolled back does not undo it. */
    let doubt: Error | null = null
    for (let repeats = 0; ; repeats++) {
      const outcome = await attempt(endpoint, input as Parts, signal, trace, { version: how.version, once })
      if ('output' in outcome) return outcome.output as Output<E>
      if (outcome.why === 'unknown') doubt ??= outcome.error
      const error = outcome.why === 'answered' ? outcome.error : (doubt ?? outcome.error)
      const again =
        how.repeat !== false &&
        repeats < repeatsAtMost &&
        mayRepeat(endpoint, (input as Parts).body, outcome.why)
      if (!again || signal.aborted) throw error
      await pause(pauseBeforeRepeat(repeats, Math.random()), signal)
      if (signal.aborted) throw error
    }
  }

  async function attempt(
    endpoint: Endpoint,
    parts: Parts,
    signal: AbortSignal,
    trace: string,
    marks: Pick<Sender, 'version' | 'once'>,
  ): Promise<{ output: unknown } | { error: Error; why: NoAnswer }> {
    let answer: Answer
    try {
      const outgoing = outgoingOf(endpoint, root + target(endpoint, parts), parts, {
        key: options.key ?? null,
        trace,
        signal,
        ...marks,
      })
      answer = await orAborted(send(outgoing), signal)
    } catch (cause) {
      const why = neverArrived(cause) ? 'not-sent' : 'unknown'
      return {
        why,
        error: new CentralUnreachable(`${endpoint.name}: ${wordsFor(cause, signal)}`, {
          cause,
        }),
      }
    }
    const { status, text } = answer
    return status >= 200 && status < 300 ? readOutput(endpoint, text) : readRefusal(endpoint, status, text)
  }

  return { call }
}

function target(endpoint: Endpoint, parts: Parts): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(parts.params?.[name])),
  )
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parts.query ?? {})) {
    if (value !== undefined) query.set(name, String(value))
  }
  return query.size > 0 ? `${path}?${query}` : path
}

interface Sender {
  readonly key: string | null
  readonly trace: string
  readonly signal: AbortSignal
  readonly version: number | undefined
  /** The same for a call and its repeats. */
  readonly once: string | undefined
}

function outgoingOf(
  endpoint: Endpoint,
  url: string,
  { body }: Parts,
  { key, trace, signal, version, once }: Sender,
): Outgoing {
  const headers: Record<string, string> = { accept: 'application/json', ...traceHeaders(trace) }
  if (key !== null) headers.authorization = `Bearer ${key}`
  if (once !== undefined) headers['idempotency-key'] = once
  if (version !== undefined) headers['if-match'] = `"${version}"`
  if (body === undefined) return { method: endpoint.method, url, headers, signal }
  headers['content-type'] = 'application/json'
  return { method: endpoint.method, url, headers, signal, body: JSON.stringify(body) }
}

function readOutput(endpoint: Endpoint, text: string): { output: unknown } | { error: Error; why: NoAnswer } {
  const parsed = readKnown(endpoint.output, json(text))
  if (parsed.success) return { output: parsed.data }
  const error = new CentralUnreachable(`${endpoint.name}: the answer is not of the contract's form`, {
    cause: parsed.error,
  })
  return { error, why: 'answered' }
}

/** A 5xx is a refusal only where the contract says so; everything else of that kind is no answer. */
function readRefusal(endpoint: Endpoint, status: number, text: string): { error: Error; why: NoAnswer } {
  const parsed = ProblemDocument.safeParse(json(text))
  if (!parsed.success || !isProblemCode(parsed.data.code)) {
    const error = new CentralUnreachable(`${endpoint.name}: HTTP ${status} without a known problem`)
    return { error, why: status >= 500 ? 'unknown' : 'answered' }
  }
  const { code, detail, errors } = parsed.data
  const problem = new Problem(code, detail, errors)
  const rolledBack = code === 'busy' || code === 'not_ready'
  const why = rolledBack ? 'rolled-back' : problem.status >= 500 ? 'unknown' : 'answered'
  if (problem.status < 500 || endpoint.problems.includes(code)) return { error: problem, why }
  return { error: new CentralUnreachable(`${endpoint.name}: ${detail}`, { cause: problem }), why }
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A `fetch` inside the process may not heed the signal. */
function orAborted<T>(work: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Of a whole call. A timer that is called off with it: those of `AbortSignal.timeout` all run to their end. */
function deadlineOf({ deadlineMs, signal: wanted }: CallOptions) {
  const ending = new AbortController()
  const abort = () => ending.abort(wanted?.reason)
  if (wanted?.aborted) abort()
  wanted?.addEventListener('abort', abort)
  const timer = setTimeout(
    () => ending.abort(new Error('no answer in time')),
    deadlineMs ?? defaultDeadlineMs,
  )
  // A call keeps no program from its end; its connection does.
  timer.unref()
  return {
    signal: ending.signal,
    over() {
      clearTimeout(timer)
      wanted?.removeEventListener('abort', abort)
    },
  }
}

/** True where no connection came about, so that central cannot have seen the request. */
function neverArrived(error: unknown): boolean {
  const codes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if ('code' in cause && codes.includes(String(cause.code))) return true
  }
  return false
}

function wordsFor(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer in time'
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message : 'no answer'
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
