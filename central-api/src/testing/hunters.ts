/** The steps of a log-in, as an entry node takes them for a console. */
import {
  armTicket,
  chooseHunter,
  claimSession,
  type Input,
  identifyConsole,
  issueTicket,
  type syncNode,
} from '@citygate/schema/contract'
import { toBase64 } from '../base64.ts'
import { sha256 } from '../hash.ts'
import type { TestCentral, TestNode } from './central.ts'

export const media = '1001301045'
export const bytes = (text: string) => toBase64(new TextEncoder().encode(text))

/** A console and its hunter in slot 1. */
export async function newHunter(central: TestCentral, entry: TestNode, name = 'Hunter') {
  const { consoleId, supportCode } = await central.call(
    identifyConsole,
    { body: { supportCode: null, mediaVersion: media } },
    entry.key,
  )
  const { capcomId } = await central.call(
    chooseHunter,
    { params: { consoleId, slot: '1' }, body: { name: bytes(name), create: true } },
    entry.key,
  )
  return { consoleId, supportCode, capcomId }
}

export type Hunter = Awaited<ReturnType<typeof newHunter>>

export async function newTicket(
  central: TestCentral,
  entry: TestNode,
  hunter: { readonly consoleId: string; readonly capcomId: string | null },
  login: string | null = null,
) {
  const ticketHash = await sha256(crypto.randomUUID())
  const { consoleId, capcomId } = hunter
  const issued = await central.call(
    issueTicket,
    { body: { ticketHash, login, consoleId, capcomId } },
    entry.key,
  )
  return { ticketHash, login: issued.login }
}

/** Up to the claim on one of the node's game servers. */
export async function logIn(
  central: TestCentral,
  entry: TestNode,
  world: TestNode,
  hunter: Hunter,
  serverId = world.registration.servers[0]?.id ?? 0,
) {
  const { ticketHash, login } = await newTicket(central, entry, hunter)
  await central.call(armTicket, { body: { ticketHash, serverId } }, entry.key)
  const held = await central.call(claimSession, { body: { ticketHash, epoch: world.epoch } }, world.key)
  return { ...held, ticketHash, login }
}

type SyncBody = Input<typeof syncNode>['body']

/** A sync that says nothing and is answered at once, but for `changes`. */
export function syncBody(epoch: number, number: number, changes: Partial<SyncBody> = {}): SyncBody {
  return {
    ...{ epoch, number, holdMs: 0, draining: false, releases: [], settings: [], mailSeen: 0 },
    presence: { generation: null, full: true, set: [], gone: [] },
    directoryVersion: 0,
    ...changes,
  }
}
