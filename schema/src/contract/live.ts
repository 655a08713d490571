/** What only a node knows: its load now, and the state of a player it holds. Asked through its mailbox. */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Consistency } from './journal.ts'
import { CapcomId, CityId, Fence, GateId, NodeId, ServerId, Time } from './types.ts'

/** Load of a node; the shares and times are those since its report before. */
export const NodeLoad = z.strictObject({
  connections: z.int().min(0),
  players: z.int().min(0),
  /** Of one core: 1 is one core busy all the time. */
  cpu: z.number().min(0).max(10_000),
  /** Longest delay of the event loop, in milliseconds. */
  loopDelayMs: z.number().min(0).max(1e9),
  /** Resident bytes of its process. */
  memory: z.int().min(0),
})
export type NodeLoad = z.infer<typeof NodeLoad>

/** A record of the journal that central did not take, without what was written. */
export const DeadLetterNote = z.strictObject({
  at: Time,
  capcomId: CapcomId,
  kind: z.string().max(63),
  code: z.string().max(63),
})
export type DeadLetterNote = z.infer<typeof DeadLetterNote>

/** What a node says of itself with its syncs. */
export const NodeReport = z.strictObject({
  consistency: Consistency,
  load: NodeLoad.nullable(),
  journal: z.strictObject({
    /** Records that wait for central. */
    waiting: z.int().min(0),
    deadLetters: z.int().min(0),
    latest: DeadLetterNote.nullable(),
  }),
})
export type NodeReport = z.infer<typeof NodeReport>

/** Gates and cities with somebody in them. */
const LiveServer = z.strictObject({
  id: ServerId,
  population: z.int().min(0),
  gates: z
    .array(
      z.strictObject({
        id: GateId,
        population: z.int().min(0),
        cities: z
          .array(z.strictObject({ id: CityId, population: z.int().min(0), inQuest: z.int().min(0) }))
          .max(100),
      }),
    )
    .max(100),
})

export const LiveNodeState = z.strictObject({
  report: NodeReport,
  servers: z.array(LiveServer).max(80),
})
export type LiveNodeState = z.infer<typeof LiveNodeState>

/** Null when the node does not hold him. */
export const LivePlayerState = z
  .strictObject({
    capcomId: CapcomId,
    fence: Fence,
    serverId: ServerId,
    gate: GateId.nullable(),
    city: CityId.nullable(),
    inQuest: z.boolean(),
    leader: z.boolean(),
    /** Plays on while central has not taken him (back). */
    provisional: z.boolean(),
    /** Records of his that wait for central. */
    journalWaiting: z.int().min(0),
  })
  .nullable()
export type LivePlayerState = z.infer<typeof LivePlayerState>

/** To a node's mailbox. It is answered with the next sync, at once. */
export const questionLetters = [
  z.object({
    number: z.int(),
    kind: z.literal('question'),
    id: z.uuid(),
    about: z.enum(['load', 'player']),
    /** A Capcom ID, or empty. */
    subject: z.string(),
    /** After so many milliseconds nobody waits for it any more. */
    validMs: z.int(),
  }),
] as const

export const QuestionAnswer = z.strictObject({
  id: z.uuid(),
  about: z.enum(['load', 'player']),
  answer: z.unknown(),
})
export type QuestionAnswer = z.infer<typeof QuestionAnswer>

const stale = {
  /** True: the node did not answer in time, and this is what it said last. */
  stale: z.boolean(),
  /** Age of what is told, in milliseconds. */
  ageMs: z.int(),
}

/** `report` and `servers` are null when the node has never told. */
export const getNodeLive = endpoint({
  name: 'getNodeLive',
  method: 'GET',
  path: '/v1/nodes/{nodeId}/live',
  caller: 'public',
  summary:
    'What a node says right now: its load, and its gates and cities that have players; with no answer within 2 s, its last report.',
  params: z.strictObject({ nodeId: NodeId }),
  output: z.object({
    ...stale,
    id: NodeId,
    name: z.string(),
    load: NodeLoad.nullable(),
    consistency: Consistency.nullable(),
    journal: NodeReport.shape.journal.omit({ latest: true }).nullable(),
    servers: z.array(LiveServer).nullable(),
  }),
  problems: ['bad_request', 'node_not_found', 'rate_limited'],
})

export const getPlayerLive = endpoint({
  name: 'getPlayerLive',
  method: 'GET',
  path: '/v1/players/{capcomId}/live',
  caller: 'operator',
  role: 'read',
  summary:
    'What the node that holds a player says of him right now; with no answer within 2 s, its last report.',
  params: z.strictObject({ capcomId: CapcomId }),
  output: z.object({
    ...stale,
    node: z.object({ id: NodeId, name: z.string() }).nullable(),
    /** Null when nobody holds him. */
    state: LivePlayerState,
  }),
  problems: ['bad_request', 'unauthorized', 'forbidden', 'player_not_found'],
})

/** Stands in the node's row, and goes down with its syncs; null leaves it to the node's own setting again. */
export const orderConsistency = endpoint({
  name: 'orderConsistency',
  method: 'POST',
  path: '/v1/nodes/{nodeId}/consistency',
  caller: 'operator',
  role: 'own',
  summary: 'Order how a node keeps shared data: autonomous or synchronized.',
  params: z.strictObject({ nodeId: NodeId }),
  body: z.strictObject({ consistency: Consistency.nullable() }),
  output: z.object({ nodeId: NodeId, consistency: Consistency.nullable() }),
  problems: ['bad_request', 'unauthorized', 'forbidden', 'node_not_found'],
})

/** What nodes tell of their journals: records that wait, and those that central did not take. */
export const listJournals = endpoint({
  name: 'listJournals',
  method: 'GET',
  path: '/v1/journals',
  caller: 'operator',
  role: 'read',
  summary: 'How every node keeps shared data, what waits in its journal, and its dead letters.',
  output: z.object({
    items: z.array(
      z.object({
        node: z.object({ id: NodeId, name: z.string() }),
        consistency: Consistency.nullable(),
        ordered: Consistency.nullable(),
        journal: NodeReport.shape.journal.nullable(),
        reportedAt: Time.nullable(),
      }),
    ),
    next: z.string().nullable(),
  }),
  problems: ['unauthorized', 'forbidden'],
})
