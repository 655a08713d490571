/**
 * What a node wrote on its own: each record decided once, in order, under the locks that the same write takes
 * when it is asked for at once (docs/locking.md). A refused record holds up nobody.
 */
import { Change, type JournalAnswer, type JournalPart, Problem, readKnown } from '@citygate/schema/contract'
import { journalRefusals, journals, leases, meta, players } from '@citygate/schema/tables'
import { and, asc, eq, gt, inArray, lte, sql } from 'drizzle-orm'
import { fromBase64, toBase64 } from '../base64.ts'
import { now } from '../db/clock.ts'
import type { Transaction } from '../db/database.ts'
import { inTurn } from '../db/in-turn.ts'
import { failureOf, reasonOf, withoutValues } from '../db/postgres-errors.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { foldName, nameText } from '../name-text.ts'
import type { Person } from './acting.ts'
import { deny, listBetween } from './blacklist.ts'
import { requireNewestEpoch } from './epochs.ts'
import { answerBetween, askBetween, removeOwn } from './friends.ts'
import { among, applySettings, stillOf } from './holds.ts'
import { keepVersion, nextVersion } from './player-history.ts'
import { rows } from './presence.ts'

type Outcome = JournalAnswer['outcomes'][number]

/** A record as central reads it: what it cannot read, it refuses. */
interface Written {
  readonly number: number
  readonly capcomId: string
  readonly fence: number
  readonly login?: string | undefined
  readonly change: Change | null
}

/** @throws Problem `epoch_superseded`, `incarnation_changed`, `busy` */
export async function takeJournal(
  deps: Deps,
  nodeId: string,
  epoch: number,
  part: JournalPart,
): Promise<JournalAnswer> {
  const written = part.records.map(({ change, ...record }) => ({
    ...record,
    change: readKnown(Change, change).data ?? null,
  }))
  return transact(deps, async (tx, wake) => {
    await lockConcerned(tx, written)
    await requireNewestEpoch(tx, nodeId, epoch)
    const journal = await lockJournal(tx, nodeId, part)
    if (!journal) return { stream: part.stream, applied: 0, outcomes: [], ahead: true }
    const fresh = written.filter(({ number }) => number > journal.applied)
    if (fresh.some(({ number }, index) => number !== journal.applied + index + 1)) {
      return { stream: part.stream, applied: journal.applied, outcomes: [], ahead: true }
    }
    const outcomes = await decideAll(deps, tx, nodeId, fresh, wake)
    const applied = fresh.at(-1)?.number ?? journal.applied
    await keepDecisions(tx, part, applied, outcomes)
    const earlier = await readRefusals(tx, part, journal.applied)
    return { stream: part.stream, applied, outcomes: [...earlier, ...outcomes], ahead: false }
  })
}

/** Everybody whom a record concerns, then the leases of those who wrote: ascending, as everybody does. */
async function lockConcerned(tx: Transaction, written: readonly Written[]): Promise<void> {
  const actors = [...new Set(written.map(({ capcomId }) => capcomId))]
  const others = written.flatMap(({ change }) => (change && 'other' in change ? [change.other] : []))
  await inTurn(
    tx
      .select({ id: players.capcomId })
      .from(players)
      .where(among(players.capcomId, [...new Set([...actors, ...others])]))
      .orderBy(asc(players.capcomId))
      .for('no key update'),
    tx
      .select({ id: leases.capcomId })
      .from(leases)
      .where(among(leases.capcomId, actors))
      .orderBy(asc(leases.capcomId))
      .for('no key update'),
  )
}

/**
 * The stream's row comes last in the order. Null when the stream is another node's, or of another database than
 * this one: then nothing of it can be judged here.
 */
async function lockJournal(tx: Transaction, nodeId: string, { stream, incarnation }: JournalPart) {
  const [, , [journal], [central]] = await inTurn(
    tx.insert(journals).values({ stream, nodeId }).onConflictDoNothing({ target: journals.stream }),
    tx
      .select({ stream: journals.stream })
      .from(journals)
      .where(eq(journals.stream, stream))
      .for('no key update'),
    tx.select().from(journals).where(eq(journals.stream, stream)),
    tx.select({ incarnation: meta.incarnation }).from(meta),
  )
  if (!journal) throw new Error('a journal has vanished')
  return journal.nodeId === nodeId && central?.incarnation === incarnation ? journal : null
}

/** In order. Settings of different players that stand together are one statement. */
async function decideAll(
  deps: Deps,
  tx: Transaction,
  nodeId: string,
  fresh: readonly Written[],
  wake: Wake,
): Promise<Outcome[]> {
  if (fresh.length === 0) return []
  const held = await heldFences(tx, nodeId, fresh)
  const outcomes: Outcome[] = []
  let settings: { capcomId: string; fence: number; settings: string }[] = []
  const flush = async () => {
    await applySettings(tx, nodeId, settings)
    settings = []
  }
  for (const { number, capcomId, change } of fresh) {
    const fence = held.get(number)
    if (fence === undefined) {
      outcomes.push(refusal(number, new Problem('fence_lost')))
    } else if (change === null) {
      const detail = 'This release of the central API does not know such a record.'
      outcomes.push(refusal(number, new Problem('bad_request', detail)))
    } else if (change.kind === 'settings') {
      if (settings.some((one) => one.capcomId === capcomId)) await flush()
      settings.push({ capcomId, fence, settings: change.settings })
      outcomes.push({ number, refused: null })
    } else {
      await flush()
      outcomes.push(await decide(deps, tx, nodeId, { number, capcomId, change }, wake))
    }
  }
  await flush()
  return outcomes
}

