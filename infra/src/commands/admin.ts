/** What operators do from a shell. Keys and enrolment tokens are printed alone, for scripts. */
import {
  announce,
  createBan,
  createEnrolToken,
  createOperatorKey,
  kickPlayer,
  liftBan,
  limitNode,
  limitNodes,
  listAudit,
  listBans,
  listEnrolTokens,
  listOperatorKeys,
  releaseServers,
  revokeEnrolToken,
  revokeOperatorKey,
} from '@citygate/schema/contract'
import { command } from '../command.ts'
import { ConfigError } from '../config.ts'
import { callOperator, operatorKeys } from '../operator.ts'
import { printJson, printTable } from '../table.ts'
import { checkWorker } from './check-worker.ts'
import { moving } from './moving.ts'

const enrolToken = command({
  name: 'enrol-token',
  summary: 'Make a token with which nodes enrol themselves; prints just the token.',
  keys: [...operatorKeys, 'roles', 'uses', 'ttl', 'reachableAt'],
  async run({ roles, uses, ttl, reachableAt, ...operator }) {
    const body = { roles, uses, ttlSeconds: ttl, ...(reachableAt ? { reachableAt } : {}) }
    const made = await callOperator(operator)(createEnrolToken, { body })
    console.log(made.token)
  },
})

const tokens = command({
  name: 'tokens',
  summary: 'Enrolment tokens: what they are good for, not the tokens themselves.',
  keys: operatorKeys,
  listing: true,
  async run(operator, { json }) {
    const { items } = await callOperator(operator)(listEnrolTokens, {})
    if (json) return printJson(items)
    printTable(
      ['Token', 'Roles', 'Uses left', 'Good until', 'Revoked'],
      items.map(({ id, roles, usesLeft, expiresAt, revokedAt }) => [
        ...[id, roles.join(', '), String(usesLeft), expiresAt, revokedAt ?? ''],
      ]),
    )
  },
})

const revokeToken = command({
  name: 'revoke-token',
  summary: 'Revoke an enrolment token; nodes that have used it stay.',
  args: '<id>',
  keys: operatorKeys,
  async run(operator, { args: [tokenId = ''] }) {
    await callOperator(operator)(revokeEnrolToken, { params: { tokenId } })
    console.log(`The token ${tokenId} is revoked.`)
  },
})

const keys = command({
  name: 'keys',
  summary: 'The keys of operators, not the keys themselves.',
  keys: operatorKeys,
  listing: true,
  async run(operator, { json }) {
    const { items } = await callOperator(operator)(listOperatorKeys, {})
    if (json) return printJson(items)
    printTable(
      ['Key', 'Name', 'May', 'Made', 'Revoked'],
      items.map(({ id, name, role, createdAt, revokedAt }) => [id, name, role, createdAt, revokedAt ?? '']),
    )
  },
})

const createKey = command({
  name: 'create-key',
  summary: 'Make a key for an operator; prints just the key, which is never shown again.',
  args: '<name>',
  keys: [...operatorKeys, 'may'],
  async run({ may, ...operator }, { args: [name = ''] }) {
    const made = await callOperator(operator)(createOperatorKey, { body: { name, role: may } })
    console.log(made.key)
  },
})

const revokeKey = command({
  name: 'revoke-key',
  summary: 'Revoke a key of an operator.',
  args: '<id>',
  keys: operatorKeys,
  async run(operator, { args: [keyId = ''] }) {
    const { name } = await callOperator(operator)(revokeOperatorKey, { params: { keyId } })
    console.log(`The key of ${name} is revoked.`)
  },
})

const ban = command({
  name: 'ban',
  summary: 'Ban a player (Capcom ID), a console or a node (id). The reason is shown to the player.',
  args: '<player|console|node> <subject> <reason>',
  keys: [...operatorKeys, 'banTime'],
  async run({ banTime, ...operator }, { args: [kind = '', subject = '', reason = ''] }) {
    const until = banTime === undefined ? null : new Date(Date.now() + banTime * 1000).toISOString()
    const body = createBan.body.safeParse({ kind, subject, reason, until })
    if (!body.success) {
      const wrong = body.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      throw new ConfigError(wrong.join('; '))
    }
    const { id, ended } = await callOperator(operator)(createBan, { body: body.data })
    console.log(`Banned ${until === null ? 'until it is lifted' : `until ${until}`}: ${id}`)
    if (ended.length > 0) console.log(`Sessions ended: ${ended.join(', ')}`)
  },
})

