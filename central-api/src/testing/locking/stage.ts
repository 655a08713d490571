/** The rows that locking operations fight for: two hunters of two nodes, their log-ins, and what operators have. */
import {
  armTicket,
  createBan,
  createEnrolToken,
  createOperatorKey,
  syncNode,
} from '@citygate/schema/contract'
import type { Deps } from '../../deps.ts'
import type { TestCentral, TestNode } from '../central.ts'
import { type Held, held } from '../friends.ts'
import { type Hunter, logIn, newHunter, newTicket, syncBody } from '../hunters.ts'

/** A hunter in the hands of a node, with a second log-in of his console on its way to another game server. */
export interface Actor extends Held {
  readonly fence: number
  readonly login: string
  readonly holder: TestNode
  readonly next: TestNode
  readonly ticketHash: string
  /** Armed for `next`. */
  readonly nextTicket: string
  /** A stream of its holder's. */
  readonly journal: string
}

export interface Stage {
  readonly central: TestCentral
  /** For services that no route calls. */
  readonly deps: Deps
  /** Consoles log in here; hosts game servers too, and holds `a`. */
  readonly home: TestNode
  readonly homeServer: number
  /** Holds `b`. */
  readonly far: TestNode
  readonly farServer: number
  readonly a: Actor
  readonly b: Actor
  readonly token: { readonly id: string; readonly token: string }
  /** Another owner's key. */
  readonly keyId: string
  readonly banId: string
  /** The same for all who run at once. */
  readonly idempotencyKey: string
  /** Rises with every call. */
  nextSync(): number
  /** With headers that the contract's shapes do not have. Rejects as `central.call`. */
  send(
    key: string,
    method: string,
    path: string,
    body: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<unknown>
}

/** What outlives a pair of operations. */
export interface Theatre {
  readonly central: TestCentral
  readonly deps: Deps
  home: TestNode
  far: TestNode
  syncs: number
}

const capacity = 4

const homeServers = [
  { name: 'Home', type: 'open' as const, capacity },
  { name: 'Home, too', type: 'rookie' as const, capacity },
]

export async function openTheatre(central: TestCentral, deps: Deps): Promise<Theatre> {
  const home = await central.node({ name: 'home', servers: homeServers })
  const farServers = [{ name: 'Far', type: 'open' as const, capacity }]
  const far = await central.node({ name: 'far', roles: ['world'], servers: farServers })
  return { central, deps, home, far, syncs: 0 }
}

/** New starts and game servers for nodes that operations have ended. */
export async function restore(theatre: Theatre): Promise<void> {
  await theatre.central.sql`update bans set lifted_at = clock_timestamp() where lifted_at is null`
  await theatre.central.sql`update nodes set drain_ordered = false`
  theatre.home = await theatre.home.again()
  theatre.far = await theatre.far.again()
}

const serverOf = ({ registration }: TestNode): number => {
  const [server] = registration.servers
  if (!server) throw new Error('a node without a game server')
  return server.id
}

/** Fresh hunters and keys, so that nothing of the last pair is in the way. */
export async function setStage(theatre: Theatre): Promise<Stage> {
  const { central, deps, home, far } = theatre
  const nextSync = () => ++theatre.syncs
  await central.sql`with no_seats as (delete from seats), nobody as (delete from presence)
    update leases set node_id = null, epoch = null, server_id = null, login = null where node_id is not null`
  const [homeServer, farServer] = [serverOf(home), serverOf(far)]
  const by = central.operatorKey
  const enter = async (holder: TestNode, at: number, next: TestNode, nextServer: number): Promise<Actor> => {
    const hunter: Hunter = await newHunter(central, home)
    const { capcomId, fence, login, ticketHash } = await logIn(central, home, holder, hunter, at)
    const presence = { generation: null, full: false, gone: [] as never[] }
    const shown = { capcomId, fence, serverId: at, gate: 1, city: null, inQuest: false, leader: false }
    const body = syncBody(holder.epoch, nextSync(), { presence: { ...presence, set: [shown] } })
    await central.call(syncNode, { body }, holder.key)
    const other = await newTicket(central, home, hunter)
    await central.call(armTicket, { body: { ticketHash: other.ticketHash, serverId: nextServer } }, home.key)
    return {
      ...held(central, holder, hunter, capcomId, fence),
      ...{
        fence,
        login,
        holder,
        next,
        ticketHash,
        nextTicket: other.ticketHash,
        journal: crypto.randomUUID(),
      },
    }
  }
  const a = await enter(home, homeServer, far, farServer)
  const b = await enter(far, farServer, home, homeServer)
  const [token, { id: keyId }, { id: banId }] = await Promise.all([
    central.call(createEnrolToken, { body: { uses: 3 } }, by),
    central.call(createOperatorKey, { body: { name: 'another', role: 'own' } }, by),
    newHunter(central, home).then(({ capcomId }) =>
      central.call(createBan, { body: { kind: 'player', subject: capcomId, reason: 'x' } }, by),
    ),
  ])
  return {
    ...{ central, deps, home, homeServer, far, farServer, a, b, token, keyId, banId },
    idempotencyKey: crypto.randomUUID(),
    nextSync,
    async send(key, method, path, body, headers = {}) {
      const response = await central.fetch(path, {
        method,
        headers: { authorization: `Bearer ${key}`, ...headers },
        body: JSON.stringify(body),
      })
      const answer = (await response.json()) as { code?: string; detail?: string }
      if (!response.ok) throw Object.assign(new Error(answer.detail), { code: answer.code })
      return answer
    },
  }
}
