/** Whether consoles reach a node, and what is listed because of it (docs/decisions/0160-dial-back.md). */
import {
  type checkReach as endpoint,
  type Finding,
  type Output,
  Problem,
  type registerNode,
} from '@citygate/schema/contract'
import { directory, nodeEpochs, nodeReach, nodes, type Ports } from '@citygate/schema/tables'
import { and, eq, or, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { now, nowPlus } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type DialPlan, dialPorts } from './dial.ts'
import { bumpDirectory } from './directory.ts'

type Body = z.output<NonNullable<(typeof endpoint)['body']>>
type Start = z.output<NonNullable<(typeof registerNode)['body']>>
type Answer = Output<typeof endpoint>

/** Milliseconds. */
const times = {
  /** Between two dials of one node. */
  between: 60_000,
  /** Asking again after bad news: a little later than it may. */
  again: 65_000,
  /** After good news. */
  goodFor: 15 * 60_000,
  /** A start with the same addresses is listed by the proof of the one before. */
  proofLasts: 60 * 60_000,
} as const

/** RFP is told to consoles and asked by none that is known: what is found there is said, and hides nobody. */
const mustAnswer = ({ port }: Finding) => port !== 'rfp'

/**
 * At a registration, with the node's row locked: a node that central has to dial is hidden until it has, unless it has
 * been found at the same addresses a while ago.
 */
export async function beginReach(
  deps: Deps,
  tx: Transaction,
  nodeId: string,
  start: Start,
  from: string | null,
): Promise<void> {
  const node = await readNode(tx, nodeId)
  if (!isDialled(deps, node, from)) {
    await tx.delete(nodeReach).where(eq(nodeReach.nodeId, nodeId))
    return
  }
  const ports = portsOf(start)
  const listed = isEmpty(ports)
  await tx
    .insert(nodeReach)
    .values({ nodeId, listed })
    .onConflictDoUpdate({
      target: nodeReach.nodeId,
      set: {
        listed: sql`${listed} or coalesce(${nodeReach.proven} = ${JSON.stringify(ports)}::jsonb
          and ${nodeReach.provenAt} > ${nowPlus(-times.proofLasts)}, false)`,
      },
    })
}

/**
 * Within a minute of the last time, what was found then.
 *
 * @throws Problem `rate_limited` where other ports than the node's own are to be dialled within that minute
 */
export async function checkReach(
  deps: Deps,
  nodeId: string,
  from: string | null,
  body: Body,
): Promise<Answer> {
  // No transaction waits for ports: a key is looked at in the first one, and the answer kept with the last.
  const { once, ...unkept } = deps
  const plan = await transact(unkept, async (tx) => {
    await once?.look(tx)
    return planned(deps, tx, nodeId, from, body)
  })
  if (plan === null || deps.dialBack === undefined) {
    return kept(deps, { dialled: false, listed: true, from, findings: [], nextMs: times.goodFor })
  }
  if ('findings' in plan) return kept(deps, { dialled: true, from, ...plan })
  const findings = await dialPorts(deps.dialBack.dialler, plan)
  const good = findings.filter(mustAnswer).every(({ finding }) => finding === 'ok')
  deps.log.info(
    { nodeId, findings: findings.map(({ port, finding }) => `${port}: ${finding}`) },
    'a node was dialled',
  )
  const answer = { dialled: true, from, findings, nextMs: good ? times.goodFor : times.again }
  return transact(deps, async (tx, wake) => {
    // In the order of all: directory, node. Taken only when what is listed may change.
    await tx.select({ id: directory.id }).from(directory).for('no key update')
    await lockNode(tx, nodeId)
    const row = await readReach(tx, nodeId)
    if (body.ports !== undefined) return { ...answer, listed: row?.listed ?? false }
    const listed = good || (row?.listed === true && isPassing(row.findings, findings))
    await tx
      .update(nodeReach)
      .set({ listed, findings, ...(good ? { proven: plan.ports, provenAt: now } : {}) })
      .where(eq(nodeReach.nodeId, nodeId))
    if (row && row.listed !== listed) await bumpDirectory(tx, wake)
    return { ...answer, listed }
  })
}

/** Under a key, what is told without anything being done is kept as well. */
async function kept(deps: Deps, answer: Answer): Promise<Answer> {
  return deps.once ? transact(deps, async () => answer) : answer
}

