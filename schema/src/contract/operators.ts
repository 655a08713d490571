/** What operators may do: keys, bans, kicks, announcements, drain, the audit log, hunters' records. */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import {
  CapcomId,
  ConsoleId,
  intText,
  NameBytes,
  NodeId,
  OperatorRole,
  page,
  Role,
  ServerId,
  SettingsBytes,
  Time,
  Weapon,
} from './types.ts'

const refusals = ['bad_request', 'unauthorized', 'forbidden', 'busy'] as const

/** Of lists whose cursor is the last item's id. */
const pageQuery = {
  limit: intText(1, 200).meta({ type: 'integer', minimum: 1, maximum: 200 }).optional(),
  cursor: z.string().min(1).max(64).optional(),
}

/** Shown to people: players read it on their screen, other operators in a list. */
const Words = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'text without control characters')

export const OperatorKey = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: OperatorRole,
    createdAt: Time,
    revokedAt: Time.nullable(),
  })
  .meta({ id: 'OperatorKey' })
export type OperatorKey = z.infer<typeof OperatorKey>

export const createOperatorKey = endpoint({
  name: 'createOperatorKey',
  method: 'POST',
  path: '/v1/operator-keys',
  caller: 'operator',
  role: 'own',
  secret: true,
  summary: 'Make a key for an operator. It is told here and never again.',
  body: z.strictObject({ name: Words.max(63), role: OperatorRole }),
  output: OperatorKey.extend({ key: z.string() }),
  problems: refusals,
})

export const listOperatorKeys = endpoint({
  name: 'listOperatorKeys',
  method: 'GET',
  path: '/v1/operator-keys',
  caller: 'operator',
  role: 'own',
  summary: 'The keys of operators, oldest first, without the keys themselves.',
  output: page(OperatorKey),
  problems: refusals,
})

export const revokeOperatorKey = endpoint({
  name: 'revokeOperatorKey',
  method: 'DELETE',
  path: '/v1/operator-keys/{keyId}',
  caller: 'operator',
  role: 'own',
  summary: 'Revoke a key. The last key that may `own` stays.',
  params: z.strictObject({ keyId: z.uuid() }),
  output: OperatorKey,
  problems: [...refusals, 'key_not_found', 'last_owner'],
})

export const EnrolToken = z
  .object({
    id: z.uuid(),
    roles: z.array(Role),
    usesLeft: z.int(),
    createdAt: Time,
    expiresAt: Time,
    revokedAt: Time.nullable(),
  })
  .meta({ id: 'EnrolToken' })
export type EnrolToken = z.infer<typeof EnrolToken>

export const listEnrolTokens = endpoint({
  name: 'listEnrolTokens',
  method: 'GET',
  path: '/v1/enrol-tokens',
  caller: 'operator',
  role: 'read',
  summary: 'Enrolment tokens that have not been thrown away, newest first, without the tokens themselves.',
  output: page(EnrolToken),
  problems: refusals,
})

export const revokeEnrolToken = endpoint({
  name: 'revokeEnrolToken',
  method: 'DELETE',
  path: '/v1/enrol-tokens/{tokenId}',
  caller: 'operator',
  role: 'own',
  summary: 'Revoke an enrolment token. Nodes that have enrolled with it stay.',
  params: z.strictObject({ tokenId: z.uuid() }),
  output: EnrolToken,
  problems: [...refusals, 'token_not_found'],
})

const BanKind = z.enum(['player', 'console', 'node'])

export const Ban = z
  .object({
    id: z.uuid(),
    kind: BanKind,
    subject: z.string(),
    reason: z.string(),
    /** Null: until it is lifted. */
    until: Time.nullable(),
    createdAt: Time,
    liftedAt: Time.nullable(),
    /** Neither lifted nor over. */
    inForce: z.boolean(),
  })
  .meta({ id: 'Ban' })
export type Ban = z.infer<typeof Ban>

/**
 * A player (Capcom ID), every hunter of a console, or a node. Live sessions of theirs end at once: their
 * nodes are told by letter, and what those still write is refused by the fence.
 */
