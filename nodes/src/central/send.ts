/**
 * How a call travels to the central API. Two ways: lasting connections of its own, for a node on its own, and
 * anything that takes a `Request`, such as a Hono app in the same process.
 *
 * The global `fetch` and its classes cost a process some 16 MiB the first time one of them is touched. An old PC has
 * other uses for them (docs/decisions/0105-bundles.md).
 */
import { HttpLines } from './http/lines.ts'

export interface Outgoing {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** Rejects when there was no whole answer: with the system's error, or the signal's reason. */
export type Send = (outgoing: Outgoing) => Promise<Answer>

/** The global `fetch`, or the `fetch` of a Hono app in the same process. */
export type Fetch = (request: Request) => Response | Promise<Response>

export function throughFetch(fetch: Fetch): Send {
  return ({ url, ...init }) => orAborted(answerOf(fetch, new Request(url, init)), init.signal)
}

async function answerOf(fetch: Fetch, request: Request): Promise<Answer> {
  const response = await fetch(request)
  return { status: response.status, text: await response.text() }
}

/** A `fetch` inside the process may not heed the signal. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

const notInAHeader = /[^\t\x20-\x7e]/

/** Lasting connections of its own (docs/decisions/0058-a-nodes-own-http.md). */
export function throughHttp(): Send {
  const origins = new Map<string, HttpLines>()
  return async ({ method, url, headers, body, signal }) => {
    const { protocol, host, hostname, port, pathname, search } = new URL(url)
    const secure = protocol === 'https:'
    let lines = origins.get(`${protocol}${host}`)
    if (!lines) {
      const name = hostname.replace(/^\[|\]$/g, '')
      lines = new HttpLines({ secure, host: name, port: Number(port || (secure ? 443 : 80)) })
      origins.set(`${protocol}${host}`, lines)
    }
    const { status, text } = await lines.ask(
      written(method, pathname + search, { host, ...headers }, body),
      signal,
    )
    return { status, text }
  }
}

function written(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): string {
  let head = `${method} ${path} HTTP/1.1`
  for (const [name, value] of Object.entries(headers)) {
    // Nothing that was given may end its line.
    if (notInAHeader.test(value)) throw new Error(`the header ${name} holds what it must not`)
    head += `\r\n${name}: ${value}`
  }
  if (method !== 'GET') head += `\r\ncontent-length: ${body === undefined ? 0 : Buffer.byteLength(body)}`
  return `${head}\r\n\r\n${body ?? ''}`
}
