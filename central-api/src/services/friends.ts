/** Friends and friend requests, decided under the locks of both players. */
import {
  type Acquaintance,
  type answerFriend as answerEndpoint,
  type askFriend as askEndpoint,
  type FriendRequest,
  friendsAtMost,
  type Message,
  type Output,
  Problem,
  requestsAtMost,
} from '@citygate/schema/contract'
import { blacklist, friendRequests, friends } from '@citygate/schema/tables'
import { and, eq, or, sql } from 'drizzle-orm'
import { fromBase64, toBase64 } from '../base64.ts'
import type { Transaction } from '../db/database.ts'
import { transact, type Wake } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type Acting, actBetween, holderOf, type Person } from './acting.ts'
import { writeLetter } from './mail.ts'

/** Two whose rows are locked, and the node that acts for the first. */
export interface Between {
  readonly nodeId: string
  readonly actor: Person
  readonly other: Person
}

/** @throws Problem `friend_refused`, `friend_list_full`, and those of acting between two */
export async function ask(
  deps: Deps,
  acting: Acting,
  asked: string,
  message: Message,
): Promise<Output<typeof askEndpoint>> {
  return transact(deps, async (tx, wake) => {
    const both = await actBetween(tx, acting, asked)
    return askBetween(tx, { ...both, nodeId: acting.nodeId }, message, wake)
  })
}

/** @throws Problem `friend_refused`, `friend_list_full`, before anything is written */
export async function askBetween(
  tx: Transaction,
  { nodeId: caller, actor, other }: Between,
  message: Message,
  wake: Wake,
): Promise<Output<typeof askEndpoint>> {
  const between = await relation(tx, actor, other)
  if (between.blocked || other.deniesRequests) throw new Problem('friend_refused')
  if (between.friends === 2) return { outcome: 'already-friends', request: null }
  requireRoom(between)
  if (between.waiting >= requestsAtMost) {
    throw new Problem('friend_refused', 'Too many requests wait for an answer of this hunter.')
  }
  const asked = other.capcomId
  const request = await keep(tx, actor, asked, message)
  const nodeId = await holderOf(tx, asked)
  // The caller shows it to players of its own.
  if (nodeId !== null && nodeId !== caller) {
    await writeLetter(tx, nodeId, { kind: 'friend-request', to: asked, request }, wake)
  }
  return { outcome: 'asked', request }
}

/** A new row with a number of its own, also for who asks again. */
async function keep(tx: Transaction, asker: Person, asked: string, message: Message): Promise<FriendRequest> {
  await tx
    .delete(friendRequests)
    .where(and(eq(friendRequests.asked, asked), eq(friendRequests.asker, asker.capcomId)))
  const [kept] = await tx
    .insert(friendRequests)
    .values({
      asked,
      asker: asker.capcomId,
      info: fromBase64(message.info),
      text: fromBase64(message.text),
    })
    .returning({ number: friendRequests.number })
  if (!kept) throw new Error('a friend request was not kept')
  return { number: kept.number, from: shown(asker), message }
}

/**
 * Asked again after the friendship was made, it is one: the first answer may have been lost.
 *
 * @throws Problem `request_not_found`, `friend_list_full`, and those of acting between two
 */
export async function answer(
  deps: Deps,
  acting: Acting,
  asker: string,
  accepted: boolean,
): Promise<Output<typeof answerEndpoint>> {
  return transact(deps, async (tx, wake) => {
    const both = await actBetween(tx, acting, asker)
    return answerBetween(tx, { ...both, nodeId: acting.nodeId }, accepted, wake)
  })
}

