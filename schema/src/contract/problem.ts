import { z } from 'zod'

/**
 * Every refusal has a stable code, an HTTP status and a title (RFC 9457). Codes are a promise to
 * tools: they are never renamed.
 */
export const problems = {
  bad_request: { status: 400, title: 'The request is not of the documented form' },
  unauthorized: { status: 401, title: 'A valid key is needed' },
  forbidden: { status: 403, title: 'This key may not do that' },
  not_found: { status: 404, title: 'There is no such route' },
  key_not_found: { status: 404, title: 'There is no such key' },
  token_not_found: { status: 404, title: 'There is no such enrolment token' },
  ban_not_found: { status: 404, title: 'There is no such ban' },
  version_not_found: { status: 404, title: 'This hunter has no such version' },
  player_not_found: { status: 404, title: 'No hunter has this Capcom ID' },
  server_not_found: { status: 404, title: 'There is no such game server' },
  gate_not_found: { status: 404, title: 'This game server has no such gate' },
  node_not_found: { status: 404, title: 'There is no such node' },
  console_not_found: { status: 404, title: 'There is no such console' },
  method_not_allowed: { status: 405, title: 'This route does not take that method' },
  ticket_unknown: { status: 409, title: 'The ticket is unknown or spent' },
  ticket_not_armed: { status: 409, title: 'The ticket is not meant for this node' },
  ticket_without_hunter: { status: 409, title: 'No hunter has been chosen for this ticket' },
  server_down: { status: 409, title: 'No node carries this game server now' },
  server_full: { status: 409, title: 'This game server is full' },
  slot_taken: { status: 409, title: 'Another hunter has this slot' },
  slot_empty: { status: 409, title: 'There is no hunter in this slot' },
  friend_refused: { status: 409, title: 'This hunter takes no friend request from that one' },
  friend_list_full: { status: 409, title: 'One of the two has as many friends as the game shows' },
  request_not_found: { status: 409, title: 'No such friend request waits for an answer' },
  blacklist_full: { status: 409, title: 'The blacklist is full' },
  player_banned: { status: 403, title: 'This hunter is banned' },
  node_banned: { status: 403, title: 'This node is banned' },
  player_offline: { status: 409, title: 'Nobody holds this player now' },
  last_owner: { status: 409, title: 'This is the last key that may own' },
  still_running: { status: 409, title: 'The first request with this Idempotency-Key is still under way' },
  fence_lost: { status: 409, title: 'Another node holds this player' },
  epoch_superseded: { status: 409, title: 'A newer start of this node has taken over' },
  sync_out_of_order: { status: 409, title: 'A newer sync of this node has been seen' },
  incarnation_changed: { status: 409, title: 'The database was restored: register again' },
  enrolment_refused: { status: 403, title: 'The enrolment token is unknown, used up or expired' },
  version_mismatch: { status: 412, title: 'Somebody has changed it meanwhile' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not JSON' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used for another request' },
  version_needed: { status: 428, title: 'The version is needed: send If-Match' },
  too_many_new: { status: 429, title: 'Too many new consoles or hunters have come in this hour' },
  rate_limited: { status: 429, title: 'Too many requests' },
  busy: { status: 503, title: 'The rows are held by others: try again' },
  not_offered: { status: 501, title: 'This runtime does not offer that' },
  not_ready: { status: 503, title: 'Log-ins would not work now' },
  in_doubt: { status: 503, title: 'It may have been done, or not' },
  internal: { status: 500, title: 'Something went wrong here' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

export const ProblemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  /** For `bad_request`: which part of the request, and what is allowed there. */
  errors: z
    .array(
      z.object({ in: z.enum(['path', 'query', 'body', 'header']), field: z.string(), detail: z.string() }),
    )
    .optional(),
  /** For `version_mismatch`: what stands there now. */
  current: z.unknown().optional(),
})
export type ProblemDocument = z.infer<typeof ProblemDocument>

/** A refusal on its way to the caller: thrown by services and by the client, mapped at one edge each. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly errors: ProblemDocument['errors']
  /** For `version_mismatch`. */
  readonly current: unknown
  /** For `rate_limited`: seconds until it is worth asking again. */
  readonly retryAfter: number | undefined

  constructor(
    code: ProblemCode,
    detail?: string,
    errors?: ProblemDocument['errors'],
    more: { readonly current?: unknown; readonly retryAfter?: number } = {},
  ) {
    super(detail ?? problems[code].title)
    this.code = code
    this.errors = errors
    this.current = more.current
    this.retryAfter = more.retryAfter
  }

  get status(): number {
    return problems[this.code].status
  }
}
