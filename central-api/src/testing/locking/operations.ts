/**
 * Every operation that locks something, run against each other in pairs by `lock-matrix.test.ts`. A new one
 * needs an entry here and a row in docs/locking.md: a test tells what is missing. `row` is that row's first
 * column; several entries may be of one row.
 */
import * as contract from '@citygate/schema/contract'
import { toBase64 } from '../../base64.ts'
import { migrate } from '../../db/migrate.ts'
import { sha256 } from '../../hash.ts'
import { comeBack } from '../../services/absence.ts'
import { newIncarnation } from '../../services/incarnation.ts'
import { ensureOperatorKey } from '../../services/operator-keys.ts'
import { purge } from '../../services/purge.ts'
import { ask } from '../../services/questions.ts'
import { sampleStats } from '../../services/stats-history.ts'
import { bytes, media, newTicket, syncBody } from '../hunters.ts'
import type { Actor, Stage } from './stage.ts'

export interface LockingOperation {
  readonly name: string
  readonly row: string
  /** Whom the contract knows it as. */
  readonly endpoint?: contract.Endpoint
  /** It ends starts of nodes or takes their game servers: they begin anew after the pair. */
  readonly endsNodes?: true
  /** One of several at once, told apart by `index`. Even ones are `a`'s, where it matters. */
  run(stage: Stage, index: number): Promise<unknown>
}

const actor = ({ a, b }: Stage, index: number): readonly [own: Actor, other: Actor] =>
  index % 2 === 0 ? [a, b] : [b, a]

const noPresence = { generation: null, full: false, set: [] as never[], gone: [] as never[] }

function sync(stage: Stage, own: Actor, changes: Parameters<typeof syncBody>[2]): Promise<unknown> {
  const body = syncBody(own.holder.epoch, stage.nextSync(), { presence: noPresence, ...changes })
  return stage.central.call(contract.syncNode, { body }, own.holder.key)
}

const settingsOf = (rank: number) => toBase64(new Uint8Array(256).fill(1 + (rank % 50), 1, 2))

const operator = ({ central }: Stage) => central.operatorKey

function ban(stage: Stage, kind: 'player' | 'console' | 'node', subject: string): Promise<unknown> {
  return stage.central.call(contract.createBan, { body: { kind, subject, reason: 'x' } }, operator(stage))
}