/** @throws Problem `request_not_found`, `friend_list_full`, before anything is written */
export async function answerBetween(
  tx: Transaction,
  { nodeId: caller, actor, other }: Between,
  accepted: boolean,
  wake: Wake,
): Promise<Output<typeof answerEndpoint>> {
  const between = await relation(tx, actor, other)
  if (!accepted) {
    await endRequests(tx, actor, other)
    return { friend: null, made: false }
  }
  if (between.friends === 2) {
    await endRequests(tx, actor, other)
    return { friend: shown(other), made: false }
  }
  if (!between.requested) throw new Problem('request_not_found')
  requireRoom(between)
  await endRequests(tx, actor, other)
  await tx
    .insert(friends)
    .values([
      { owner: actor.capcomId, friend: other.capcomId },
      { owner: other.capcomId, friend: actor.capcomId },
    ])
    .onConflictDoNothing()
  const asker = other.capcomId
  const nodeId = await holderOf(tx, asker)
  if (nodeId !== null && nodeId !== caller) {
    await writeLetter(tx, nodeId, { kind: 'friend-answer', to: asker, by: shown(actor) }, wake)
  }
  return { friend: shown(other), made: true }
}

/** One-sided. Takes back nothing that waits. */
export async function remove(deps: Deps, acting: Acting, friend: string): Promise<void> {
  await transact(deps, async (tx) => {
    await actBetween(tx, acting, friend).catch(nobodyToDelete)
    await removeOwn(tx, acting.capcomId, friend)
  })
}

export async function removeOwn(tx: Transaction, owner: string, friend: string): Promise<void> {
  await tx.delete(friends).where(and(eq(friends.owner, owner), eq(friends.friend, friend)))
}

/** Who does not exist is nobody's friend. */
function nobodyToDelete(error: unknown): void {
  if (!(error instanceof Problem) || error.code !== 'player_not_found') throw error
}

/** Ends what is between two who shall not be friends, on both sides. True when they were. */
export async function part(tx: Transaction, one: Person, other: Person): Promise<boolean> {
  await endRequests(tx, one, other)
  const ended = await tx
    .delete(friends)
    .where(
      or(
        and(eq(friends.owner, one.capcomId), eq(friends.friend, other.capcomId)),
        and(eq(friends.owner, other.capcomId), eq(friends.friend, one.capcomId)),
      ),
    )
    .returning({ owner: friends.owner })
  return ended.length > 0
}

/** Requests of both directions. */
async function endRequests(tx: Transaction, one: Person, other: Person): Promise<void> {
  await tx
    .delete(friendRequests)
    .where(
      or(
        and(eq(friendRequests.asked, one.capcomId), eq(friendRequests.asker, other.capcomId)),
        and(eq(friendRequests.asked, other.capcomId), eq(friendRequests.asker, one.capcomId)),
      ),
    )
}

interface Relation {
  /** One of the two blocks the other. */
  readonly blocked: boolean
  /** Rows of their friendship: 0, 1 or 2. */
  readonly friends: number
  /** The other has asked the actor. */
  readonly requested: boolean
  /** Whether a new friendship would be too much for one of the two. */
  readonly full: boolean
  /** Requests that wait for the other's answer, without the actor's own. */
  readonly waiting: number
}

async function relation(tx: Transaction, actor: Person, other: Person): Promise<Relation> {
  const [a, b] = [actor.capcomId, other.capcomId]
  const between = sql`in ((${a}::text, ${b}::text), (${b}::text, ${a}::text))`
  const many = (owner: string, friend: string) => sql`(select count(*) from ${friends}
    where owner = ${owner} and friend <> ${friend}) >= ${friendsAtMost}`
  const [found] = await tx.execute<{ [K in keyof Relation]: Relation[K] }>(sql`select
    exists (select from ${blacklist} where (owner, blocked) ${between}) as blocked,
    (select count(*)::int from ${friends} where (owner, friend) ${between}) as friends,
    exists (select from ${friendRequests} where asked = ${a} and asker = ${b}) as requested,
    ${many(a, b)} or ${many(b, a)} as full,
    (select count(*)::int from ${friendRequests} where asked = ${b} and asker <> ${a}) as waiting`)
  if (!found) throw new Error('a select without a row')
  return found
}

function requireRoom({ full }: Relation): void {
  if (full) throw new Problem('friend_list_full')
}

const shown = ({ capcomId, name }: Person): Acquaintance => ({ capcomId, name: toBase64(name) })
