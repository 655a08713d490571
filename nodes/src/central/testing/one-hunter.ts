/** A node with one hunter, and a central in the test's hands that may be away: what it says, and what it is asked. */
import {
  adoptSession,
  armSession,
  armTicket,
  chooseHunter,
  claimSession,
  type Endpoint,
  identifyConsole,
  issueTicket,
  Problem,
  readTicket,
  registerNode,
  tellPlayer,
  writeSettings,
} from '@citygate/schema/contract'
import { silentLog } from '../../log.ts'
import { memoryFiles } from '../journal/testing/memory-files.ts'
import { CentralUnreachable, type Hold } from '../link.ts'
import { openLink } from '../open-link.ts'
import { manualClock } from './manual-clock.ts'
import { emptyDirectory, type PendingSync, scriptedCentral, turn } from './scripted-central.ts'

export const uuid = '0b9b5d2e-6a1f-4c6e-8a77-0c8c1f0f3a11'
const address = { host: '127.0.0.1', port: 8202 }
const valor = { id: 1, name: 'Valor1', type: 'open' as const, gates: 40, cities: 40, capacity: 2000 }
export const capcomId = 'AAAAAA'
const slot = { slot: 1, capcomId, name: 'QQ==' }

export const message = { info: new Uint8Array(), text: new Uint8Array(1) }
export const settings = (byte: number) => new Uint8Array(256).fill(byte)

interface Asked {
  readonly endpoint: string
  readonly body: { readonly fence?: number; readonly name?: string | null; readonly login?: string }
}

/** A node with one hunter who was here; `fence` rises with each claim and adoption. */
export async function node() {
  const clock = manualClock()
  const asked: Asked[] = []
  const central = {
    isDown: false,
    fence: 0,
    /** The next claim is done, and then central is down before it has answered. */
    losesClaim: false,
    adoption: Promise.resolve() as Promise<unknown>,
    arming: Promise.resolve() as Promise<unknown>,
  }

  async function others(endpoint: Endpoint, input: unknown): Promise<unknown> {
    if (central.isDown) throw new CentralUnreachable(endpoint.name)
    const { body } = input as { body: Asked['body'] }
    asked.push({ endpoint: endpoint.name, body })
    switch (endpoint.name) {
      case registerNode.name:
        return {
          ...{ nodeId: uuid, epoch: 1, incarnation: uuid, leaseMs: 60_000 },
          ...{ servers: [valor], directory: emptyDirectory },
        }
      case identifyConsole.name:
        return { consoleId: uuid, supportCode: 'ARIA', created: false, slots: [slot] }
      case issueTicket.name:
        return { login: uuid }
      case readTicket.name:
        return { login: uuid, consoleId: uuid, capcomId: null, slots: [slot] }
      case chooseHunter.name:
        return { ...slot, created: false }
      case armTicket.name:
        return { serverId: 1, address }
      case armSession.name:
        await central.arming
        return { serverId: 1, address }
      case claimSession.name:
        if (central.losesClaim) {
          central.isDown = true
          central.fence++
          throw new CentralUnreachable(endpoint.name)
        }
        return { capcomId, name: slot.name, fence: ++central.fence, serverId: 1, settings: null }
      case adoptSession.name:
        await central.adoption
        return { fence: ++central.fence }
      // What acts for a hunter is refused under any fence but the one that central gave last.
      case tellPlayer.name:
        if (body.fence !== central.fence) throw new Problem('fence_lost')
        return { outcome: 'sent' }
      case writeSettings.name:
        if (body.fence !== central.fence) throw new Problem('fence_lost')
        return {}
      default:
        throw new CentralUnreachable(endpoint.name)
    }
  }

  const { call, syncs } = scriptedCentral(others)
  const link = await openLink({
    ...{ call, clock, log: silentLog, folder: '/node', files: memoryFiles(), random: () => 0 },
    registration: {
      ...{ name: 'attic', roles: ['entry', 'world'], software: 'test', servers: 'default' },
      ...{ opn: address, lmp: address, fmp: address, rfp: null },
    },
  })
  const lost: (string | undefined)[] = []
  link.world.onLost((_, words) => lost.push(words))

  /** Time passes, half a minute at most, until there is what is waited for. */
  async function until<T>(look: () => T | undefined): Promise<T> {
    for (let tries = 0; tries < 300; tries++) {
      const found = look()
      if (found !== undefined) return found
      clock.advance(100)
      await turn()
    }
    throw new Error('it did not come')
  }

  /** The newest sync that says what is waited for. */
  const sync = (isWanted: (sync: PendingSync) => boolean) => until(() => syncs.findLast(isWanted))

  async function logIn(): Promise<Hold> {
    const { entry, world } = link
    const { consoleId } = await entry.identifyConsole('ARIA', '1001301045')
    const first = await entry.issueTicket(null, consoleId, null)
    const { login } = await entry.readTicket(first.ticket)
    await entry.chooseHunter(consoleId, 1, null, false, login)
    const { ticket } = await entry.issueTicket(login, consoleId, capcomId)
    await entry.armTicket(ticket, 1)
    return world.claim(ticket)
  }

  /** Central comes back, and this is its first answer. */
  async function comesBack(over: Parameters<PendingSync['answer']>[0] = {}): Promise<PendingSync> {
    central.isDown = false
    const before = syncs.length
    clock.advance(15_000)
    await turn()
    const next = syncs.findLast((_, index) => index >= before) ?? syncs.at(-1)
    if (!next) throw new Error('no sync')
    await next.answer(over)
    return next
  }

  await syncs[0]?.answer()
  return { clock, central, asked, link, lost, syncs, sync, until, logIn, comesBack }
}

/** The same, with its hunter let in while central is away. */
export async function guestHouse() {
  const all = await node()
  const { central, link, logIn, syncs, sync, clock } = all
  const before = await logIn()
  link.world.release(before, 'left')
  await (await sync(({ body }) => body.releases.length > 0)).answer()
  clock.advance(1000)
  central.isDown = true
  const guest = await logIn()
  for (const one of syncs.slice(-2)) await one.fail(new CentralUnreachable('down'))
  return { ...all, before, guest }
}

export const askedOf = (asked: readonly Asked[], endpoint: Endpoint) =>
  asked.filter((one) => one.endpoint === endpoint.name)

export const recordsOf = ({ body }: PendingSync) => body.journal?.records ?? []

export function decidedUpTo(sync: PendingSync) {
  const applied = recordsOf(sync).at(-1)?.number ?? 0
  return { journal: { stream: sync.body.journal?.stream ?? uuid, applied, outcomes: [], ahead: false } }
}

/** Whether it is over without anything more from central. */
export async function isSettled(work: Promise<unknown>): Promise<boolean> {
  let settled = false
  const settle = () => {
    settled = true
  }
  work.then(settle, settle)
  for (let turns = 0; turns < 10; turns++) await turn()
  return settled
}
