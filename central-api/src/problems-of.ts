/** Every refusal that a route can give: its own, and those of the mechanism that serves it. */
import { type Endpoint, type ProblemCode, problems } from '@citygate/schema/contract'
import { takesKey } from './routes/keyed.ts'

/** Answered without a look at the database. */
const withoutDatabase = ['getHealth', 'getOpenApi']

/** By status, then in the order of the list of problems. `internal` is a fault of central, and may always come. */
export function problemsOf(endpoint: Endpoint): readonly ProblemCode[] {
  const { caller, role, body, versioned, method } = endpoint
  const may = new Set<ProblemCode>([...endpoint.problems, 'bad_request', 'rate_limited'])
  if (caller !== 'public') may.add('unauthorized')
  if (caller === 'entry' || caller === 'operator' || role !== undefined) may.add('forbidden')
  if (caller === 'node' || caller === 'entry') may.add('node_banned')
  if (body !== undefined)
    for (const code of ['body_too_large', 'unsupported_media_type'] as const) may.add(code)
  if (versioned && method !== 'GET') may.add('version_needed')
  if (takesKey(endpoint))
    for (const code of ['still_running', 'idempotency_key_reused'] as const) may.add(code)
  if (!withoutDatabase.includes(endpoint.name))
    for (const code of ['busy', 'not_ready'] as const) may.add(code)
  if (method !== 'GET') may.add('in_doubt')
  const known = Object.keys(problems) as ProblemCode[]
  return known.filter((code) => may.has(code)).sort((a, b) => problems[a].status - problems[b].status)
}
