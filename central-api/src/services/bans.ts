/** Bans of players, consoles and nodes: written under the lock of what they are about (docs/locking.md). */
import {
  type Ban,
  type createBan as createEndpoint,
  type listBans as listEndpoint,
  type Output,
  Problem,
} from '@citygate/schema/contract'
import { bans, consoles, directory, nodeEpochs, nodes, players } from '@citygate/schema/tables'
import { and, asc, desc, eq, or, type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { now } from '../db/clock.ts'
import type { Transaction, Tx } from '../db/database.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { audit } from './audit.ts'
import { bumpDirectory } from './directory.ts'
import { endSessions, lockPlayers } from './session-end.ts'

type Wish = z.output<NonNullable<(typeof createEndpoint)['body']>>

/** Neither lifted nor over, by the database's clock. */
const inForce: SQL<boolean> = sql<boolean>`(${bans.liftedAt} is null
  and (${bans.until} is null or ${bans.until} > clock_timestamp()))`

/** @throws Problem `player_not_found`, `console_not_found`, `node_not_found` */
export async function createBan(
  deps: Deps,
  operatorId: string,
  wish: Wish,
): Promise<Output<typeof createEndpoint>> {
  const { kind, subject, reason } = wish
  const until = wish.until === null ? null : new Date(wish.until)
  return transact(deps, async (tx, wake) => {
    const subjects = await lockSubject(tx, wish)
    const [made] = await tx
      .insert(bans)
      .values({ kind, subject, reason, until, createdBy: operatorId, createdAt: now })
      .returning({ ...columns, inForce })
    if (!made) throw new Error('an insert gave no row')
    const ban = shown(made)
    if (kind === 'node' && ban.inForce) await shutOut(tx, subject, wake)
    const ended = ban.inForce ? await endSessions(tx, subjects, words(ban), wake) : []
    const capcomIds = ended.map(({ capcomId }) => capcomId)
    await audit(tx, `operator:${operatorId}`, 'ban', `${kind}:${subject}`, {
      ...{ ban: ban.id, reason, until: ban.until, ended: capcomIds },
    })
    return { ...ban, ended: capcomIds }
  })
}

/** @throws Problem `ban_not_found` */
export async function liftBan(deps: Deps, operatorId: string, banId: string): Promise<Ban> {
  return transact(deps, async (tx) => {
    const own = eq(bans.id, banId)
    await tx.select({ id: bans.id }).from(bans).where(own).for('no key update')
    const [found] = await tx
      .select({ ...columns, inForce })
      .from(bans)
      .where(own)
    if (!found) throw new Problem('ban_not_found')
    if (found.liftedAt !== null) return shown(found)
    const [lifted] = await tx
      .update(bans)
      .set({ liftedAt: now, liftedBy: operatorId })
      .where(own)
      .returning({ ...columns, inForce })
    if (!lifted) throw new Error('a ban has vanished')
    await audit(tx, `operator:${operatorId}`, 'lift-ban', `${found.kind}:${found.subject}`, { ban: banId })
    return shown(lifted)
  })
}

const pageSize = 50

/** Newest first; the cursor is the last ban's id. */
export async function listBans(
  tx: Tx,
  query: z.output<NonNullable<(typeof listEndpoint)['query']>>,
): Promise<Output<typeof listEndpoint>> {
  const { limit = pageSize, cursor, kind, subject } = query
  const found = await tx
    .select({ ...columns, inForce })
    .from(bans)
    .where(
      and(
        kind && eq(bans.kind, kind),
        subject === undefined ? undefined : eq(bans.subject, subject),
        query.inForce === undefined ? undefined : query.inForce === 'true' ? inForce : sql`not ${inForce}`,
        cursor === undefined
          ? undefined
          : sql`(${bans.createdAt}, ${bans.id}) < (select created_at, id from bans where id::text = ${cursor})`,
      ),
    )
    .orderBy(desc(bans.createdAt), desc(bans.id))
    .limit(limit + 1)
  const items = found.slice(0, limit).map(shown)
  return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}

export async function bansOf(tx: Tx, capcomId: string, consoleId: string): Promise<Ban[]> {
  return (await readBans(tx, capcomId, consoleId)).map(shown)
}

/** What keeps a hunter out; read under his lock, which every ban of him takes. */
export function readBans(tx: Tx, capcomId: string, consoleId: string) {
  return tx
    .select({ ...columns, inForce })
    .from(bans)
    .where(
      and(
        or(
          and(eq(bans.kind, 'player'), eq(bans.subject, capcomId)),
          and(eq(bans.kind, 'console'), eq(bans.subject, consoleId)),
        ),
        inForce,
      ),
    )
    .orderBy(asc(bans.createdAt))
}

/** What a player has to know of a ban. */
export interface Barring {
  /** JSON has a text for it. */
  readonly until: Date | string | null
  readonly reason: string
}

/** @throws Problem `player_banned`, whose detail is for the player */
export function requireUnbanned([ban]: readonly Barring[]): void {
  if (!ban) return
  const until = ban.until === null ? null : new Date(ban.until).toISOString()
  throw new Problem('player_banned', words({ until, reason: ban.reason }))
}

/** @throws Problem `node_banned`, whose detail is for its host */
export async function requireNodeUnbanned(tx: Tx, nodeId: string): Promise<void> {
  const [ban] = await tx
    .select({ reason: bans.reason })
    .from(bans)
    .where(and(eq(bans.kind, 'node'), eq(bans.subject, nodeId), inForce))
    .limit(1)
  if (ban) throw new Problem('node_banned', `An operator has banned this node: ${ban.reason}`)
}

/** As the player reads it. */
function words({ until, reason }: Pick<Ban, 'until' | 'reason'>): string {
  return until === null
    ? `You are banned: ${reason}`
    : `You are banned until ${until.slice(0, 10)}: ${reason}`
}

/** Gives the hunters that the ban is about. */
async function lockSubject(tx: Transaction, { kind, subject }: Wish): Promise<string[]> {
  switch (kind) {
    case 'player': {
      await lockPlayers(tx, [subject])
      if ((await tx.$count(players, eq(players.capcomId, subject))) === 0)
        throw new Problem('player_not_found')
      return [subject]
    }
    case 'console': {
      await tx.select({ id: consoles.id }).from(consoles).where(eq(consoles.id, subject)).for('no key update')
      if ((await tx.$count(consoles, eq(consoles.id, subject))) === 0) throw new Problem('console_not_found')
      const own = await tx
        .select({ capcomId: players.capcomId })
        .from(players)
        .where(eq(players.consoleId, subject))
      const capcomIds = own.map(({ capcomId }) => capcomId)
      await lockPlayers(tx, capcomIds)
      return capcomIds
    }
    case 'node': {
      await tx.select({ id: directory.id }).from(directory).for('no key update')
      await tx.select({ id: nodes.id }).from(nodes).where(eq(nodes.id, subject)).for('no key update')
      if ((await tx.$count(nodes, eq(nodes.id, subject))) === 0) throw new Problem('node_not_found')
      return []
    }
  }
}

/** No start of the node is the newest any more: whoever it holds is free, and what it says is refused. */
async function shutOut(tx: Transaction, nodeId: string, wake: Wake): Promise<void> {
  await tx
    .update(nodeEpochs)
    .set({ expiresAt: now })
    .where(and(eq(nodeEpochs.nodeId, nodeId), sql`${nodeEpochs.expiresAt} > clock_timestamp()`))
  await tx
    .update(nodes)
    .set({ newestEpoch: sql`${nodes.newestEpoch} + 1` })
    .where(eq(nodes.id, nodeId))
  await bumpDirectory(tx, wake)
  wake(`node:${nodeId}`)
}

const columns = {
  id: bans.id,
  kind: bans.kind,
  subject: bans.subject,
  reason: bans.reason,
  until: bans.until,
  createdAt: bans.createdAt,
  liftedAt: bans.liftedAt,
}

type Row = Omit<Ban, 'until' | 'createdAt' | 'liftedAt'> & {
  readonly until: Date | null
  readonly createdAt: Date
  readonly liftedAt: Date | null
}

function shown({ until, createdAt, liftedAt, ...ban }: Row): Ban {
  return {
    ...ban,
    until: until?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    liftedAt: liftedAt?.toISOString() ?? null,
  }
}