export const createBan = endpoint({
  name: 'createBan',
  method: 'POST',
  path: '/v1/bans',
  caller: 'operator',
  role: 'moderate',
  summary: 'Ban a player, a console or a node.',
  body: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('player'),
      subject: CapcomId,
      reason: Words,
      until: Time.nullable().default(null),
    }),
    z.strictObject({
      kind: z.literal('console'),
      subject: ConsoleId,
      reason: Words,
      until: Time.nullable().default(null),
    }),
    z.strictObject({
      kind: z.literal('node'),
      subject: NodeId,
      reason: Words,
      until: Time.nullable().default(null),
    }),
  ]),
  output: Ban.extend({ ended: z.array(CapcomId) }),
  problems: [...refusals, 'player_not_found', 'console_not_found', 'node_not_found'],
})

export const listBans = endpoint({
  name: 'listBans',
  method: 'GET',
  path: '/v1/bans',
  caller: 'operator',
  role: 'read',
  summary: 'Bans, newest first.',
  query: z.strictObject({
    ...pageQuery,
    kind: BanKind.optional(),
    subject: z.string().min(1).max(64).optional(),
    inForce: z.enum(['true', 'false']).optional(),
  }),
  output: page(Ban),
  problems: refusals,
})

export const liftBan = endpoint({
  name: 'liftBan',
  method: 'DELETE',
  path: '/v1/bans/{banId}',
  caller: 'operator',
  role: 'moderate',
  summary: 'Lift a ban. Lifting it again changes nothing.',
  params: z.strictObject({ banId: z.uuid() }),
  output: Ban,
  problems: [...refusals, 'ban_not_found'],
})

export const kickPlayer = endpoint({
  name: 'kickPlayer',
  method: 'POST',
  path: '/v1/players/{capcomId}/kick',
  caller: 'operator',
  role: 'moderate',
  summary: 'End a player’s session. He may log in again.',
  params: z.strictObject({ capcomId: CapcomId }),
  body: z.strictObject({ text: Words }),
  output: z.object({ nodeId: NodeId }),
  problems: [...refusals, 'player_not_found', 'player_offline'],
})

export const announce = endpoint({
  name: 'announce',
  method: 'POST',
  path: '/v1/announcements',
  caller: 'operator',
  role: 'moderate',
  summary: 'Say something to all players, or to those of one game server or one node.',
  body: z.strictObject({ text: Words, serverId: ServerId.optional(), nodeId: NodeId.optional() }),
  /** How many live nodes were told. */
  output: z.object({ nodes: z.int() }),
  problems: [...refusals, 'server_not_found', 'node_not_found'],
})

/** Stays so through restarts of the node, until it is taken back. */
export const drainNode = endpoint({
  name: 'drainNode',
  method: 'PUT',
  path: '/v1/nodes/{nodeId}/drain',
  caller: 'operator',
  role: 'moderate',
  summary: 'Order a node to take no new players and to let those leave who are there, or take that back.',
  params: z.strictObject({ nodeId: NodeId }),
  body: z.strictObject({
    drain: z.boolean(),
    /** How long quests may go on; a quest of the game takes 50 minutes at most. */
    questSeconds: z.int().min(0).max(86_400).default(3600),
  }),
  output: z.object({ nodeId: NodeId, drain: z.boolean() }),
  problems: [...refusals, 'node_not_found'],
})

