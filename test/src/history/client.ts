/**
 * A node that does at random what nodes do, in a process of its own, so that it can be stopped, cut off and killed.
 * What it asks and what it is answered goes into a file, line by line, before and after each call. Started with one
 * argument: its orders in JSON.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { createCentral } from '@citygate/nodes/central'
import {
  armTicket,
  claimSession,
  type Endpoint,
  getPlayer,
  getPlayerRecord,
  type Input,
  issueTicket,
  type JournalAnswer,
  type JournalRecord,
  type Output,
  Problem,
  readAcquaintances,
  registerNode,
  syncNode,
} from '@citygate/schema/contract'
import { between, oneOf, seeded } from '../bots/random.ts'
import type { Outcome } from './history.ts'
import { type ClientOrders, type Line, numberOf, settingsWith, sha256 } from './orders.ts'

const orders = JSON.parse(process.argv[2] ?? '') as ClientOrders
const { client, nodeId, hunters, file } = orders
const random = seeded(orders.seed)
const own = createCentral({ url: orders.url, fetch, key: orders.key })
const operator = createCentral({ url: orders.url, fetch, key: orders.operatorKey })

/** Fences that this node was ever given, the newest last: it writes under old ones too. */
const fences = new Map<string, number[]>()
/** What it believes to hold now. */
const held = new Map<string, number>()
const serverNodes = new Map(orders.servers.map(({ serverId, nodeId: carrier }) => [serverId, carrier]))
const serverId = orders.servers.find(({ nodeId: carrier }) => carrier === nodeId)?.serverId ?? 0
let epoch = 0
let syncs = 0
let mailSeen = 0
let incarnation = ''
/** Of this start: records of its journal that wait for central's word. */
const stream = crypto.randomUUID()
const waiting: { readonly record: JournalRecord; readonly told: (outcome: Outcome) => void }[] = []
let lastRecord = 0
let recordsSeen = 0
let calls = 0
let values = orders.firstValue
/** Syncs go out one after the other. */
let syncing: Promise<unknown> = Promise.resolve()

for (const line of knownLines()) {
  if (line.outcome?.is !== 'done' || line.outcome.answer.kind !== 'claimed') continue
  remember(line.key, line.outcome.answer.fence)
}

await register()
process.send?.('ready')
await Promise.all(Array.from({ length: orders.actors }, () => act()))
process.exit(0)

async function act(): Promise<void> {
  for (let done = 0; done < orders.operations && process.connected; done++) {
    await one()
    await new Promise((again) => setTimeout(again, orders.pauseMs * random() * 2))
  }
}

async function one(): Promise<void> {
  const hunter = oneOf(random, hunters)
  const { capcomId } = hunter
  const dice = between(random, 1, 100)
  const fence = oneOf(random, fences.get(capcomId)?.slice(-2) ?? [0])
  if (dice <= 15 || fence === 0) await claim(hunter)
  else if (dice <= 35) await inTurn(() => write(capcomId, fence))
  else if (dice <= 50) await inTurn(() => journal(capcomId, fence))
  else if (dice <= 60) await use(capcomId, fence)
  else if (dice <= 66) await inTurn(() => release(capcomId, fence))
  else if (dice <= 80) await read(capcomId)
  else if (dice <= 92) await see(capcomId)
  else await inTurn(() => renew())
}

function inTurn(work: () => Promise<void>): Promise<void> {
  const mine = syncing.then(work)
  syncing = mine.catch(() => {})
  return mine
}

async function register(): Promise<void> {
  for (;;) {
    const told = tell(nodeId, { kind: 'register' })
    const at = { host: '127.0.0.1', port: 8200 }
    const outcome = await ask(registerNode, {
      body: {
        ...{ name: client, roles: ['entry', 'world'], software: 'test' },
        ...{ opn: at, lmp: at, fmp: at, rfp: at },
        servers: [{ id: serverId, name: client, type: 'open' }],
      },
    })
    if ('output' in outcome) {
      ;({ epoch, incarnation } = outcome.output)
      syncs = 0
      held.clear()
      told({ is: 'done', answer: { kind: 'registered', epoch } })
      return
    }
    told(outcome.failed)
    if (!process.connected) process.exit(0)
    await new Promise((again) => setTimeout(again, 100))
  }
}

async function claim({ capcomId, consoleId }: ClientOrders['hunters'][number]): Promise<void> {
  const ticketHash = sha256(crypto.randomUUID())
  const issued = await ask(issueTicket, { body: { ticketHash, login: null, consoleId, capcomId } })
  if (!('output' in issued)) return
  const armed = await ask(armTicket, { body: { ticketHash, serverId } })
  if (!('output' in armed)) return
  const by = epoch
  const attempt = crypto.randomUUID()
  const told = tell(capcomId, { kind: 'claim', node: nodeId, epoch: by, attempt })
  const outcome = await ask(claimSession, { body: { ticketHash, epoch: by, attempt } })
  if (!('output' in outcome)) return void told(outcome.failed)
  const { fence, settings } = outcome.output
  told({ is: 'done', answer: { kind: 'claimed', fence, value: numberOf(settings) } })
  remember(capcomId, fence)
  if (by === epoch) held.set(capcomId, fence)
}

async function write(capcomId: string, fence: number): Promise<void> {
  const value = ++values
  const told = tell(capcomId, { kind: 'write', node: nodeId, epoch, fence, value })
  const settings = [{ capcomId, fence, settings: settingsWith(value) }]
  told(await sync({ settings }, { capcomId, fence }))
}

