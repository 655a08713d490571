/** Hunters who are held by a node, and what they do with each other. */
import {
  answerFriend,
  askFriend,
  deleteFriend,
  readAcquaintances,
  setBlacklisted,
  setDeniesRequests,
  syncNode,
  tellPlayer,
} from '@citygate/schema/contract'
import type { TestCentral, TestNode } from './central.ts'
import { bytes, type Hunter, logIn, newHunter, syncBody } from './hunters.ts'

export const please = { info: bytes(''), text: bytes('please') }

/** A hunter in the hands of a node. */
export interface Held {
  readonly capcomId: string
  readonly hunter: Hunter
  acquaintances(): ReturnType<typeof readAll>
  ask(other: Held, message?: typeof please): Promise<{ outcome: string; request: { number: number } | null }>
  answer(other: Held, accepted: boolean): Promise<{ friend: object | null; made: boolean }>
  delete(other: Held): Promise<object>
  block(other: Held, listed?: boolean): Promise<object>
  deny(denies: boolean): Promise<object>
  tell(other: Held, text?: string): Promise<{ outcome: string }>
}

async function readAll(central: TestCentral, world: TestNode, capcomId: string, fence: number) {
  const body = { epoch: world.epoch, fence }
  return central.call(readAcquaintances, { params: { capcomId }, body }, world.key)
}

/** One who logs in with `entry` and plays on `world`. */
export async function player(
  central: TestCentral,
  entry: TestNode,
  world: TestNode,
  name = 'Hunter',
): Promise<Held> {
  const hunter = await newHunter(central, entry, name)
  const { capcomId, fence } = await logIn(central, entry, world, hunter)
  return held(central, world, hunter, capcomId, fence)
}

/** The same hunter under another fence. */
export function held(
  central: TestCentral,
  world: TestNode,
  hunter: Hunter,
  capcomId: string,
  fence: number,
): Held {
  const holds = { epoch: world.epoch, fence }
  const between = (other: Held) => ({ capcomId, other: other.capcomId })
  const { key } = world
  return {
    capcomId,
    hunter,
    acquaintances: () => readAll(central, world, capcomId, fence),
    ask: (other, message = please) =>
      central.call(askFriend, { params: between(other), body: { ...holds, message } }, key),
    answer: (other, accepted) =>
      central.call(answerFriend, { params: between(other), body: { ...holds, accepted } }, key),
    delete: (other) => central.call(deleteFriend, { params: between(other), body: holds }, key),
    block: (other, listed = true) =>
      central.call(setBlacklisted, { params: between(other), body: { ...holds, listed } }, key),
    deny: (denies) =>
      central.call(setDeniesRequests, { params: { capcomId }, body: { ...holds, denies } }, key),
    tell: (other, text = 'hello') => {
      const message = { info: bytes(''), text: bytes(text) }
      return central.call(tellPlayer, { params: between(other), body: { ...holds, message } }, key)
    },
  }
}

/** Befriends two; the first has asked. */
export async function befriend(one: Held, other: Held): Promise<void> {
  await one.ask(other)
  await other.answer(one, true)
}

/** What the node's next sync brings: letters that it has not acknowledged. */
export function mailOf(central: TestCentral, world: TestNode) {
  let number = 0
  let mailSeen = 0
  return async () => {
    number += 1
    const { mail } = await central.call(
      syncNode,
      { body: syncBody(world.epoch, number, { mailSeen }) },
      world.key,
    )
    mailSeen = mail.at(-1)?.number ?? mailSeen
    return mail
  }
}
