/** How a node becomes known: enrolment, registration, the directory. */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import {
  Address,
  Epoch,
  NodeId,
  Region,
  Role,
  ServerId,
  ServerLimits,
  ServerType,
  Sha256,
  Time,
} from './types.ts'

export const createEnrolToken = endpoint({
  name: 'createEnrolToken',
  method: 'POST',
  path: '/v1/enrol-tokens',
  caller: 'operator',
  role: 'own',
  secret: true,
  summary: 'Make a token with which nodes enrol themselves.',
  body: z.strictObject({
    roles: z.array(Role).min(1).max(2).default(['world']),
    uses: z.int().min(1).max(1000).default(1),
    ttlSeconds: z
      .int()
      .min(60)
      .max(30 * 86400)
      .default(3600),
    /** For nodes of central's own machine: central does not dial them. */
    ownMachine: z.boolean().default(false),
    /** Hosts, by name or address, towards which central may dial for these nodes, besides the one that a request comes from. */
    reachableAt: z.array(z.string().min(1).max(127)).max(16).default([]),
  }),
  output: z.object({ id: z.uuid(), token: z.string(), expiresAt: Time }),
  problems: ['bad_request', 'unauthorized', 'forbidden'],
})

/** The node makes its own key and tells central only the hash: no answer holds a secret. */
export const enrolNode = endpoint({
  name: 'enrolNode',
  method: 'POST',
  path: '/v1/nodes',
  caller: 'enrolment',
  summary: 'Enrol a node with a token; the id comes back, the key stays with the node.',
  body: z.strictObject({ name: z.string().min(1).max(63), keyHash: Sha256 }),
  output: z.object({ nodeId: NodeId, roles: z.array(Role) }),
  problems: ['bad_request', 'enrolment_refused'],
})

/** A game server that a node offers to carry. An id is a wish; without one central assigns it. */
export const ServerOffer = z.strictObject({
  id: ServerId.optional(),
  name: z.string().min(1).max(31),
  type: ServerType,
  gates: z.int().min(1).max(40).default(40),
  cities: z.int().min(1).max(40).default(40),
  capacity: z.int().min(1).max(6400).default(2000),
  /** From so many players on, other game servers are offered first; null: four fifths of the capacity. */
  soft: z.int().min(1).max(6400).nullable().default(null),
  region: Region.nullable().default(null),
})

/** A game server as its node is to carry it. */
export const ServerAssignment = z.object({
  id: ServerId,
  name: z.string(),
  type: ServerType,
  gates: z.int(),
  cities: z.int(),
  capacity: z.int(),
  soft: z.int().optional(),
  region: z.string().nullable().optional(),
})
export type ServerAssignment = z.infer<typeof ServerAssignment>

/** What entry nodes show to consoles. `version` rises when more than populations changed; never 0. */
export const Directory = z.object({
  version: z.int().min(1).max(0xffffffff),
  servers: z.array(
    z.object({
      id: ServerId,
      name: z.string(),
      type: ServerType,
      population: z.int(),
      capacity: z.int(),
      /** From so many players on it is shown fuller than it is, as long as there are others below theirs. */
      soft: z.int().optional(),
      status: z.enum(['up', 'full', 'draining', 'down']),
      address: Address.nullable(),
    }),
  ),
  /** Live entry nodes, least loaded first. */
  entries: z.array(
    z.object({
      nodeId: NodeId,
      lmp: Address,
      rfp: Address.nullable(),
      /** Log-ins that are on their way from there, and a little for each player that the node holds. Central counts. */
      load: z.number().optional(),
    }),
  ),
})
export type Directory = z.infer<typeof Directory>

/**
 * What a start of a node would carry: of the default world all that is free, or an even share of it
 * (every `of`-th game server from the `index`-th, from 0: nodes of one host share without asking each
 * other), or game servers of its own. Nobody gets what another node carries.
 */
