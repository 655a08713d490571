/** What a host asks of central about itself: can consoles reach it? */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Address } from './types.ts'

/**
 * A fixed set: whoever lets central dial learns no more than this.
 *
 * `ok`: this very node answers there. `unreachable`: nobody answers, or nobody in time. `other-service`:
 * something answers that is no node of Citygate. `other-node`: a node answers, but another one.
 * `tls-refused`: the port is open and does not speak TLS as it was told. `name-unknown`: the advertised name
 * has no IPv4 address. `private-address`: it is of a kind that is not reached from the internet.
 * `not-your-address`: the request came from elsewhere, and no operator has allowed that address.
 * `port-too-low`: central dials ports from 1024 only.
 */
export const findings = [
  'ok',
  'unreachable',
  'other-service',
  'other-node',
  'tls-refused',
  'name-unknown',
  'private-address',
  'not-your-address',
  'port-too-low',
] as const

export const Finding = z.object({
  port: z.enum(['opn', 'lmp', 'fmp', 'rfp']),
  address: Address,
  finding: z.enum(findings),
})
export type Finding = z.infer<typeof Finding>

const Ports = z.strictObject({
  opn: Address.nullable(),
  lmp: Address.nullable(),
  fmp: Address.nullable(),
  rfp: Address.nullable(),
})

/**
 * Central connects to the advertised ports of this node, with a nonce that the node answers with its key. Where central
 * dials, a node is shown to consoles only after a finding `ok` for each of its ports.
 */
export const checkReach = endpoint({
  name: 'checkReach',
  method: 'POST',
  path: '/v1/nodes/self/reach',
  caller: 'node',
  summary: 'Let central find out whether consoles reach this node; at most once a minute.',
  body: z.strictObject({
    /** OPN speaks TLS. */
    opnTls: z.boolean(),
    /**
     * Other ports than those of the newest start: asked by a host that is not running. Nothing is listed or
     * unlisted for it.
     */
    ports: Ports.optional(),
  }),
  output: z.object({
    /** False: this central takes every node's word, or this node is its own machine's. */
    dialled: z.boolean(),
    listed: z.boolean(),
    /** The address that the request came from, as central sees it. */
    from: z.string().nullable(),
    findings: z.array(Finding),
    /** When it is worth asking again. */
    nextMs: z.int(),
  }),
  problems: ['bad_request', 'unauthorized', 'node_banned', 'rate_limited', 'busy'],
})
