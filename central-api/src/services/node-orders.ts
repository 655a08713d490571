/** What operators want of nodes: announcements to their players, and whether they take new ones. */
import {
  type announce as announceEndpoint,
  type Consistency,
  type orderConsistency as consistencyEndpoint,
  type drainNode as drainEndpoint,
  type Output,
  Problem,
} from '@citygate/schema/contract'
import { nodeEpochs, nodes, servers } from '@citygate/schema/tables'
import { and, eq, gt } from 'drizzle-orm'
import type { z } from 'zod'
import { now } from '../db/clock.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { audit } from './audit.ts'
import { writeLetter } from './mail.ts'

/**
 * To the world nodes that live; one that comes later does not hear of it.
 *
 * @throws Problem `server_not_found`, `node_not_found`
 */
export async function announce(
  deps: Deps,
  operatorId: string,
  { text, serverId, nodeId }: z.output<NonNullable<(typeof announceEndpoint)['body']>>,
): Promise<Output<typeof announceEndpoint>> {
  return transact(deps, async (tx, wake) => {
    if (nodeId !== undefined && (await tx.$count(nodes, eq(nodes.id, nodeId))) === 0) {
      throw new Problem('node_not_found')
    }
    const carrier = serverId === undefined ? undefined : await carrierOf(serverId)
    const told = await tx
      .select({ id: nodes.id })
      .from(nodes)
      .innerJoin(
        nodeEpochs,
        and(
          eq(nodeEpochs.nodeId, nodes.id),
          eq(nodeEpochs.epoch, nodes.newestEpoch),
          gt(nodeEpochs.expiresAt, now),
          nodeEpochs.world,
        ),
      )
      .where(
        and(
          nodeId === undefined ? undefined : eq(nodes.id, nodeId),
          carrier === undefined ? undefined : eq(nodes.id, carrier),
        ),
      )
    for (const { id } of told) {
      await writeLetter(tx, id, { kind: 'announce', serverId: serverId ?? null, text }, wake)
    }
    const subject = nodeId ? `node:${nodeId}` : serverId ? `server:${serverId}` : 'all'
    await audit(tx, `operator:${operatorId}`, 'announce', subject, { text, nodes: told.length })
    return { nodes: told.length }

    async function carrierOf(id: number): Promise<string> {
      const [server] = await tx.select({ nodeId: servers.nodeId }).from(servers).where(eq(servers.id, id))
      if (!server) throw new Problem('server_not_found')
      // Nobody is on a server that no node carries.
      return server.nodeId ?? '00000000-0000-0000-0000-000000000000'
    }
  })
}

/**
 * The order stands in the node's row; the letter only brings the next answer, which carries it.
 *
 * @throws Problem `node_not_found`
 */
export async function orderDrain(
  deps: Deps,
  operatorId: string,
  nodeId: string,
  { drain, questSeconds }: z.output<NonNullable<(typeof drainEndpoint)['body']>>,
): Promise<Output<typeof drainEndpoint>> {
  return transact(deps, async (tx, wake) => {
    await tx.select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId)).for('no key update')
    const [node] = await tx
      .select({ ordered: nodes.drainOrdered, questSeconds: nodes.drainQuestSeconds })
      .from(nodes)
      .where(eq(nodes.id, nodeId))
    if (!node) throw new Problem('node_not_found')
    if (node.ordered !== drain || (drain && node.questSeconds !== questSeconds)) {
      await tx
        .update(nodes)
        .set({ drainOrdered: drain, drainQuestSeconds: questSeconds })
        .where(eq(nodes.id, nodeId))
      await writeLetter(tx, nodeId, { kind: 'orders' }, wake)
      const detail = drain ? { questSeconds } : {}
      await audit(tx, `operator:${operatorId}`, drain ? 'drain' : 'undrain', `node:${nodeId}`, detail)
    }
    return { nodeId, drain }
  })
}

/**
 * As with a drain: the order stands in the node's row.
 *
 * @throws Problem `node_not_found`
 */
export async function orderConsistency(
  deps: Deps,
  operatorId: string,
  nodeId: string,
  consistency: Consistency | null,
): Promise<Output<typeof consistencyEndpoint>> {
  return transact(deps, async (tx, wake) => {
    await tx.select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId)).for('no key update')
    const [node] = await tx
      .select({ ordered: nodes.consistencyOrdered })
      .from(nodes)
      .where(eq(nodes.id, nodeId))
    if (!node) throw new Problem('node_not_found')
    if (node.ordered !== consistency) {
      await tx.update(nodes).set({ consistencyOrdered: consistency }).where(eq(nodes.id, nodeId))
      await writeLetter(tx, nodeId, { kind: 'orders' }, wake)
      await audit(tx, `operator:${operatorId}`, 'consistency', `node:${nodeId}`, { consistency })
    }
    return { nodeId, consistency }
  })
}
