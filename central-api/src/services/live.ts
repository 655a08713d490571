/** What a node says right now, or the last that it said, honestly marked. */
import {
  type getNodeLive,
  type getPlayerLive,
  LiveNodeState,
  LivePlayerState,
  type listJournals,
  NodeReport,
  type Output,
  Problem,
  readKnown,
} from '@citygate/schema/contract'
import { leases, nodeEpochs, nodes, players, presence } from '@citygate/schema/tables'
import { and, asc, eq, sql } from 'drizzle-orm'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { ask } from './questions.ts'

/** @throws Problem `node_not_found` */
export async function nodeLive(deps: Deps, nodeId: string): Promise<Output<typeof getNodeLive>> {
  const node = await transact(deps, (tx) => readNode(tx, nodeId))
  const told = node.live ? await ask(deps, { nodeId, epoch: node.epoch, about: 'load', subject: '' }) : null
  const state = told && readKnown(LiveNodeState, told.answer).data
  const head = { id: nodeId, name: node.name }
  if (told && state && (told.inTime || node.reportAgeMs === null || told.ageMs <= node.reportAgeMs)) {
    const { report, servers } = state
    return { stale: !told.inTime, ageMs: Math.round(told.ageMs), ...head, ...shown(report), servers }
  }
  const ageMs = Math.max(0, Math.round(node.reportAgeMs ?? node.silentMs))
  return { stale: true, ageMs, ...head, ...shown(node.report), servers: state?.servers ?? null }
}

function shown(report: NodeReport | null) {
  if (!report) return { load: null, consistency: null, journal: null }
  const { waiting, deadLetters } = report.journal
  return { load: report.load, consistency: report.consistency, journal: { waiting, deadLetters } }
}

async function readNode(tx: Transaction, nodeId: string) {
  const since = (moment: typeof nodeEpochs.renewedAt) =>
    sql<number>`coalesce(extract(epoch from ${now} - ${moment})::float8 * 1000, 0)`
  const [node] = await tx
    .select({
      name: nodes.name,
      epoch: nodes.newestEpoch,
      live: sql<boolean>`coalesce(${nodeEpochs.expiresAt} > ${now}, false)`,
      silentMs: since(nodeEpochs.renewedAt),
      report: nodeEpochs.report,
    })
    .from(nodes)
    .leftJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, nodes.id), eq(nodeEpochs.epoch, nodes.newestEpoch)))
    .where(eq(nodes.id, nodeId))
  if (!node) throw new Problem('node_not_found')
  const report = readKnown(NodeReport, node.report).data ?? null
  return { ...node, report, reportAgeMs: report && node.silentMs }
}

/** @throws Problem `player_not_found` */
export async function playerLive(deps: Deps, capcomId: string): Promise<Output<typeof getPlayerLive>> {
  const held = await transact(deps, (tx) => readHolder(tx, capcomId))
  if (!held.node) return { stale: false, ageMs: 0, node: null, state: null }
  const { node } = held
  const told = node.live
    ? await ask(deps, { nodeId: node.id, epoch: node.epoch, about: 'player', subject: capcomId })
    : null
  const head = { node: { id: node.id, name: node.name } }
  const parsed = told ? readKnown(LivePlayerState, told.answer) : undefined
  if (told?.inTime && parsed?.success && (parsed.data === null || parsed.data.capcomId === capcomId)) {
    return { stale: false, ageMs: Math.round(told.ageMs), ...head, state: parsed.data }
  }
  return { stale: true, ageMs: Math.max(0, Math.round(held.ageMs ?? 0)), ...head, state: held.shown }
}

/** Who holds him, and where he was told to stand last. */
async function readHolder(tx: Transaction, capcomId: string) {
  const [found] = await tx
    .select({
      nodeId: leases.nodeId,
      epoch: leases.epoch,
      fence: leases.fence,
      serverId: leases.serverId,
      name: nodes.name,
      live: sql<boolean>`coalesce(${nodeEpochs.expiresAt} > ${now} and ${nodes.newestEpoch} = ${leases.epoch}, false)`,
      ageMs: sql<
        number | null
      >`extract(epoch from ${now} - coalesce(${presence.toldAt}, ${nodeEpochs.renewedAt}))::float8 * 1000`,
      at: presence,
    })
    .from(players)
    .leftJoin(leases, eq(leases.capcomId, players.capcomId))
    .leftJoin(nodes, eq(nodes.id, leases.nodeId))
    .leftJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, leases.nodeId), eq(nodeEpochs.epoch, leases.epoch)))
    .leftJoin(presence, and(eq(presence.capcomId, leases.capcomId), eq(presence.fence, leases.fence)))
    .where(eq(players.capcomId, capcomId))
  if (!found) throw new Problem('player_not_found')
  const { nodeId, epoch, fence, serverId, name, live, ageMs, at } = found
  if (nodeId === null || epoch === null || fence === null) return { node: null, ageMs: null, shown: null }
  const place = at ?? { gate: null, city: null, inQuest: false, leader: false, serverId: serverId ?? 0 }
  const shown: LivePlayerState =
    place.serverId === 0
      ? null
      : {
          ...{ capcomId, fence, serverId: place.serverId, gate: place.gate, city: place.city },
          ...{ inQuest: place.inQuest, leader: place.leader, provisional: false, journalWaiting: 0 },
        }
  return { node: { id: nodeId, name: name ?? '', epoch, live }, ageMs, shown }
}

/** Every node, oldest first, with what it told of its journal last. */
export async function readJournals(tx: Transaction): Promise<Output<typeof listJournals>> {
  const found = await tx
    .select({
      id: nodes.id,
      name: nodes.name,
      ordered: nodes.consistencyOrdered,
      report: nodeEpochs.report,
      reportedAt: nodeEpochs.renewedAt,
    })
    .from(nodes)
    .leftJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, nodes.id), eq(nodeEpochs.epoch, nodes.newestEpoch)))
    .orderBy(asc(nodes.enrolledAt), asc(nodes.id))
  const items = found.map(({ id, name, ordered, report, reportedAt }) => {
    const told = readKnown(NodeReport, report).data
    return {
      node: { id, name },
      consistency: told?.consistency ?? null,
      ordered,
      journal: told?.journal ?? null,
      reportedAt: reportedAt?.toISOString() ?? null,
    }
  })
  return { items, next: null }
}
