/**
 * How a call travels to the central API. Two ways: Node's own HTTP client, for a node on its own, and
 * anything that takes a `Request`, such as a Hono app in the same process.
 *
 * The global `fetch` and its classes cost a process some 16 MiB the first time one of them is touched, and
 * so does a plain `import` of `node:http`, which reads all its exports. An old PC has other uses for them
 * (docs/decisions/0105-bundles.md).
 */

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
  return async ({ url, ...init }) => {
    const response = await fetch(new Request(url, init))
    return { status: response.status, text: await response.text() }
  }
}

/** No answer of central's is near this; what is behind it is not central. */
const answerAtMost = 32 * 1024 * 1024
/** A rush of log-ins waits for a connection rather than opening hundreds. */
const connectionsAtMost = 64

/** Lasting connections of its own. */
export function throughHttp(): Send {
  const http = process.getBuiltinModule('node:http')
  const https = process.getBuiltinModule('node:https')
  const how = { keepAlive: true, maxSockets: connectionsAtMost }
  const plain = new http.Agent(how)
  let secure: InstanceType<typeof https.Agent> | undefined

  return ({ method, url, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const isSecure = url.startsWith('https:')
      if (isSecure) secure ??= new https.Agent(how)
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const request = (isSecure ? https : http).request(url, {
        method,
        headers: { ...headers, ...length },
        signal,
        agent: isSecure ? secure : plain,
      })
      request.once('error', reject)
      request.once('response', (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > answerAtMost) response.destroy(new Error('the answer has no end'))
          else chunks.push(chunk)
        })
        response.once('error', reject)
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        )
      })
      request.end(body)
    })
}