const ServerWish = z.union([
  z.literal('default'),
  z.strictObject({
    default: z
      .strictObject({ index: z.int().min(0), of: z.int().min(1).max(1000) })
      .refine(({ index, of }) => index < of, { path: ['index'], message: 'must be less than `of`' }),
  }),
  z.array(ServerOffer).max(80),
])

/** A start of a node opens a new epoch and supersedes the one before. */
export const registerNode = endpoint({
  name: 'registerNode',
  method: 'POST',
  path: '/v1/nodes/self/epochs',
  caller: 'node',
  summary: 'Open a new epoch: this start of the node carries what the answer says.',
  body: z.strictObject({
    name: z.string().min(1).max(63),
    roles: z.array(Role).min(1).max(2),
    software: z.string().max(63),
    opn: Address.nullable(),
    lmp: Address.nullable(),
    fmp: Address.nullable(),
    rfp: Address.nullable(),
    servers: ServerWish,
  }),
  output: z.object({
    nodeId: NodeId,
    epoch: Epoch,
    /** Changes when central's database is restored; part of every fence. */
    incarnation: z.uuid(),
    /** How long the epoch lives after each sync, in milliseconds. */
    leaseMs: z.int(),
    servers: z.array(ServerAssignment),
    directory: Directory,
  }),
  problems: ['bad_request', 'unauthorized', 'forbidden', 'node_banned', 'busy'],
})

/**
 * The node's own word that nothing of it runs any more and that others may carry its game servers: a
 * supervisor says it for a worker that it saw exit. Ends the newest start, so that a process which
 * runs in spite of it is superseded. Saying it twice does no harm.
 */
export const releaseOwnServers = endpoint({
  name: 'releaseOwnServers',
  method: 'POST',
  path: '/v1/nodes/self/release',
  caller: 'node',
  summary: 'Give back every game server of this node, of which nothing runs any more.',
  output: z.object({ released: z.array(ServerId) }),
  problems: ['bad_request', 'unauthorized', 'node_banned', 'busy'],
})

/**
 * A game server moves only on proof, never by a time-out. This is the operator's word that the host of
 * a node is gone for good, or that what it carries may go elsewhere: its game servers are free for the
 * next registration.
 */
export const releaseServers = endpoint({
  name: 'releaseServers',
  method: 'POST',
  path: '/v1/nodes/{nodeId}/release-servers',
  caller: 'operator',
  role: 'own',
  summary: 'Declare a node dead: other nodes may carry its game servers.',
  params: z.strictObject({ nodeId: NodeId }),
  output: z.object({ released: z.array(ServerId) }),
  problems: ['bad_request', 'unauthorized', 'forbidden', 'node_not_found'],
})

const LimitsInForce = z.object({
  /** Of this node alone; null: those of all nodes are in force. */
  own: ServerLimits.nullable(),
  /** Of every node that has none of its own; null: nothing is limited. */
  all: ServerLimits.nullable(),
})

/** In force from the node's next registration on: what it carries now is not taken away from under its players. */
export const limitNode = endpoint({
  name: 'limitNode',
  method: 'PUT',
  path: '/v1/nodes/{nodeId}/limits',
  caller: 'operator',
  role: 'own',
  summary: 'Limit what game servers a node may bring; null lifts its own limits.',
  params: z.strictObject({ nodeId: NodeId }),
  body: z.strictObject({ limits: ServerLimits.nullable() }),
  output: LimitsInForce,
  problems: ['bad_request', 'unauthorized', 'forbidden', 'node_not_found'],
})

export const limitNodes = endpoint({
  name: 'limitNodes',
  method: 'PUT',
  path: '/v1/node-limits',
  caller: 'operator',
  role: 'own',
  summary: 'Limit what game servers nodes may bring that have no limits of their own.',
  body: z.strictObject({ limits: ServerLimits.nullable() }),
  output: LimitsInForce,
  problems: ['bad_request', 'unauthorized', 'forbidden'],
})
