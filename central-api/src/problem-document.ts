/** The one edge where a refusal becomes an answer (RFC 9457). */
import { type Problem, type ProblemDocument, problems } from '@citygate/schema/contract'

/** Seconds; for refusals that time alone mends. */
const retryAfter: Partial<Record<Problem['code'], number>> = {
  busy: 1,
  not_ready: 2,
  in_doubt: 2,
  too_many_new: 3600,
}

export function problemResponse(problem: Problem): Response {
  const { code, errors, current } = problem
  const { status, title } = problems[code]
  const document: ProblemDocument = {
    type: `urn:citygate:problem:${code}`,
    title,
    status,
    detail: problem.message,
    code,
    ...(errors ? { errors } : {}),
    ...(current === undefined ? {} : { current }),
  }
  const headers = new Headers({ 'content-type': 'application/problem+json' })
  const wait = problem.retryAfter ?? retryAfter[code]
  if (wait !== undefined) headers.set('retry-after', String(wait))
  return new Response(JSON.stringify(document), { status, headers })
}
