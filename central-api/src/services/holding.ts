/** What a node does for a player in its hands: writes that it waits for, and log-ins that it made on its own. */
import {
  type adoptSession as adoptEndpoint,
  type Output,
  Problem,
  type writeSettings as settingsEndpoint,
} from '@citygate/schema/contract'
import { leases, meta, nodes, players, presence, serverRoom, servers, tickets } from '@citygate/schema/tables'
import { and, asc, eq, lt, or, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { actFor } from './acting.ts'
import { readBans, requireUnbanned } from './bans.ts'
import { epochColumns, requireNewest, requireNotAhead, shareNode } from './epochs.ts'
import { applySettings } from './holds.ts'
import { fenceFloor } from './incarnation.ts'
import { lockLease, lockPlayer } from './player-locks.ts'

type Settings = z.output<NonNullable<(typeof settingsEndpoint)['body']>>
type Adoption = z.output<NonNullable<(typeof adoptEndpoint)['body']>>

/** @throws Problem `fence_lost`, `epoch_superseded`, `incarnation_changed` */
export async function writeSettings(
  deps: Deps,
  nodeId: string,
  capcomId: string,
  { epoch, fence, settings }: Settings,
): Promise<void> {
  await transact(deps, async (tx) => {
    await actFor(tx, { nodeId, epoch, fence, capcomId })
    await applySettings(tx, nodeId, [{ capcomId, fence, settings }])
  })
}

/**
 * The player is on the node already; what is decided is whether he may stay: nobody has claimed him since the
 * node's copy, and no ban stands against him.
 *
 * @throws Problem `fence_lost`, `player_banned`, `epoch_superseded`, `incarnation_changed`
 */
export async function adopt(
  deps: Deps,
  nodeId: string,
  capcomId: string,
  wish: Adoption,
): Promise<Output<typeof adoptEndpoint>> {
  const { epoch, incarnation, serverId, login, ticketHash: hash, consoleId } = wish
  return transact(deps, async (tx) => {
    const [, , , bans, [lease], [central]] = await inTurn(
      lockTickets(tx, login, hash),
      lockPlayer(tx, capcomId),
      lockLease(tx, capcomId),
      readBans(tx, capcomId, consoleId),
      tx
        .select({
          fence: leases.fence,
          nodeId: leases.nodeId,
          lastNodeId: leases.lastNodeId,
          epoch: leases.epoch,
          login: leases.login,
          fenceFloor,
        })
        .from(leases)
        .innerJoin(players, and(eq(players.capcomId, leases.capcomId), eq(players.consoleId, consoleId)))
        .where(eq(leases.capcomId, capcomId)),
      tx.select({ incarnation: meta.incarnation }).from(meta),
    )
    if (central?.incarnation !== incarnation) throw new Problem('incarnation_changed')
    requireUnbanned(bans)
    requireNotAhead(nodeId, wish.fence, lease?.fence)
    // Done already: the answer was lost, or that of the claim which the node took for none.
    const done = lease?.nodeId === nodeId && lease.epoch === epoch && lease.login === login
    // His console may show another ticket by now: he has logged in anew, and still nobody had heard of it.
    const keepTicket = tx
      .insert(tickets)
      .values({ hash, login, consoleId, capcomId, issuedBy: nodeId, expiresAt: null })
      .onConflictDoUpdate({
        target: tickets.hash,
        set: { login, expiresAt: null, targets: [] },
        setWhere: sql`${tickets.consoleId} = ${consoleId} and (${tickets.login} = ${login} or ${tickets.capcomId} = ${capcomId})`,
      })
    if (done) {
      await keepTicket
      return { fence: lease.fence }
    }
    const own = lease && (lease.nodeId === nodeId || (lease.nodeId === null && lease.lastNodeId === nodeId))
    if (!own || lease.fence !== wish.fence) throw new Problem('fence_lost')
    const fence = Math.max(lease.fence, lease.fenceFloor) + 1
    await inTurn(
      keepTicket,
      tx
        .update(leases)
        .set({ nodeId, lastNodeId: nodeId, epoch, fence, serverId, login, claimedAt: now })
        .where(eq(leases.capcomId, capcomId)),
      // Whether there is room is not asked; who comes next must know.
      tx.select({ id: servers.id }).from(servers).where(eq(servers.id, serverId)).for('no key update'),
      tx
        .update(serverRoom)
        .set({ places: sql`${serverRoom.places} - 1` })
        .where(eq(serverRoom.serverId, serverId)),
    )
    const [, [node]] = await inTurn(
      shareNode(tx, nodeId),
      readCarrier(tx, nodeId, epoch, serverId),
      // Behind the node's lock, as everybody does.
      tx.delete(presence).where(and(eq(presence.capcomId, capcomId), lt(presence.fence, fence))),
    )
    requireNewest(node, epoch)
    if (!node?.carries) throw new Problem('fence_lost', 'This node does not carry his game server any more.')
    return { fence }
  })
}

function lockTickets(tx: Transaction, login: string, hash: string) {
  return tx
    .select({ hash: tickets.hash })
    .from(tickets)
    .where(or(eq(tickets.login, login), eq(tickets.hash, hash)))
    .orderBy(asc(tickets.hash))
    .for('update')
}

function readCarrier(tx: Transaction, nodeId: string, epoch: number, serverId: number) {
  return tx
    .select({ ...epochColumns, carries: sql<boolean>`${servers.id} is not null` })
    .from(nodes)
    .leftJoin(servers, and(eq(servers.id, serverId), eq(servers.nodeId, nodes.id), eq(servers.epoch, epoch)))
    .where(eq(nodes.id, nodeId))
}
