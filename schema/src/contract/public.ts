/** What anybody may ask: players, servers, nodes, figures (surface.md, "REST, version 1"). */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { NodeLoad } from './live.ts'
import { CapcomId, intText, page, Role, ServerType, Time, Weapon } from './types.ts'

const Named = z.object({ id: z.int(), name: z.string() })

/** How fresh what is told of online players is. */
const ReportedAt = Time.describe(
  'When the node that carries this told of it last: the answer is as fresh as that.',
)

/** A hunter. `location` is null when offline, `gate` and `city` are null above that level. */
export const Player = z
  .object({
    capcomId: z.string(),
    name: z.string(),
    rank: z.int(),
    weapon: Weapon.nullable(),
    online: z.boolean(),
    location: z
      .object({
        server: Named,
        gate: Named.nullable(),
        city: Named.nullable(),
        inQuest: z.boolean(),
        reportedAt: ReportedAt,
      })
      .nullable(),
    /** Of somebody online: the moment of the (first) page. */
    seenAt: Time,
  })
  .meta({ id: 'Player' })
export type Player = z.infer<typeof Player>

/** As `intText`, and said to be a number in the reference. */
const wholeText = (minimum: number, maximum: number) =>
  intText(minimum, maximum).meta({ type: 'integer', minimum, maximum })

const idText = wholeText(1, 65535)

/** Part of a name. Postgres keeps no NUL in a text, so none can be looked for. */
const NamePart = z
  .string()
  .min(1)
  .max(31)
  .regex(/^[^\0]*$/, 'text without NUL')

export const searchPlayers = endpoint({
  name: 'searchPlayers',
  method: 'GET',
  path: '/v1/players',
  caller: 'public',
  summary: 'Search hunters, online and off. By name unless `sort` says otherwise.',
  query: z.strictObject({
    name: NamePart.optional(),
    capcomId: CapcomId.optional(),
    online: z.enum(['true', 'false']).optional(),
    server: idText.optional(),
    gate: idText.optional(),
    city: idText.optional(),
    minRank: wholeText(0, 65535).optional(),
    maxRank: wholeText(0, 65535).optional(),
    weapon: Weapon.optional(),
    sort: z.enum(['name', 'rank', 'seen', '-name', '-rank', '-seen']).optional(),
    limit: wholeText(1, 100).optional(),
    cursor: z.string().min(1).max(1024).optional(),
  }),
  output: page(Player),
  problems: ['bad_request'],
})

export const getPlayer = endpoint({
  name: 'getPlayer',
  method: 'GET',
  path: '/v1/players/{capcomId}',
  caller: 'public',
  summary: 'One hunter.',
  params: z.strictObject({ capcomId: CapcomId }),
  output: Player,
  problems: ['bad_request', 'player_not_found'],
})

export const Server = z
  .object({
    id: z.int(),
    name: z.string(),
    type: ServerType,
    population: z.int(),
    capacity: z.int(),
    /** Where it stands, in its host's words. */
    region: z.string().nullable(),
    status: z.enum(['up', 'full', 'draining', 'down']),
    node: z.object({ id: z.string(), name: z.string() }).nullable(),
    /** Null while no live node carries it. */
    reportedAt: ReportedAt.nullable(),
  })
  .meta({ id: 'Server' })
export type Server = z.infer<typeof Server>

export const listServers = endpoint({
  name: 'listServers',
  method: 'GET',
  path: '/v1/servers',
  caller: 'public',
  summary: 'The game servers, in the order of the console’s list.',
  output: page(Server),
  problems: [],
})

const LayerState = z.enum(['empty', 'joinable', 'full'])

export const Gate = z
  .object({
    id: z.int(),
    name: z.string(),
    population: z.int(),
    capacity: z.int(),
    state: LayerState,
    /** Null while no live node carries the server. */
    reportedAt: ReportedAt.nullable(),
  })
  .meta({ id: 'Gate' })
export type Gate = z.infer<typeof Gate>

export const listGates = endpoint({
  name: 'listGates',
  method: 'GET',
  path: '/v1/servers/{server}/gates',
  caller: 'public',
  summary: 'The gates of a game server; a gate’s population includes its cities.',
  params: z.strictObject({ server: idText }),
  output: page(Gate),
  problems: ['bad_request', 'server_not_found'],
})

export const City = Gate.extend({
  leader: z.object({ capcomId: z.string(), name: z.string() }).nullable(),
  /** How many of its players are on a quest. */
  inQuest: z.int(),
}).meta({ id: 'City' })
export type City = z.infer<typeof City>

export const listCities = endpoint({
  name: 'listCities',
  method: 'GET',
  path: '/v1/servers/{server}/gates/{gate}/cities',
  caller: 'public',
  summary: 'The cities of a gate.',
  params: z.strictObject({ server: idText, gate: idText }),
  output: page(City),
  problems: ['bad_request', 'server_not_found', 'gate_not_found'],
})

export const NodeItem = z
  .object({
    id: z.string(),
    name: z.string(),
    roles: z.array(Role),
    status: z.enum(['up', 'draining', 'stale', 'down']),
    population: z.int(),
    capacity: z.int(),
    reportedAt: ReportedAt.nullable(),
    /** As the node told it last, where it has. */
    load: NodeLoad.optional(),
  })
  .meta({ id: 'Node' })
export type NodeItem = z.infer<typeof NodeItem>

export const listNodes = endpoint({
  name: 'listNodes',
  method: 'GET',
  path: '/v1/nodes',
  caller: 'public',
  summary: 'The nodes that carry players, and how they are.',
  output: page(NodeItem),
  problems: [],
})

export const getStats = endpoint({
  name: 'getStats',
  method: 'GET',
  path: '/v1/stats',
  caller: 'public',
  summary: 'Figures of this moment.',
  output: z.object({ playersOnline: z.int(), servers: z.int(), nodes: z.int(), at: Time }),
  problems: [],
})

export const getHealth = endpoint({
  name: 'getHealth',
  method: 'GET',
  path: '/healthz',
  caller: 'public',
  summary: 'The process answers.',
  output: z.object({ status: z.literal('ok') }),
  problems: [],
})

export const getReadiness = endpoint({
  name: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  caller: 'public',
  summary: '200 only when log-ins would work.',
  output: z.object({ status: z.literal('ready'), entryNodes: z.int(), servers: z.int() }),
  problems: ['not_ready'],
})

export const getOpenApi = endpoint({
  name: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  caller: 'public',
  summary: 'This reference for machines: OpenAPI 3.1.',
  output: z.looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) }),
  problems: [],
})
