/**
 * The one regular call of a node: applied in one transaction, held with none open, collected in another
 * (shared-state.md, "Sync").
 */
import { type syncNode as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { directory, mail, nodeEpochs, nodes } from '@citygate/schema/tables'
import { and, eq, gt, isNull, or } from 'drizzle-orm'
import type { z } from 'zod'
import { now, nowPlus } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { bumpDirectory, readDirectory } from './directory.ts'
import { requireNewestEpoch } from './epochs.ts'
import { applyReleases, applySettings, lockHolds, refusedHolds } from './holds.ts'
import { collectLetters } from './mail.ts'
import { applyPresence, readGeneration } from './presence.ts'
import { times } from './times.ts'

type Body = z.output<NonNullable<(typeof endpoint)['body']>>
type Answer = Output<typeof endpoint>
type Applied = Pick<Answer, 'presence' | 'refused'>
type Collected = Pick<Answer, 'directory' | 'mail' | 'orders'>

/** @throws Problem `epoch_superseded`, `incarnation_changed`, `sync_out_of_order` */
export async function sync(deps: Deps, nodeId: string, body: Body, signal: AbortSignal): Promise<Answer> {
  const { wakeups } = deps
  if (!wakeups || body.holdMs === 0) {
    const done = await transact(deps, async (tx, wake) => {
      const applied = await apply(tx, nodeId, body, wake)
      return { ...applied, ...(await collect(tx, nodeId, body)) }
    })
    wakeups?.wakeHere(superseded(nodeId))
    return answer(deps, body, done, done)
  }

  const applied = await transact(deps, (tx, wake) => apply(tx, nodeId, body, wake))
  wakeups.wakeHere(superseded(nodeId))
  const news = newsOf(deps, nodeId, signal, body.holdMs)
  const somethingToSay = applied.refused.length > 0 || applied.presence.wantFull
  if (!somethingToSay && !(await hasNews(deps, nodeId, body))) await news.arrived
  news.end()
  const collected = await transact(deps, async (tx) => {
    await lockEpoch(tx, nodeId, body.epoch)
    if ((await lastSync(tx, nodeId, body.epoch)) !== body.number) throw new Problem('sync_out_of_order')
    return collect(tx, nodeId, body)
  })
  return answer(deps, body, applied, collected)
}

function answer(deps: Deps, body: Body, applied: Applied, collected: Collected): Answer {
  return {
    number: body.number,
    leaseMs: times.nodeLease,
    presence: applied.presence,
    refused: applied.refused,
    directory: collected.directory,
    mail: collected.mail,
    orders: collected.orders,
    nextSyncMs: deps.wakeups ? 0 : times.syncWithoutHold,
  }
}

async function apply(tx: Transaction, nodeId: string, body: Body, wake: Wake): Promise<Applied> {
  const { epoch, number, draining } = body
  await lockHolds(tx, body)
  // Only this epoch's own syncs change it, and the directory's lock comes before the node's.
  const [first] = await tx
    .select({ draining: nodeEpochs.draining })
    .from(nodeEpochs)
    .where(epochRow(nodeId, epoch))
  if (first && first.draining !== draining) await bumpDirectory(tx, wake)
  await lockEpoch(tx, nodeId, epoch)
  if (number <= (await lastSync(tx, nodeId, epoch))) throw new Problem('sync_out_of_order')

  const refused = await refusedHolds(tx, nodeId, body)
  const generation = await readGeneration(tx)
  await applySettings(tx, nodeId, body.settings)
  await applyReleases(tx, nodeId, body.releases)
  await applyPresence(tx, nodeId, epoch, body.presence)
  await tx
    .update(nodeEpochs)
    .set({ lastSync: number, draining, renewedAt: now, expiresAt: nowPlus(times.nodeLease) })
    .where(epochRow(nodeId, epoch))
  const wantFull = !body.presence.full && body.presence.generation !== generation
  return { refused, presence: { generation, wantFull } }
}

/** The node's locks: no newer start meanwhile, and one sync after the other. */
async function lockEpoch(tx: Transaction, nodeId: string, epoch: number): Promise<void> {
  await requireNewestEpoch(tx, nodeId, epoch)
  await tx
    .select({ epoch: nodeEpochs.epoch })
    .from(nodeEpochs)
    .where(epochRow(nodeId, epoch))
    .for('no key update')
}

async function collect(tx: Transaction, nodeId: string, body: Body): Promise<Collected> {
  const letters = await collectLetters(tx, nodeId, body.mailSeen)
  const [node] = await tx.select({ drain: nodes.drainOrdered }).from(nodes).where(eq(nodes.id, nodeId))
  return {
    directory: await readDirectory(tx),
    mail: letters,
    orders: { drain: node?.drain ?? false },
  }
}

async function lastSync(tx: Transaction, nodeId: string, epoch: number): Promise<number> {
  const [row] = await tx
    .select({ number: nodeEpochs.lastSync })
    .from(nodeEpochs)
    .where(epochRow(nodeId, epoch))
  return row?.number ?? 0
}

const epochRow = (nodeId: string, epoch: number) =>
  and(eq(nodeEpochs.nodeId, nodeId), eq(nodeEpochs.epoch, epoch))

/** In this process; a newer call that came to another instance is noticed when the hold ends. */
const superseded = (nodeId: string) => `sync:${nodeId}`

/** After the subscription: what came before it is seen here, what comes after it wakes. */
async function hasNews(deps: Deps, nodeId: string, body: Body): Promise<boolean> {
  return transact(deps, async (tx) => {
    const [head] = await tx.select({ version: directory.version }).from(directory)
    if (head?.version !== body.directoryVersion) return true
    if ((await lastSync(tx, nodeId, body.epoch)) !== body.number) return true
    const unread = or(isNull(mail.number), gt(mail.number, body.mailSeen))
    return (await tx.$count(mail, and(eq(mail.nodeId, nodeId), unread))) > 0
  })
}

interface News {
  /** When there is something to say, a newer call has come, the caller has gone or the time is over. */
  readonly arrived: Promise<void>
  end(): void
}

function newsOf(deps: Deps, nodeId: string, signal: AbortSignal, holdMs: number): News {
  const ends: (() => void)[] = []
  const arrived = new Promise<void>((wake) => {
    const topics = [`node:${nodeId}`, 'directory', superseded(nodeId)]
    const unsubscribe = deps.wakeups?.subscribe(topics, wake)
    const timer = setTimeout(wake, holdMs)
    ends.push(() => unsubscribe?.())
    ends.push(() => clearTimeout(timer))
    for (const gone of [signal, deps.ending]) {
      if (gone?.aborted) wake()
      gone?.addEventListener('abort', () => wake(), { once: true })
    }
  })
  return {
    arrived,
    end() {
      for (const end of ends) end()
    },
  }
}
