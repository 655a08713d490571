/**
 * The one regular call of a node: applied in one transaction, held with none open, collected in another
 * (shared-state.md, "Sync").
 */
import { type syncNode as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { directory, leases, mail, meta, nodeEpochs, nodes, presenceGeneration } from '@citygate/schema/tables'
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { holdsInALease } from '../times.ts'
import { beat, beatDue, givenBack } from './absence.ts'
import { bumpDirectory } from './directory.ts'
import { ahead, epochColumns, requireNewest, shareNode } from './epochs.ts'
import { applyReleases, applySettings, holdsOfEarlier, lockHolds, refusedHolds } from './holds.ts'
import { noteAhead } from './incarnation.ts'
import { takeJournal } from './journal.ts'
import { keptDirectory } from './kept-directory.ts'
import { collectLetters } from './mail.ts'
import { leaseEnd, leaseMs, nextSyncMs } from './pace.ts'
import { applyPresence, drawGeneration, holdColumns, holds, rows } from './presence.ts'
import { keepAnswers } from './questions.ts'
import { saysNothing, syncQuietly } from './quiet-sync.ts'
import { callOf, offered } from './silence.ts'

type Body = z.output<NonNullable<(typeof endpoint)['body']>>
type Answer = Output<typeof endpoint>
type Applied = Pick<Answer, 'presence' | 'refused' | 'leaseMs' | 'nextSyncMs'> & {
  /** Of the fences that were refused: one that central has never given. */
  readonly ahead: string | null
}
type Journal = Pick<Answer, 'journal'>
type Collected = Pick<Answer, 'directory' | 'mail' | 'orders'>

/** @throws Problem `epoch_superseded`, `incarnation_changed`, `sync_out_of_order` */
export async function sync(deps: Deps, nodeId: string, body: Body, signal: AbortSignal): Promise<Answer> {
  if (!deps.wakeups) return syncOnce(deps, nodeId, body, signal)
  const over = callOf(deps, nodeId, body)
  try {
    return await syncOnce(deps, nodeId, body, signal)
  } finally {
    over()
  }
}

async function syncOnce(deps: Deps, nodeId: string, body: Body, signal: AbortSignal): Promise<Answer> {
  const { wakeups } = deps
  const quiet = !wakeups && saysNothing(body) ? await syncQuietly(deps, nodeId, body) : null
  if (quiet) return { ...quiet, mail: quiet.letters ? await readLetters(deps, nodeId, body) : [] }
  const journal = await journalFirst(deps, nodeId, body)
  if (!wakeups || body.holdMs === 0) {
    const done = await transact(deps, async (tx, wake) => {
      const applied = await apply(deps, tx, nodeId, body, wake)
      return { ...applied, ...(await collect(deps, tx, nodeId, body)) }
    })
    wakeups?.wakeHere(superseded(nodeId))
    if (done.ahead !== null) await noteAhead(deps, nodeId, done.ahead)
    return { ...answer(body, done, done), ...journal }
  }

  const applied = await transact(deps, (tx, wake) => apply(deps, tx, nodeId, body, wake))
  wakeups.wakeHere(superseded(nodeId))
  if (applied.ahead !== null) await noteAhead(deps, nodeId, applied.ahead)
  const news = newsOf(deps, nodeId, signal, Math.min(body.holdMs, applied.leaseMs / holdsInALease))
  const somethingToSay = applied.refused.length > 0 || applied.presence.wantFull
  if (!somethingToSay && !(await hasNews(deps, nodeId, body))) await news.arrived
  news.end()
  const collected = await transact(deps, async (tx) => {
    const { lastSync } = await lockEpoch(tx, nodeId, body.epoch)
    if (lastSync !== body.number) throw new Problem('sync_out_of_order')
    return collect(deps, tx, nodeId, body)
  })
  return { ...answer(body, applied, collected), ...journal }
}

/** They get their places under the epoch's lock. */
async function readLetters(deps: Deps, nodeId: string, body: Body): Promise<Answer['mail']> {
  return transact(deps, async (tx) => {
    const { lastSync } = await lockEpoch(tx, nodeId, body.epoch)
    if (lastSync !== body.number) throw new Problem('sync_out_of_order')
    return collectLetters(tx, nodeId, body.mailSeen)
  })
}

/**
 * In a transaction of its own, before anything else of the call: rows that others hold keep the records waiting,
 * and never the lease of the node.
 */
async function journalFirst(deps: Deps, nodeId: string, { epoch, journal }: Body): Promise<Journal> {
  if (journal === null) return {}
  try {
    return { journal: await takeJournal(deps, nodeId, epoch, journal) }
  } catch (error) {
    if (error instanceof Problem && error.code === 'busy') return {}
    throw error
  }
}

function answer(body: Body, applied: Applied, collected: Collected): Answer {
  return {
    number: body.number,
    leaseMs: applied.leaseMs,
    presence: applied.presence,
    refused: applied.refused,
    directory: collected.directory,
    mail: collected.mail,
    orders: collected.orders,
    nextSyncMs: applied.nextSyncMs,
  }
}

async function apply(deps: Deps, tx: Transaction, nodeId: string, said: Body, wake: Wake): Promise<Applied> {
  const { epoch, number, draining } = said
  const earlier = said.earlierDone ? await holdsOfEarlier(tx, nodeId, epoch) : []
  const body = { ...said, releases: [...said.releases, ...earlier] }
  await lockHolds(tx, body)
  // Only this epoch's own syncs change it, and the directory's lock comes before the node's.
  const [first] = await tx
    .select({ draining: nodeEpochs.draining })
    .from(nodeEpochs)
    .where(epochRow(nodeId, epoch))
  if (first && (first.draining !== draining || said.ending)) await bumpDirectory(tx, wake)
  const locked = await lockEpoch(tx, nodeId, epoch)
  if (number <= locked.lastSync) throw new Problem('sync_out_of_order')
  if (said.incarnation !== undefined && said.incarnation !== locked.incarnation) {
    throw new Problem('incarnation_changed')
  }

  if (said.heard > locked.lastSync) {
    const what = `sync ${said.heard} of epoch ${epoch}, where central knows ${locked.lastSync}`
    throw ahead('incarnation_changed', nodeId, what)
  }

  const refused = await refusedHolds(tx, nodeId, said)
  const generation = locked.generation ?? (await drawGeneration(tx))
  await applySettings(tx, nodeId, body.settings)
  await applyReleases(tx, nodeId, body.releases)
  await applyPresence(tx, nodeId, epoch, body.presence)
  await keepAnswers(tx, nodeId, epoch, body.answers, wake)
  const [renewed] = await tx
    .update(nodeEpochs)
    .set({
      ...{ lastSync: number, draining, renewedAt: now, expiresAt: said.ending ? givenBack : leaseEnd(deps) },
      ...(body.report === null ? {} : { report: body.report }),
    })
    .where(epochRow(nodeId, epoch))
    .returning({ leaseMs: leaseMs(deps), nextSyncMs: nextSyncMs(deps) })
  if (!renewed) throw new Problem('epoch_superseded')
  if (locked.beatDue) await tx.execute(beat)
  const wantFull = !body.presence.full && body.presence.generation !== generation
  return { ...renewed, refused, presence: { generation, wantFull }, ahead: await fenceAhead(tx, refused) }
}

/** A fence above the lease's own: central has forgotten a claim. In words, or null. */
async function fenceAhead(tx: Transaction, refused: Applied['refused']): Promise<string | null> {
  if (refused.length === 0) return null
  const [found] = await tx.execute<{ capcom_id: string; fence: number; known: number }>(sql`
    select l.capcom_id, rows_given.fence::float8 as fence, l.fence::float8 as known
    from ${rows(holds(refused), holdColumns)} join ${leases} l on l.capcom_id = rows_given.capcom_id
    where rows_given.fence > l.fence limit 1`)
  return found ? `fence ${found.fence} of ${found.capcom_id}, where central knows ${found.known}` : null
}

/** The node's locks: no newer start meanwhile, and one sync after the other. */
async function lockEpoch(tx: Transaction, nodeId: string, epoch: number) {
  const [, , [node]] = await inTurn(
    shareNode(tx, nodeId),
    tx
      .select({ epoch: nodeEpochs.epoch })
      .from(nodeEpochs)
      .where(epochRow(nodeId, epoch))
      .for('no key update'),
    readState(tx, nodeId, epoch),
  )
  requireNewest(node, epoch)
  return {
    lastSync: node?.lastSync ?? 0,
    generation: node?.generation ?? null,
    incarnation: node?.incarnation,
    beatDue: node?.beatDue ?? false,
  }
}

/** What decides about a sync: the newest start, its last number, and the generation of presence, which a crash has emptied. */
function readState(tx: Transaction, nodeId: string, epoch: number) {
  return tx
    .select({
      ...epochColumns,
      lastSync: nodeEpochs.lastSync,
      generation: presenceGeneration.generation,
      incarnation: meta.incarnation,
      beatDue,
    })
    .from(nodes)
    .leftJoin(nodeEpochs, and(eq(nodeEpochs.nodeId, nodes.id), eq(nodeEpochs.epoch, epoch)))
    .leftJoin(presenceGeneration, eq(presenceGeneration.id, 1))
    .leftJoin(meta, eq(meta.id, 1))
    .where(eq(nodes.id, nodeId))
}

async function collect(deps: Deps, tx: Transaction, nodeId: string, body: Body): Promise<Collected> {
  // Most often there are no letters: then nothing is asked of them.
  const [node] = await tx
    .select({
      drain: nodes.drainOrdered,
      questSeconds: nodes.drainQuestSeconds,
      consistency: nodes.consistencyOrdered,
      letters: sql<boolean>`exists (select from mail m where m.node_id = nodes.id)`,
      version: sql<number>`(select d.version from directory d)::float8`,
    })
    .from(nodes)
    .where(eq(nodes.id, nodeId))
  return {
    mail: node?.letters ? await collectLetters(tx, nodeId, body.mailSeen) : [],
    orders: {
      drain: node?.drain ?? false,
      ...(node ? { questSeconds: node.questSeconds } : {}),
      consistency: node?.consistency ?? null,
    },
    directory: offered(deps, await keptDirectory(deps, tx, node?.version ?? 0)),
  }
}

const epochRow = (nodeId: string, epoch: number) =>
  and(eq(nodeEpochs.nodeId, nodeId), eq(nodeEpochs.epoch, epoch))

/** In this process; a newer call that came to another instance is noticed when the hold ends. */
const superseded = (nodeId: string) => `sync:${nodeId}`

/** After the subscription: what came before it is seen here, what comes after it wakes. */
async function hasNews(deps: Deps, nodeId: string, body: Body): Promise<boolean> {
  return transact(deps, async (tx) => {
    const [head, [epoch], letters] = await inTurn(
      tx.select({ version: directory.version }).from(directory),
      tx.select({ lastSync: nodeEpochs.lastSync }).from(nodeEpochs).where(epochRow(nodeId, body.epoch)),
      tx
        .select({ id: mail.id })
        .from(mail)
        .where(and(eq(mail.nodeId, nodeId), or(isNull(mail.number), gt(mail.number, body.mailSeen))))
        .limit(1),
    )
    if (head[0]?.version !== body.directoryVersion) return true
    return epoch?.lastSync !== body.number || letters.length > 0
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