export const AuditEntry = z
  .object({
    id: z.int(),
    at: Time,
    /** `operator:<id>`, `node:<id>` or `central`. */
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>

export const listAudit = endpoint({
  name: 'listAudit',
  method: 'GET',
  path: '/v1/audit',
  caller: 'operator',
  role: 'read',
  summary: 'Who did what, newest first.',
  query: z.strictObject({
    limit: pageQuery.limit,
    cursor: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional(),
    actor: z.string().min(1).max(64).optional(),
    action: z.string().min(1).max(64).optional(),
    subject: z.string().min(1).max(64).optional(),
  }),
  output: page(AuditEntry),
  problems: refusals,
})

/** A hunter as central keeps him, for operators. Never a support code. */
export const PlayerRecord = z
  .object({
    capcomId: CapcomId,
    version: z.int(),
    name: z.string(),
    nameBytes: NameBytes,
    rank: z.int(),
    weapon: Weapon.nullable(),
    settings: SettingsBytes.nullable(),
    consoleId: ConsoleId,
    slot: z.int(),
    createdAt: Time,
    seenAt: Time,
    /** Those in force, of the hunter and of his console. */
    bans: z.array(Ban),
  })
  .meta({ id: 'PlayerRecord' })
export type PlayerRecord = z.infer<typeof PlayerRecord>

const ofPlayer = z.strictObject({ capcomId: CapcomId })

export const getPlayerRecord = endpoint({
  name: 'getPlayerRecord',
  method: 'GET',
  path: '/v1/players/{capcomId}/record',
  caller: 'operator',
  role: 'read',
  versioned: true,
  summary: 'A hunter as central keeps him, with the version that a write names.',
  params: ofPlayer,
  output: PlayerRecord,
  problems: [...refusals, 'player_not_found'],
})

/** The name is written as the hunter’s console reads it: Shift_JIS for a Japanese build, else UTF-8. */
export const changePlayerRecord = endpoint({
  name: 'changePlayerRecord',
  method: 'PATCH',
  path: '/v1/players/{capcomId}/record',
  caller: 'operator',
  role: 'moderate',
  versioned: true,
  summary: 'Rename a hunter. Who holds him learns it with the next claim.',
  params: ofPlayer,
  body: z.strictObject({ name: z.string().min(1).max(31) }),
  output: PlayerRecord,
  problems: [...refusals, 'player_not_found', 'version_needed', 'version_mismatch'],
})

export const PlayerVersion = z
  .object({
    version: z.int(),
    at: Time,
    actor: z.string(),
    change: z.string(),
    name: z.string(),
    rank: z.int(),
    settings: SettingsBytes.nullable(),
  })
  .meta({ id: 'PlayerVersion' })
export type PlayerVersion = z.infer<typeof PlayerVersion>

export const listPlayerVersions = endpoint({
  name: 'listPlayerVersions',
  method: 'GET',
  path: '/v1/players/{capcomId}/versions',
  caller: 'operator',
  role: 'read',
  summary: 'A hunter as each change left him, newest first.',
  params: ofPlayer,
  query: z.strictObject({
    limit: pageQuery.limit,
    cursor: z
      .string()
      .regex(/^\d{1,9}$/)
      .optional(),
  }),
  output: page(PlayerVersion),
  problems: [...refusals, 'player_not_found'],
})

/** Name and settings become those of the version; that is a new version itself. */
export const rollBackPlayer = endpoint({
  name: 'rollBackPlayer',
  method: 'POST',
  path: '/v1/players/{capcomId}/rollback',
  caller: 'operator',
  role: 'moderate',
  versioned: true,
  summary: 'Make a hunter what he was at an earlier version. A live session of his ends.',
  params: ofPlayer,
  body: z.strictObject({ version: z.int().min(1) }),
  output: PlayerRecord,
  problems: [...refusals, 'player_not_found', 'version_not_found', 'version_needed', 'version_mismatch'],
})

/**
 * Letters of operators to nodes. `kick` ends the hold with this fence (or a lower one) and tells the player why.
 * `announce` is for the players of one game server, or of all (null). `orders`: the answer's `orders` have changed.
 */
export const operatorLetters = [
  z.object({
    number: z.int(),
    kind: z.literal('kick'),
    capcomId: CapcomId,
    fence: z.int(),
    text: z.string(),
  }),
  z.object({
    number: z.int(),
    kind: z.literal('announce'),
    serverId: ServerId.nullable(),
    text: z.string(),
  }),
  z.object({ number: z.int(), kind: z.literal('orders') }),
] as const