const unban = command({
  name: 'unban',
  summary: 'Lift a ban (its id, as `admin bans` shows it).',
  args: '<id>',
  keys: operatorKeys,
  async run(operator, { args: [banId = ''] }) {
    const { kind, subject } = await callOperator(operator)(liftBan, { params: { banId } })
    console.log(`The ban of the ${kind} ${subject} is lifted.`)
  },
})

const bans = command({
  name: 'bans',
  summary: 'Bans in force, newest first.',
  keys: operatorKeys,
  listing: true,
  async run(operator, { json }) {
    const { items } = await callOperator(operator)(listBans, { query: { inForce: 'true', limit: '200' } })
    if (json) return printJson(items)
    printTable(
      ['Ban', 'Of', 'Subject', 'Until', 'Reason'],
      items.map(({ id, kind, subject, until, reason }) => [
        ...[id, kind, subject, until ?? 'it is lifted', reason],
      ]),
    )
  },
})

const kick = command({
  name: 'kick',
  summary: 'End a player’s session; the text is shown to him.',
  args: '<capcom-id> <text>',
  keys: operatorKeys,
  async run(operator, { args: [capcomId = '', text = ''] }) {
    await callOperator(operator)(kickPlayer, { params: { capcomId }, body: { text } })
    console.log(`The session of ${capcomId} is ended.`)
  },
})

const say = command({
  name: 'announce',
  summary: 'Say something to all players in the game, or to those of one game server or node.',
  args: '<text>',
  keys: [...operatorKeys, 'server', 'node'],
  async run({ server, node, ...operator }, { args: [text = ''] }) {
    const to = { ...(server ? { serverId: server } : {}), ...(node ? { nodeId: node } : {}) }
    const { nodes } = await callOperator(operator)(announce, { body: { text, ...to } })
    console.log(`Told ${nodes} ${nodes === 1 ? 'node' : 'nodes'}.`)
  },
})

const audit = command({
  name: 'audit',
  summary: 'Who did what, newest first.',
  keys: [...operatorKeys, 'limit'],
  listing: true,
  async run({ limit, ...operator }, { json }) {
    const { items } = await callOperator(operator)(listAudit, { query: { limit: String(limit) } })
    if (json) return printJson(items)
    printTable(
      ['When', 'Who', 'Did', 'To', 'Detail'],
      items.map(({ at, actor, action, subject, detail }) => [
        ...[at, actor, action, subject, JSON.stringify(detail)],
      ]),
    )
  },
})

const releaseServersOf = command({
  name: 'release-servers',
  summary: 'Declare a node dead: its game servers are free for the next node that brings them.',
  args: '<node-id>',
  keys: operatorKeys,
  async run(operator, { args: [nodeId = ''] }) {
    const { released } = await callOperator(operator)(releaseServers, { params: { nodeId } })
    console.log(released.length === 0 ? 'It carries none.' : `Free are: ${released.join(', ')}`)
  },
})

const limits = command({
  name: 'limits',
  summary:
    'Limit the game servers that a node (its id), or every node without limits of its own (all), may bring, as JSON: {"servers":4,"capacity":500,"types":["open"],"regions":[…]}; none lifts it.',
  args: '<node-id|all> <limits|none>',
  keys: operatorKeys,
  async run(operator, { args: [nodeId = '', text = ''] }) {
    const limits = text === 'none' ? null : jsonOf(text)
    const allowed = 'Allowed: none, or JSON as in --help'
    if (limits === undefined)
      throw new ConfigError(`limits: ${text} is not JSON: the shell may have eaten its quotes. ${allowed}`)
    const body = limitNodes.body.safeParse({ limits })
    if (!body.success) {
      const words = body.error.issues.map(({ path: [, ...path], message }) =>
        [...(path.length > 0 ? [path.join('.')] : []), message].join(': '),
      )
      throw new ConfigError(`limits: ${text} is not allowed: ${words.join('; ')}. ${allowed}`)
    }
    const call = callOperator(operator)
    const { own, all } =
      nodeId === 'all'
        ? await call(limitNodes, { body: body.data })
        : await call(limitNode, { params: { nodeId }, body: body.data })
    const inForce = own ?? all
    const whose = nodeId === 'all' ? 'each node’s' : 'its'
    console.log(
      `In force from ${whose} next start on: ${inForce ? JSON.stringify(inForce) : 'nothing is limited'}`,
    )
  },
})

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const admin = {
  summary: 'For operators.',
  commands: [
    ...[enrolToken, tokens, revokeToken, keys, createKey, revokeKey],
    ...[ban, unban, bans, kick, say, audit],
    ...[releaseServersOf, limits, checkWorker, ...moving],
  ],
}