export const lockingOperations: readonly LockingOperation[] = [
  {
    name: 'enrol',
    row: 'enrol a node',
    endpoint: contract.enrolNode,
    run: async ({ central, token }) =>
      central.call(
        contract.enrolNode,
        { body: { name: 'n', keyHash: await sha256(crypto.randomUUID()) } },
        token.token,
      ),
  },
  {
    name: 'register',
    row: 'register a node',
    endpoint: contract.registerNode,
    endsNodes: true,
    run: ({ home, far }, index) => (index % 2 === 0 ? home : far).again(),
  },
  {
    name: 'release servers',
    row: "release a node's servers (operator)",
    endpoint: contract.releaseServers,
    endsNodes: true,
    run: (stage, index) => {
      const { nodeId } = actor(stage, index)[0].holder
      return stage.central.call(contract.releaseServers, { params: { nodeId } }, operator(stage))
    },
  },
  {
    name: 'release own servers',
    row: "give back one's servers (node)",
    endpoint: contract.releaseOwnServers,
    endsNodes: true,
    run: (stage, index) =>
      stage.central.call(contract.releaseOwnServers, {}, actor(stage, index)[0].holder.key),
  },
  {
    name: 'identify',
    row: 'identify a console',
    endpoint: contract.identifyConsole,
    run: (stage, index) => {
      const { supportCode } = actor(stage, index)[0].hunter
      const body = { supportCode, mediaVersion: media }
      return stage.central.call(contract.identifyConsole, { body }, stage.home.key)
    },
  },
  {
    name: 'identify anew',
    row: 'identify a console',
    run: ({ central, home, idempotencyKey }) => {
      const body = { supportCode: idempotencyKey.slice(0, 8).toUpperCase(), mediaVersion: media }
      return central.call(contract.identifyConsole, { body }, home.key)
    },
  },
  {
    name: 'new hunter',
    row: 'choose a hunter',
    endpoint: contract.chooseHunter,
    run: (stage, index) => {
      const { consoleId } = actor(stage, index)[0].hunter
      const body = { name: bytes(`N${index}`), create: true }
      return stage.central.call(
        contract.chooseHunter,
        { params: { consoleId, slot: '2' }, body },
        stage.home.key,
      )
    },
  },
  {
    name: 'hunter renames himself',
    row: 'choose a hunter',
    run: (stage, index) => {
      const { consoleId } = actor(stage, index)[0].hunter
      const body = { name: bytes(`R${index}`), create: false }
      return stage.central.call(
        contract.chooseHunter,
        { params: { consoleId, slot: '1' }, body },
        stage.home.key,
      )
    },
  },
  {
    name: 'issue ticket',
    row: 'issue a ticket',
    endpoint: contract.issueTicket,
    run: (stage, index) => {
      const own = actor(stage, index)[0]
      return newTicket(stage.central, stage.home, own.hunter, own.login)
    },
  },
  {
    name: 'read ticket',
    row: 'read a ticket',
    endpoint: contract.readTicket,
    run: (stage, index) => {
      const { nextTicket } = actor(stage, index)[0]
      return stage.central.call(contract.readTicket, { body: { ticketHash: nextTicket } }, stage.home.key)
    },
  },
  {
    name: 'arm ticket',
    row: 'arm a ticket (LMP)',
    endpoint: contract.armTicket,
    run: (stage, index) => {
      const { nextTicket } = actor(stage, index)[0]
      const serverId = index % 4 < 2 ? stage.homeServer : stage.farServer
      return stage.central.call(
        contract.armTicket,
        { body: { ticketHash: nextTicket, serverId } },
        stage.home.key,
      )
    },
  },
  {
    name: 'arm session',
    row: 'arm a session (holder)',
    endpoint: contract.armSession,
    run: (stage, index) => {
      const { capcomId, fence, holder } = actor(stage, index)[0]
      const serverId = index % 4 < 2 ? stage.homeServer : stage.farServer
      const body = { epoch: holder.epoch, fence, serverId }
      return stage.central.call(contract.armSession, { params: { capcomId }, body }, holder.key)
    },
  },
  {
    name: 'claim',
    row: 'claim a session',
    endpoint: contract.claimSession,
    run: (stage, index) => {
      const { nextTicket, next } = actor(stage, index)[0]
      const body = { ticketHash: nextTicket, epoch: next.epoch }
      return stage.central.call(contract.claimSession, { body }, next.key)
    },
  },
  {
    name: 'end ticket',
    row: 'end a log-in at LMP',
    endpoint: contract.endTicket,
    run: (stage, index) => {
      const { nextTicket } = actor(stage, index)[0]
      return stage.central.call(contract.endTicket, { body: { ticketHash: nextTicket } }, stage.home.key)
    },
  },
  {
    name: 'ask friend',
    row: 'ask for friendship',
    endpoint: contract.askFriend,
    run: (stage, index) => {
      const [own, other] = actor(stage, index)
      return own.ask(other)
    },
  },
  {
    name: 'answer friend',
    row: 'answer a request',
    endpoint: contract.answerFriend,
    run: (stage, index) => {
      const [own, other] = actor(stage, index)
      return own.answer(other, true)
    },
  },
  {
    name: 'delete friend',
    row: 'delete a friend',
    endpoint: contract.deleteFriend,
    run: (stage, index) => {
      const [own, other] = actor(stage, index)
      return own.delete(other)
    },
  },
  {
    name: 'blacklist',
    row: 'block, unblock',
    endpoint: contract.setBlacklisted,
    run: (stage, index) => {
      const [own, other] = actor(stage, index)
      return own.block(other, index % 4 < 2)
    },
  },
  {
    name: 'deny requests',
    row: 'deny requests; read acquaintances',
    endpoint: contract.setDeniesRequests,
    run: (stage, index) => actor(stage, index)[0].deny(index % 4 < 2),
  },
  {
    name: 'read acquaintances',
    row: 'deny requests; read acquaintances',
    endpoint: contract.readAcquaintances,
    run: (stage, index) => actor(stage, index)[0].acquaintances(),
  },
  {
    name: 'tell',
    row: 'tell a player elsewhere',
    endpoint: contract.tellPlayer,
    run: (stage, index) => {
      const [own, other] = actor(stage, index)
      return own.tell(other)
    },
  },
  {
    name: 'profile write',
    row: 'sync, apply',
    endpoint: contract.syncNode,
    run: (stage, index) => {
      const own = actor(stage, index)[0]
      const { capcomId, fence } = own
      return sync(stage, own, { settings: [{ capcomId, fence, settings: settingsOf(index) }] })
    },
  },
  {
    name: 'presence',
    row: 'sync, apply',
    run: (stage, index) => {
      const own = actor(stage, index)[0]
      const { capcomId, fence } = own
      const serverId = index % 2 === 0 ? stage.homeServer : stage.farServer
      const shown = {
        capcomId,
        fence,
        serverId,
        gate: 1 + (index % 9),
        city: null,
        inQuest: false,
        leader: false,
      }
      return sync(stage, own, { presence: { ...noPresence, full: index % 3 === 0, set: [shown] } })
    },
  },
  {
    name: 'release a player',
    row: 'sync, apply',
    run: (stage, index) => {
      const own = actor(stage, index)[0]
      const { capcomId, fence } = own
      const reason = index % 4 < 2 ? ('travelling' as const) : ('left' as const)
      return sync(stage, own, { releases: [{ capcomId, fence, reason }] })
    },
  },
  {
    name: 'begin and end of draining',
    row: 'sync, apply',
    endsNodes: true,
    run: (stage, index) => sync(stage, actor(stage, index)[0], { draining: index % 4 < 2 }),
  },
  {
    name: 'collect letters',
    row: 'sync, collect',
    run: (stage, index) => sync(stage, actor(stage, index)[0], { mailSeen: index }),
  },
  {
    name: 'first key',
    row: "first operator's key",
    run: ({ deps }) => ensureOperatorKey(deps, null, async () => {}),
  },
  {
    name: 'idempotent kick',
    row: 'any POST with an `Idempotency-Key`',
    run: (stage) => {
      const path = `/v1/players/${stage.a.capcomId}/kick`
      return stage.send(
        operator(stage),
        'POST',
        path,
        { text: 'x' },
        { 'idempotency-key': stage.idempotencyKey },
      )
    },
  },
  {
    name: 'idempotent arm',
    row: 'any POST with an `Idempotency-Key`',
    run: (stage) => {
      const { capcomId, fence, holder } = stage.a
      const body = { epoch: holder.epoch, fence, serverId: stage.farServer }
      const headers = { 'idempotency-key': stage.idempotencyKey }
      return stage.send(holder.key, 'POST', `/v1/sessions/${capcomId}/arm`, body, headers)
    },
  },
  {
    name: 'revoke operator key',
    row: "revoke an operator's key",
    endpoint: contract.revokeOperatorKey,
    run: (stage) =>
      stage.central.call(contract.revokeOperatorKey, { params: { keyId: stage.keyId } }, operator(stage)),
  },
  {
    name: 'revoke enrolment token',
    row: 'revoke an enrolment token',
    endpoint: contract.revokeEnrolToken,
    run: (stage) =>
      stage.central.call(contract.revokeEnrolToken, { params: { tokenId: stage.token.id } }, operator(stage)),
  },
  {
    name: 'ban player',
    row: 'ban a player; kick',
    endpoint: contract.createBan,
    run: (stage, index) => ban(stage, 'player', actor(stage, index)[0].capcomId),
  },
  {
    name: 'kick',
    row: 'ban a player; kick',
    endpoint: contract.kickPlayer,
    run: (stage, index) => {
      const { capcomId } = actor(stage, index)[0]
      return stage.central.call(
        contract.kickPlayer,
        { params: { capcomId }, body: { text: 'x' } },
        operator(stage),
      )
    },
  },
  {
    name: 'ban console',
    row: 'ban a console',
    run: (stage, index) => ban(stage, 'console', actor(stage, index)[0].hunter.consoleId),
  },
  {
    name: 'ban node',
    row: 'ban a node',
    endsNodes: true,
    run: (stage, index) => ban(stage, 'node', actor(stage, index)[0].holder.nodeId),
  },
  {
    name: 'lift ban',
    row: 'lift a ban',
    endpoint: contract.liftBan,
    run: (stage) => stage.central.call(contract.liftBan, { params: { banId: stage.banId } }, operator(stage)),
  },
  {
    name: 'order to drain',
    row: 'order a node to drain',
    endpoint: contract.drainNode,
    endsNodes: true,
    run: (stage, index) => {
      const { nodeId } = actor(stage, index)[0].holder
      const body = { drain: index % 4 < 2 }
      return stage.central.call(contract.drainNode, { params: { nodeId }, body }, operator(stage))
    },
  },
  {
    name: 'limit a node',
    row: 'limit what nodes bring',
    endpoint: contract.limitNode,
    run: (stage, index) => {
      const { nodeId } = actor(stage, index)[0].holder
      const body = { limits: { servers: 80 - (index % 2) } }
      return stage.central.call(contract.limitNode, { params: { nodeId }, body }, operator(stage))
    },
  },
  {
    name: 'limit all nodes',
    row: 'limit what nodes bring',
    endpoint: contract.limitNodes,
    run: (stage, index) => {
      const body = { limits: index % 2 === 0 ? null : { servers: 80 } }
      return stage.central.call(contract.limitNodes, { body }, operator(stage))
    },
  },
  {
    name: 'announce',
    row: 'announce',
    endpoint: contract.announce,
    run: (stage) => stage.central.call(contract.announce, { body: { text: 'x' } }, operator(stage)),
  },
  {
    name: 'operator renames',
    row: 'rename a hunter, roll him back (operator)',
    endpoint: contract.changePlayerRecord,
    run: (stage, index) => {
      const path = `/v1/players/${actor(stage, index)[0].capcomId}/record`
      return stage.send(operator(stage), 'PATCH', path, { name: `O${index}` }, { 'if-match': '*' })
    },
  },
  {
    name: 'roll back',
    row: 'rename a hunter, roll him back (operator)',
    endpoint: contract.rollBackPlayer,
    run: (stage, index) => {
      const path = `/v1/players/${actor(stage, index)[0].capcomId}/rollback`
      return stage.send(operator(stage), 'POST', path, { version: 1 }, { 'if-match': '*' })
    },
  },
  {
    name: 'write settings',
    row: 'write settings (synchronized)',
    endpoint: contract.writeSettings,
    run: (stage, index) => {
      const { capcomId, fence, holder } = actor(stage, index)[0]
      const body = { epoch: holder.epoch, fence, settings: settingsOf(index) }
      return stage.central.call(contract.writeSettings, { params: { capcomId }, body }, holder.key)
    },
  },
  {
    name: 'journal',
    row: 'sync, journal',
    run: (stage, index) => {
      const [own, other] = actor(stage, index)
      const { capcomId, fence } = own
      const of = (change: contract.Change, number: number) => ({ number, capcomId, fence, change })
      const records = [
        of({ kind: 'settings', settings: settingsOf(index) }, 1),
        of({ kind: 'name', name: bytes(`J${index}`) }, 2),
        of({ kind: 'blacklist', other: other.capcomId, listed: index % 4 < 2 }, 3),
        of({ kind: 'delete-friend', other: other.capcomId }, 4),
      ]
      const { incarnation } = own.holder.registration
      return sync(stage, own, { journal: { stream: own.journal, incarnation, seen: 0, records } })
    },
  },
  {
    name: 'adopt',
    row: 'adopt a player',
    endpoint: contract.adoptSession,
    run: async (stage, index) => {
      const { capcomId, fence, holder, hunter, login } = actor(stage, index)[0]
      const { epoch, registration } = holder
      const serverId = index % 2 === 0 ? stage.homeServer : stage.farServer
      const ticketHash = await sha256(`adopted ${index}`)
      const { consoleId } = hunter
      const body = {
        epoch,
        incarnation: registration.incarnation,
        fence,
        serverId,
        login,
        ticketHash,
        consoleId,
      }
      return stage.central.call(contract.adoptSession, { params: { capcomId }, body }, holder.key)
    },
  },
  {
    name: 'order a consistency',
    row: "order a node's consistency",
    endpoint: contract.orderConsistency,
    run: (stage, index) => {
      const { nodeId } = actor(stage, index)[0].holder
      const body = { consistency: index % 4 < 2 ? ('synchronized' as const) : null }
      return stage.central.call(contract.orderConsistency, { params: { nodeId }, body }, operator(stage))
    },
  },
  {
    name: 'check reach',
    row: 'dial a node back',
    endpoint: contract.checkReach,
    run: (stage, index) =>
      stage.central.call(contract.checkReach, { body: { opnTls: true } }, actor(stage, index)[0].holder.key),
  },
  {
    name: 'ask a player’s node',
    row: 'ask a node a question',
    run: (stage, index) => {
      const { nodeId, epoch } = actor(stage, index)[0].holder
      return ask(stage.deps, { nodeId, epoch, about: 'load', subject: '' })
    },
  },
  {
    name: 'new incarnation',
    row: 'a new incarnation of the database',
    endsNodes: true,
    run: ({ deps }) => newIncarnation(deps, 'test'),
  },
  {
    name: 'grace',
    row: 'grace after central was away',
    run: async ({ central, deps }) => {
      await central.sql`update heartbeat set at = clock_timestamp() - interval '10 minutes'`
      await comeBack(deps)
    },
  },
  { name: 'sample', row: 'sample the figures', run: ({ deps }) => sampleStats(deps) },
  { name: 'migrate', row: 'migrate', run: ({ deps }) => migrate(deps.db) },
  { name: 'purge', row: 'purge', run: ({ deps }) => purge(deps) },
]

/** Writes of the contract that lock nothing, and why. */
export const locksNothing: Readonly<Record<string, string>> = {
  createOperatorKey: 'an insert',
  createEnrolToken: 'an insert',
  findOnline: 'reads',
  searchCities: 'reads',
  findTicket: 'reads',
  searchOnline: 'reads',
}
