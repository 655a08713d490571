/**
 * What only a node knows, asked through its mailbox and answered with its next sync: it works for a node that no
 * connection can reach. At most one question per node, kind and subject is open, and its answer is shared.
 */
import type { QuestionAnswer } from '@citygate/schema/contract'
import { questions } from '@citygate/schema/tables'
import { and, eq, sql } from 'drizzle-orm'
import { now, nowPlus } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { answerSharedMs, timesOf, usualTimes } from '../times.ts'
import { writeLetter } from './mail.ts'

export interface Asked {
  readonly nodeId: string
  readonly epoch: number
  readonly about: QuestionAnswer['about']
  /** A Capcom ID, or empty. */
  readonly subject: string
}

/** The newest answer that there is, and whether it is one to this asking (or a shared one). */
export interface Told {
  readonly answer: unknown
  readonly ageMs: number
  readonly inTime: boolean
}

/** Null when the node has never answered. Waits for two seconds at most, with no transaction open. */
export async function ask(deps: Deps, asked: Asked): Promise<Told | null> {
  const open = await transact(deps, (tx, wake) => openQuestion(deps, tx, asked, wake))
  if (open.told?.inTime || !deps.wakeups) return open.told
  // Subscribe first, then look, then wait.
  const waiting = arrivalOf(deps, open.id)
  try {
    const early = await transact(deps, (tx) => read(tx, asked, open.id))
    if (early?.inTime) return early
    await waiting.arrived
  } finally {
    waiting.end()
  }
  return transact(deps, (tx) => read(tx, asked, open.id))
}

interface Opened {
  readonly id: string
  readonly told: Told | null
}

async function openQuestion(deps: Deps, tx: Transaction, asked: Asked, wake: Wake): Promise<Opened> {
  const { nodeId, epoch, about, subject } = asked
  const id = crypto.randomUUID()
  const { question, syncMost } = timesOf(tx)
  const waitMs = deps.wakeups ? question : syncMost + question
  const fresh = { nodeId, kind: about, subject, id, epoch, askedAt: now, expiresAt: nowPlus(waitMs) }
  const [made] = await tx
    .insert(questions)
    .values(fresh)
    .onConflictDoNothing()
    .returning({ id: questions.id })
  if (!made) {
    const [, [standing]] = await inTurn(
      tx.select({ id: questions.id }).from(questions).where(rowOf(asked)).for('no key update'),
      tx.select(standingColumns).from(questions).where(rowOf(asked)),
    )
    if (!standing) throw new Error('a question has vanished')
    const told = toldBy(standing)
    if (standing.shared) return { id: standing.id, told: told && { ...told, inTime: true } }
    if (standing.open && standing.epoch === epoch) return { id: standing.id, told }
    await tx
      .update(questions)
      .set({ id, epoch, askedAt: now, expiresAt: fresh.expiresAt })
      .where(rowOf(asked))
    await post()
    return { id, told }
  }
  await post()
  return { id, told: null }

  async function post(): Promise<void> {
    await writeLetter(tx, nodeId, { kind: 'question', id, about, subject, validMs: waitMs }, wake)
  }
}

const answered = sql`${questions.answeredAt} >= ${questions.askedAt}`

const standingColumns = {
  id: questions.id,
  epoch: questions.epoch,
  answer: questions.answer,
  ageMs: sql<number | null>`extract(epoch from ${now} - ${questions.answeredAt})::float8 * 1000`,
  answered: sql<boolean>`coalesce(${answered}, false)`,
  /** An answer that is young enough for whoever asks now. */
  shared: sql<boolean>`coalesce(${answered} and ${questions.answeredAt} > ${nowPlus(-answerSharedMs)}, false)`,
  open: sql<boolean>`${answered} is not true and ${questions.expiresAt} > ${now}`,
}

const rowOf = ({ nodeId, about, subject }: Asked) =>
  and(eq(questions.nodeId, nodeId), eq(questions.kind, about), eq(questions.subject, subject))

function toldBy(row: { readonly answer: unknown; readonly ageMs: number | null }): Told | null {
  return row.ageMs === null ? null : { answer: row.answer, ageMs: Math.max(0, row.ageMs), inTime: false }
}

/** An answer to this asking, or to a later one, is in time. */
async function read(tx: Transaction, asked: Asked, id: string): Promise<Told | null> {
  const [row] = await tx.select(standingColumns).from(questions).where(rowOf(asked))
  if (!row) return null
  const told = toldBy(row)
  return told && { ...told, inTime: row.answered && row.id === id }
}

/** Replies of the node and start that were asked, to what is asked now; anything else is passed over. */
export async function keepAnswers(
  tx: Transaction,
  nodeId: string,
  epoch: number,
  answers: readonly QuestionAnswer[],
  wake: Wake,
): Promise<void> {
  for (const { id, about, answer } of answers) {
    const kept = await tx
      .update(questions)
      .set({ answer: answer ?? null, answeredAt: now })
      .where(
        and(
          eq(questions.id, id),
          eq(questions.nodeId, nodeId),
          eq(questions.epoch, epoch),
          eq(questions.kind, about),
          sql`${questions.expiresAt} > ${now}`,
          sql`${answered} is not true`,
        ),
      )
      .returning({ id: questions.id })
    if (kept.length > 0) wake(topicOf(id))
  }
}

const topicOf = (id: string) => `question:${id}`

function arrivalOf(deps: Deps, id: string): { readonly arrived: Promise<void>; end(): void } {
  let end = () => {}
  const arrived = new Promise<void>((wake) => {
    const unsubscribe = deps.wakeups?.subscribe([topicOf(id)], wake)
    const timer = setTimeout(wake, (deps.times ?? usualTimes).question)
    deps.ending?.addEventListener('abort', () => wake(), { once: true })
    end = () => {
      unsubscribe?.()
      clearTimeout(timer)
    }
  })
  return { arrived, end }
}
