/** Reads the parts of a request with the endpoint's shapes; refuses by name what is not of them. */
import { type Endpoint, Problem, type ProblemDocument, readKnown } from '@citygate/schema/contract'
import type { z } from 'zod'

type Errors = NonNullable<ProblemDocument['errors']>
type Part = Errors[number]['in']

/** A sync of a full node: 10,000 presences of at most 200 bytes. */
const bodyBytesAtMost = 4 * 1024 * 1024

/**
 * Of a node, which may be of a later release, only what is known here is read (docs/decisions/0163-neighbouring-releases.md); what
 * anybody else says too much is a slip of his, and refused.
 *
 * @throws Problem `bad_request` with every field that is wrong
 */
export function parseParts(
  endpoint: Endpoint,
  parts: { readonly params: unknown; readonly query: Record<string, string[]>; readonly body: unknown },
): { params: unknown; query: unknown; body: unknown } {
  const errors: Errors = repeated(parts.query)
  const read = (part: Part, shape: z.ZodType | undefined, value: unknown) => {
    if (!shape) return undefined
    const result = part === 'body' && isNode(endpoint) ? readKnown(shape, value) : shape.safeParse(value)
    if (result.success) {
      errors.push(...nulls(part, [], result.data))
      return result.data
    }
    errors.push(...result.error.issues.flatMap((issue) => errorsOf(part, issue)))
    return undefined
  }
  const parsed = {
    params: read('path', endpoint.params, parts.params),
    query: read('query', endpoint.query, firstOfEach(parts.query)),
    body: read('body', endpoint.body, parts.body),
  }
  if (endpoint.query === undefined) errors.push(...unwanted(parts.query))
  const [first] = errors
  if (first) throw new Problem('bad_request', `${first.in} ${first.field}: ${first.detail}`, errors)
  return parsed
}

function isNode({ caller }: Endpoint): boolean {
  return caller === 'node' || caller === 'entry' || caller === 'enrolment'
}

function errorsOf(part: Part, issue: z.core.$ZodIssue): Errors {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ in: part, field: [...path, key].join('.'), detail: 'not known here' }))
  }
  return [{ in: part, field: path.join('.'), detail: issue.message }]
}

/** Postgres keeps no NUL in a text, wherever it is to go; bytes travel as base64. */
function nulls(part: Part, path: readonly string[], value: unknown): Errors {
  if (typeof value === 'string') {
    return value.includes('\0') ? [{ in: part, field: path.join('.'), detail: 'text without NUL' }] : []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => nulls(part, [...path, key], inner))
}

/** An endpoint without a query takes none. */
function unwanted(query: Readonly<Record<string, string[]>>): Errors {
  return Object.keys(query).map((field) => ({ in: 'query' as const, field, detail: 'not known here' }))
}

/** Whoever says a thing twice does not mean the first one. */
function repeated(query: Readonly<Record<string, string[]>>): Errors {
  return Object.entries(query)
    .filter(([, values]) => values.length > 1)
    .map(([field]) => ({ in: 'query' as const, field, detail: 'given more than once' }))
}

const firstOfEach = (query: Readonly<Record<string, string[]>>) =>
  Object.fromEntries(Object.entries(query).map(([field, [first]]) => [field, first]))

/**
 * The version that a write is of; null for `*`, which takes any.
 *
 * @throws Problem `version_needed`, `bad_request`
 */
export function readIfMatch(header: string | undefined): number | null {
  if (header === undefined) throw new Problem('version_needed')
  if (header.trim() === '*') return null
  const version = /^"(\d{1,9})"$/.exec(header.trim())?.[1]
  if (version !== undefined) return Number(version)
  const detail = 'an ETag as it was given, or *'
  throw new Problem('bad_request', `header If-Match: ${detail}`, [
    { in: 'header', field: 'If-Match', detail },
  ])
}

/** What tools say of a text of which nobody told them more: `fetch`, and curl. */
const unsaid = ['text/plain', 'application/x-www-form-urlencoded']

/** @throws Problem `unsupported_media_type` for a body that says itself that it is not JSON as it stands */
function requireJson(headers: Headers): void {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  const json = type === '' || /^application\/(?:[\w.-]+\+)?json$/.test(type) || unsaid.includes(type)
  if (!json) throw new Problem('unsupported_media_type', `${type} is not read here; send application/json.`)
  const coding = headers.get('content-encoding') ?? 'identity'
  if (coding !== 'identity') throw new Problem('unsupported_media_type', `Send the body without ${coding}.`)
}

/**
 * The body as JSON; undefined when there is none.
 *
 * @throws Problem `body_too_large`, `unsupported_media_type`, `bad_request`
 */
export async function readBody(request: Request): Promise<unknown> {
  requireJson(request.headers)
  if (Number(request.headers.get('content-length') ?? 0) > bodyBytesAtMost)
    throw new Problem('body_too_large')
  const bytes = await readBytes(request)
  if (bytes.length === 0) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw notJson('not JSON')
  }
}

function notJson(detail: string): Problem {
  return new Problem('bad_request', `body: ${detail}`, [{ in: 'body', field: '', detail }])
}

/** Of a length that was told: the server itself reads no more. A stream of web's costs more than most of what comes in one. */
async function readBytes(request: Request): Promise<Uint8Array> {
  if (/^\d+$/.test(request.headers.get('content-length') ?? ''))
    return new Uint8Array(await request.arrayBuffer())
  return readBounded(request.body)
}

async function readBounded(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > bodyBytesAtMost) throw new Problem('body_too_large')
    chunks.push(chunk)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