/**
 * Of each record whose player is still this node's: the fence of his lease. Under the locks of the leases, which records do
 * not change. A log-in without central writes under the fence of the node's copy, also where central has claimed or adopted
 * him for this very log-in and nobody has heard of it: one fence higher, and nobody between (decision 0134).
 */
async function heldFences(
  tx: Transaction,
  nodeId: string,
  fresh: readonly Written[],
): Promise<ReadonlyMap<number, number>> {
  const given = fresh.map(({ number, capcomId, fence, login }) => [number, capcomId, fence, login ?? null])
  const held = await tx.execute<{ number: number; fence: number }>(sql`
    select r.number, l.fence::float8 as fence from (select * from ${rows(given, writtenColumns)}) r
    join ${leases} l on l.capcom_id = r.capcom_id and ${stillOf(nodeId)}
      and (l.fence = r.fence or (l.login = r.login and l.fence = r.fence + 1))`)
  return new Map(held.map(({ number, fence }) => [number, fence]))
}

const writtenColumns = [
  ['number', 'integer'],
  ['capcom_id', 'text'],
  ['fence', 'bigint'],
  ['login', 'uuid'],
] as const

/** In a savepoint of its own: what fails of one record leaves nothing, and the others go on. */
async function decide(
  deps: Deps,
  tx: Transaction,
  nodeId: string,
  record: { readonly number: number; readonly capcomId: string; readonly change: Change },
  wake: Wake,
): Promise<Outcome> {
  const { number, capcomId, change } = record
  try {
    const result = await tx.transaction((own) => act(own, nodeId, capcomId, change, wake))
    return { number, refused: null, ...(result === undefined ? {} : { result }) }
  } catch (error) {
    if (error instanceof Problem) return refusal(number, error)
    if (failureOf(error) !== 'other') throw error
    deps.log.error(
      { err: withoutValues(error), nodeId, number, kind: change.kind },
      'a record of a journal failed',
    )
    return refusal(number, new Problem('internal', reasonOf(error)))
  }
}

async function act(
  tx: Transaction,
  nodeId: string,
  capcomId: string,
  change: Change,
  wake: Wake,
): Promise<unknown> {
  switch (change.kind) {
    case 'settings':
      throw new Error('settings are written together')
    case 'name':
      return rename(tx, nodeId, capcomId, fromBase64(change.name))
    case 'denies-requests':
      return deny(tx, capcomId, change.denies)
    case 'delete-friend':
      return removeOwn(tx, capcomId, change.other)
    case 'ask-friend': {
      const both = await readBoth(tx, capcomId, change.other)
      return askBetween(tx, { nodeId, ...both }, change.message, wake)
    }
    case 'answer-friend': {
      const both = await readBoth(tx, capcomId, change.other)
      return answerBetween(tx, { nodeId, ...both }, change.accepted, wake)
    }
    case 'blacklist': {
      const { actor, other } = await readBoth(tx, capcomId, change.other)
      return listBetween(tx, actor, other, change.listed, wake)
    }
  }
}

async function readBoth(tx: Transaction, capcomId: string, otherId: string) {
  if (capcomId === otherId) throw new Problem('bad_request', 'Both are the same hunter.')
  const people: Person[] = await tx
    .select({ capcomId: players.capcomId, name: players.name, deniesRequests: players.deniesRequests })
    .from(players)
    .where(inArray(players.capcomId, [capcomId, otherId]))
  const actor = people.find((person) => person.capcomId === capcomId)
  const other = people.find((person) => person.capcomId === otherId)
  if (!actor || !other) throw new Problem('player_not_found')
  return { actor, other }
}

async function rename(tx: Transaction, nodeId: string, capcomId: string, name: Uint8Array): Promise<void> {
  const [before] = await tx
    .select({
      name: players.name,
      media: sql<string>`(select media_version from consoles c where c.id = ${players.consoleId})`,
    })
    .from(players)
    .where(eq(players.capcomId, capcomId))
  if (!before) throw new Problem('player_not_found')
  if (toBase64(before.name) === toBase64(name)) return
  const text = nameText(name, before.media)
  await tx
    .update(players)
    .set({ name, nameText: text, nameFolded: foldName(text), version: nextVersion })
    .where(eq(players.capcomId, capcomId))
  await keepVersion(tx, capcomId, `node:${nodeId}`, 'name')
}

async function keepDecisions(
  tx: Transaction,
  { stream, seen }: JournalPart,
  applied: number,
  outcomes: readonly Outcome[],
): Promise<void> {
  const refused = outcomes.flatMap(({ number, refused }) => (refused ? [{ stream, number, ...refused }] : []))
  if (refused.length > 0) await tx.insert(journalRefusals).values(refused)
  await inTurn(
    tx
      .delete(journalRefusals)
      .where(and(eq(journalRefusals.stream, stream), lte(journalRefusals.number, seen))),
    tx.update(journals).set({ applied, changedAt: now }).where(eq(journals.stream, stream)),
  )
}

/** Of earlier calls whose answer may never have arrived. */
async function readRefusals(
  tx: Transaction,
  { stream, seen }: JournalPart,
  upTo: number,
): Promise<Outcome[]> {
  const found = await tx
    .select()
    .from(journalRefusals)
    .where(
      and(
        eq(journalRefusals.stream, stream),
        gt(journalRefusals.number, seen),
        lte(journalRefusals.number, upTo),
      ),
    )
    .orderBy(asc(journalRefusals.number))
  return found.map(({ number, code, detail }) => ({ number, refused: { code, detail } }))
}

const refusal = (number: number, { code, message }: Problem): Outcome => ({
  number,
  refused: { code, detail: message },
})
