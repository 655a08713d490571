/** The claim: from now on this node holds the player. */
import { type claimSession as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { leases, nodes, players, presence, servers, tickets } from '@citygate/schema/tables'
import { and, eq, lt, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { toBase64 } from '../base64.ts'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { readBans, requireUnbanned } from './bans.ts'
import { epochColumns, readNewestEpoch, requireNewest, shareNode } from './epochs.ts'
import { fenceFloor } from './incarnation.ts'
import { writeLetter } from './mail.ts'
import { lockLease, lockPlayer } from './player-locks.ts'
import { lockServer, readRoom, takeSeat } from './seats.ts'
import { endOlder, lockLogin, readLive, requireTicket, type Ticket } from './tickets.ts'

type Lease = typeof leases.$inferSelect

/**
 * A hunter belongs to one console, so whoever comes with a ticket for him comes from that console: he
 * takes over from a holder that still lives, who is told by letter and fenced.
 *
 * @throws Problem `ticket_unknown`, `ticket_not_armed`, `ticket_without_hunter`, `player_banned`, `server_full`, `epoch_superseded`
 */
export async function claim(
  deps: Deps,
  nodeId: string,
  { ticketHash: hash, epoch, attempt }: z.output<NonNullable<(typeof endpoint)['body']>>,
): Promise<Output<typeof endpoint>> {
  return transact(deps, async (tx, wake) => {
    const [, [found]] = await inTurn(lockLogin(tx, hash), readLive(tx, hash))
    const ticket = requireTicket(found)
    const { capcomId, consoleId, login, targets } = ticket
    if (capcomId === null) throw new Problem('ticket_without_hunter')
    const serverId = targets.findLast((target) => target.nodeId === nodeId)?.serverId
    if (serverId === undefined) return claimedBefore(tx, { nodeId, epoch, attempt }, ticket)

    const [, , [held], bans] = await inTurn(
      lockPlayer(tx, capcomId),
      lockLease(tx, capcomId),
      readHunter(tx, capcomId, consoleId),
      readBans(tx, capcomId, consoleId),
    )
    requireUnbanned(bans)
    if (!held) throw new Problem('ticket_unknown', 'The hunter belongs to another console now.')
    const { hunter, lease } = held
    await tellHolder(tx, lease, wake)
    const fence = Math.max(lease.fence, held.fenceFloor) + 1
    const [, [, [seat], , [node]]] = await Promise.all([
      inTurn(
        endOlder(tx, ticket),
        tx
          .update(leases)
          .set({
            ...{ nodeId, lastNodeId: nodeId, epoch, fence, serverId, login, claimedAt: now },
            attempt: attempt ?? null,
          })
          .where(eq(leases.capcomId, capcomId)),
        tx.update(tickets).set({ targets: [], expiresAt: null }).where(eq(tickets.hash, hash)),
      ),
      // Last, since a whole community may be on its way to the same game server: its lock is held for a moment.
      inTurn(
        lockServer(tx, serverId),
        takeSeat(tx, capcomId, serverId),
        shareNode(tx, nodeId),
        readCarrier(tx, nodeId, epoch, serverId),
        // Behind the server's and the node's locks, which a new start of the old holder takes before its presence.
        tx.delete(presence).where(and(eq(presence.capcomId, capcomId), lt(presence.fence, fence))),
      ),
    ])
    requireNewest(node, epoch)
    if (!node?.carries) {
      throw new Problem('ticket_not_armed', 'This node does not carry the chosen game server any more.')
    }
    // A seat whose time was over is given once more when there is room.
    if (!seat?.live) {
      const [room] = await readRoom(tx, capcomId, serverId)
      if (!room || room.expected >= room.capacity) throw new Problem('server_full')
    }
    return asHold(capcomId, hunter, fence, serverId)
  })
}

/**
 * The ticket is armed no more: the very claim that disarmed it may be asked again, for its answer was lost. Nothing
 * changes; the hold is told as it stands.
 *
 * @throws Problem `ticket_not_armed`, for every other attempt
 */
async function claimedBefore(
  tx: Transaction,
  { nodeId, epoch, attempt }: { nodeId: string; epoch: number; attempt: string | undefined },
  { capcomId, consoleId, login }: Ticket,
): Promise<Output<typeof endpoint>> {
  if (attempt === undefined || capcomId === null) throw new Problem('ticket_not_armed')
  const [, , [held], , [node]] = await inTurn(
    lockPlayer(tx, capcomId),
    lockLease(tx, capcomId),
    readHunter(tx, capcomId, consoleId),
    shareNode(tx, nodeId),
    readNewestEpoch(tx, nodeId),
  )
  requireNewest(node, epoch)
  if (!held) throw new Problem('ticket_not_armed')
  const { lease, hunter } = held
  const same = lease.attempt === attempt && lease.login === login
  if (!same || lease.nodeId !== nodeId || lease.epoch !== epoch || lease.serverId === null) {
    throw new Problem('ticket_not_armed')
  }
  return asHold(capcomId, hunter, lease.fence, lease.serverId)
}

function asHold(
  capcomId: string,
  { name, settings }: { readonly name: Uint8Array; readonly settings: Uint8Array | null },
  fence: number,
  serverId: number,
) {
  return { capcomId, name: toBase64(name), fence, serverId, settings: settings ? toBase64(settings) : null }
}

function readHunter(tx: Transaction, capcomId: string, consoleId: string) {
  return tx
    .select({ hunter: { name: players.name, settings: players.settings }, lease: leases, fenceFloor })
    .from(players)
    .innerJoin(leases, eq(leases.capcomId, players.capcomId))
    .where(and(eq(players.capcomId, capcomId), eq(players.consoleId, consoleId)))
}

/** The node, and whether this start of it carries the game server. */
function readCarrier(tx: Transaction, nodeId: string, epoch: number, serverId: number) {
  return tx
    .select({ ...epochColumns, carries: sql<boolean>`${servers.id} is not null` })
    .from(nodes)
    .leftJoin(servers, and(eq(servers.id, serverId), eq(servers.nodeId, nodes.id), eq(servers.epoch, epoch)))
    .where(eq(nodes.id, nodeId))
}

/** Whether he still lives or not: one who hears of it late lets go all the same. */
async function tellHolder(tx: Transaction, { nodeId, capcomId, fence }: Lease, wake: Wake): Promise<void> {
  if (nodeId === null) return
  await writeLetter(tx, nodeId, { kind: 'session-taken', capcomId, fence }, wake)
}