/** The same through the journal: it is brought again with every sync until central has decided. */
async function journal(capcomId: string, fence: number): Promise<void> {
  const value = ++values
  const told = tell(capcomId, { kind: 'write', node: nodeId, epoch, fence, value })
  const change = { kind: 'settings', settings: settingsWith(value) }
  waiting.push({ record: { number: ++lastRecord, capcomId, fence, change }, told })
  await sync({}, null)
}

function decided({ applied, outcomes }: JournalAnswer): void {
  for (const { number, refused } of outcomes) {
    const one = waiting.find(({ record }) => record.number === number)
    one?.told(refused ? { is: 'refused', code: refused.code } : { is: 'done', answer: { kind: 'done' } })
    if (one) waiting.splice(waiting.indexOf(one), 1)
    recordsSeen = Math.max(recordsSeen, number)
  }
  // Decided by a call whose answer was lost: what was refused would have been told again.
  for (const one of waiting.filter(({ record }) => record.number <= applied)) {
    one.told({ is: 'done', answer: { kind: 'done' } })
    waiting.splice(waiting.indexOf(one), 1)
  }
}

async function release(capcomId: string, fence: number): Promise<void> {
  const told = tell(capcomId, { kind: 'release', node: nodeId, epoch, fence })
  if (held.get(capcomId) === fence) held.delete(capcomId)
  told(await sync({ releases: [{ capcomId, fence, reason: 'travelling' }] }, { capcomId, fence }))
}

async function renew(): Promise<void> {
  await sync({}, null)
}

/** The outcome for one hold of what the call carries. */
async function sync(
  carried: Partial<Input<typeof syncNode>['body']>,
  hold: { readonly capcomId: string; readonly fence: number } | null,
): Promise<Outcome> {
  const by = epoch
  const told = tell(nodeId, { kind: 'renew', epoch: by })
  const set = [...held].map(([one, fence]) => ({
    ...{ capcomId: one, fence, serverId, gate: 1, city: null, inQuest: false, leader: false },
  }))
  const outcome = await ask(syncNode, {
    body: {
      ...{ epoch: by, number: ++syncs, holdMs: 0, draining: false, releases: [], settings: [] },
      ...{ mailSeen, directoryVersion: 0, ...carried },
      presence: { generation: null, full: true, set, gone: [] },
      journal:
        waiting.length > 0
          ? {
              stream,
              incarnation,
              seen: recordsSeen,
              records: waiting.map(({ record }) => record).slice(0, 200),
            }
          : null,
    },
  })
  if (!('output' in outcome)) {
    told(outcome.failed)
    const code = outcome.failed.is === 'refused' ? outcome.failed.code : ''
    if (by === epoch && (code === 'epoch_superseded' || code === 'incarnation_changed')) await register()
    return outcome.failed
  }
  told({ is: 'done', answer: { kind: 'done' } })
  const { refused, mail, journal: answer } = outcome.output
  if (answer) decided(answer)
  mailSeen = Math.max(mailSeen, ...mail.map(({ number }) => number))
  for (const lost of refused) if (held.get(lost.capcomId) === lost.fence) held.delete(lost.capcomId)
  const isRefused = refused.some((one) => one.capcomId === hold?.capcomId && one.fence === hold.fence)
  return isRefused ? { is: 'refused', code: 'fence_lost' } : { is: 'done', answer: { kind: 'done' } }
}

async function use(capcomId: string, fence: number): Promise<void> {
  const by = epoch
  const told = tell(capcomId, { kind: 'use', node: nodeId, epoch: by, fence })
  const outcome = await ask(readAcquaintances, { params: { capcomId }, body: { epoch: by, fence } })
  told('output' in outcome ? { is: 'done', answer: { kind: 'done' } } : outcome.failed)
}

async function read(capcomId: string): Promise<void> {
  const told = tell(capcomId, { kind: 'read' })
  const outcome = await ask(getPlayerRecord, { params: { capcomId } }, operator.call)
  if (!('output' in outcome)) return void told(outcome.failed)
  const { version, settings } = outcome.output
  told({ is: 'done', answer: { kind: 'record', version, value: numberOf(settings) } })
}

async function see(capcomId: string): Promise<void> {
  const told = tell(capcomId, { kind: 'see' })
  const outcome = await ask(getPlayer, { params: { capcomId } })
  if (!('output' in outcome)) return void told(outcome.failed)
  const shown = outcome.output.location?.server.id
  const node = shown === undefined ? null : (serverNodes.get(shown) ?? null)
  told({ is: 'done', answer: { kind: 'seen', node } })
}

type Asked<E extends Endpoint> = { readonly output: Output<E> } | { readonly failed: Outcome }

/** As a node asks, but that syncs and claims are asked once. */
async function ask<E extends Endpoint>(endpoint: E, input: Input<E>, call = own.call): Promise<Asked<E>> {
  try {
    // A repeat could be refused for what a lost call before it has done: the history is of single calls.
    const repeat = endpoint.name !== syncNode.name && endpoint.name !== claimSession.name
    return { output: await call(endpoint, input, { deadlineMs: orders.patienceMs, repeat }) }
  } catch (error) {
    return { failed: error instanceof Problem ? { is: 'refused', code: error.code } : { is: 'unknown' } }
  }
}

/** Writes the call down before it is made; the function that comes back writes down what came of it. */
function tell(key: string, call: Line['call']): (outcome: Outcome) => void {
  const id = ++calls
  put({ id, run: orders.run, key, call, at: now() })
  return (outcome) => put({ id, run: orders.run, key, call, at: now(), outcome })
}

function put(line: Line): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}

function knownLines(): readonly Line[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
}

function remember(capcomId: string, fence: number): void {
  fences.set(capcomId, [...(fences.get(capcomId) ?? []), fence])
}

/** The machine's monotonic clock, the same in all its processes. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
