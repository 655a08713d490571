/** How an endpoint of the contract and the function that serves it become one. */
import type { Caller, Endpoint, OperatorRole, Output } from '@citygate/schema/contract'
import type { z } from 'zod'
import type { Deps } from '../deps.ts'

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined

/** The parts of a request, parsed; undefined where the endpoint declares none. */
export interface Request<E extends Endpoint> {
  readonly params: Parsed<E['params']>
  readonly query: Parsed<E['query']>
  readonly body: Parsed<E['body']>
  readonly who: Callers[E['caller']]
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal
  /** What `If-Match` names; null for `*` and where the endpoint has no versions. */
  readonly version: number | null
  /** The address that it came from; null for a caller in this process. */
  readonly from: string | null
}

/** A node as its key tells; granted roles. */
export interface NodeCaller {
  readonly nodeId: string
  readonly entry: boolean
  readonly world: boolean
}

/** Who calls, by what the endpoint asks for. */
export interface Callers {
  readonly public: null
  /** Decided by the enrolment itself, under the token's lock. */
  readonly enrolment: { readonly tokenHash: string }
  readonly node: NodeCaller
  readonly entry: NodeCaller
  readonly operator: { readonly operatorId: string; readonly role: OperatorRole }
}

export type Who = Callers[Caller]

/** As the app calls it: the types of its own endpoint are behind `serve`. */
export interface Route {
  readonly endpoint: Endpoint
  readonly handle: (deps: Deps, request: UntypedRequest) => Promise<unknown>
}

interface UntypedRequest {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly who: Who
  readonly signal: AbortSignal
  readonly version: number | null
  readonly from: string | null
}

export function serve<E extends Endpoint>(
  endpoint: E,
  handle: (deps: Deps, request: Request<E>) => Promise<Output<E>>,
): Route {
  // The app parses with this endpoint's own shapes before it calls.
  return { endpoint, handle: (deps, request) => handle(deps, request as Request<E>) }
}