/** What to dial, or what was found a moment ago; null where central takes the node's word. Marks the moment. */
async function planned(
  deps: Deps,
  tx: Transaction,
  nodeId: string,
  from: string | null,
  body: Body,
): Promise<DialPlan | Pick<Answer, 'listed' | 'findings' | 'nextMs'> | null> {
  await lockNode(tx, nodeId)
  const node = await readNode(tx, nodeId)
  if (from === null || !isDialled(deps, node, from)) return null
  const row = await readReach(tx, nodeId)
  const ports = body.ports ?? portsOf(node)
  if (isEmpty(ports)) return { listed: row?.listed ?? true, findings: [], nextMs: times.goodFor }
  if (row?.waitMs != null && row.waitMs > 0) {
    const { listed, findings } = row
    if (body.ports === undefined && findings.length > 0) {
      return { listed, findings: [...findings], nextMs: row.waitMs + times.again - times.between }
    }
    const retryAfter = Math.ceil(row.waitMs / 1000)
    throw new Problem(
      'rate_limited',
      `Central dials a node once a minute: ask again in ${retryAfter} s.`,
      undefined,
      {
        retryAfter,
      },
    )
  }
  await tx
    .insert(nodeReach)
    .values({ nodeId, listed: false, dialledAt: now })
    .onConflictDoUpdate({ target: nodeReach.nodeId, set: { dialledAt: now } })
  return {
    ports,
    opnTls: body.opnTls,
    keyHashes: new Map([...(await sharersOf(tx, ports)), [nodeId, node.keyHash]]),
    rules: { from, allowed: node.reachableAt, allowPrivate: deps.dialBack?.private ?? false },
  }
}

/** One bad moment of a network that was good hides nobody: the second does. */
function isPassing(before: readonly Finding[], after: readonly Finding[]): boolean {
  const wasGood = before.filter(mustAnswer).every(({ finding }) => finding === 'ok')
  const bad = after.filter(mustAnswer).filter(({ finding }) => finding !== 'ok')
  return wasGood && bad.every(({ finding }) => finding === 'unreachable')
}

/** A node of central's own machine is there, and its players may be in the same house. */
function isDialled(deps: Deps, node: { readonly ownMachine: boolean }, from: string | null): boolean {
  return deps.dialBack !== undefined && from !== null && !node.ownMachine
}

async function lockNode(tx: Transaction, nodeId: string): Promise<void> {
  await tx.select({ id: nodes.id }).from(nodes).where(eq(nodes.id, nodeId)).for('no key update')
}

/** The node with the addresses of its newest start. */
async function readNode(tx: Transaction, nodeId: string) {
  const { opn, lmp, fmp, rfp } = nodeEpochs
  const [node] = await tx
    .select({
      keyHash: nodes.keyHash,
      ownMachine: nodes.ownMachine,
      reachableAt: nodes.reachableAt,
      ...{ opn, lmp, fmp, rfp },
    })
    .from(nodes)
    .leftJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, nodes.id), eq(nodeEpochs.epoch, nodes.newestEpoch)))
    .where(eq(nodes.id, nodeId))
  if (!node) throw new Problem('unauthorized', 'The key is unknown.')
  return node
}

/** Nodes that tell one of the same ports. */
async function sharersOf(tx: Transaction, ports: Ports): Promise<[string, string][]> {
  const { opn, lmp, fmp, rfp } = nodeEpochs
  const same = ([column, address]: readonly [typeof opn, Ports['opn']]) =>
    address === null ? [] : [eq(column, address)]
  const rows = await tx
    .select({ nodeId: nodes.id, keyHash: nodes.keyHash })
    .from(nodes)
    .innerJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, nodes.id), eq(nodeEpochs.epoch, nodes.newestEpoch)))
    .where(
      or(
        ...(
          [
            [opn, ports.opn],
            [lmp, ports.lmp],
            [fmp, ports.fmp],
            [rfp, ports.rfp],
          ] as const
        ).flatMap(same),
      ),
    )
    .limit(1000)
  return rows.map(({ nodeId, keyHash }) => [nodeId, keyHash])
}

async function readReach(tx: Transaction, nodeId: string) {
  const [row] = await tx
    .select({
      listed: nodeReach.listed,
      findings: nodeReach.findings,
      waitMs: sql<
        number | null
      >`(${times.between} - extract(epoch from ${now} - ${nodeReach.dialledAt}) * 1000)::int`,
    })
    .from(nodeReach)
    .where(eq(nodeReach.nodeId, nodeId))
  return row
}

function portsOf({ opn, lmp, fmp, rfp }: Pick<Start, 'opn' | 'lmp' | 'fmp' | 'rfp'>): Ports {
  return { opn, lmp, fmp, rfp }
}

const isEmpty = (ports: Ports) => Object.values(ports).every((address) => address === null)
