import type { z } from 'zod'
import type { ProblemCode } from './problem.ts'
import type { OperatorRole } from './types.ts'

/** Who may call: anybody, a holder of an enrolment token, an enrolled node (`entry`: granted that role), an operator. */
export type Caller = 'public' | 'enrolment' | 'node' | 'entry' | 'operator'

/**
 * One route: the only place where its path, shapes and refusals stand. The central API serves from
 * it, the node's client calls from it, the reference is generated from it.
 *
 * `params`, `query` and `body` are parsed strictly: what is not declared is refused by name. Only of nodes, which may be of a
 * later release, it is passed over.
 */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` for each of `params`. */
  readonly path: string
  readonly caller: Caller
  /** What an operator's key needs; `own` where nothing is said. */
  readonly role?: OperatorRole
  /** The answer holds a secret: it is told once and never kept. */
  readonly secret?: true
  /** The answer carries a `version`, sent as `ETag` too; a write needs `If-Match` with it, or `*`. */
  readonly versioned?: true
  /** The answer is not JSON but text of this media type; `output` says nothing then. */
  readonly media?: string
  readonly summary: string
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  readonly output: Output
  readonly problems: readonly ProblemCode[]
}

type InputPart<K extends string, T> = T extends z.ZodType ? { readonly [P in K]: z.input<T> } : unknown

/** What a caller passes: only the parts that the endpoint declares. */
export type Input<E extends Endpoint> = InputPart<'params', E['params']> &
  InputPart<'query', E['query']> &
  InputPart<'body', E['body']>

export type Output<E extends Endpoint> = z.output<E['output']>

export function endpoint<const E extends Endpoint>(declared: E): E {
  return declared
}
