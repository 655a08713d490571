/**
 * A whole community as its operators run it (two node hosts, central, its database, each a process) with hunters who
 * play, while one after the other is killed, stopped, cut off and started again. Afterwards everything that a console
 * was told is looked for.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { between, oneOf, seeded } from '../bots/random.ts'
import { cameTrue } from '../eventually.ts'
import { numberOf } from '../history/orders.ts'
import { CentralProcess } from './central-process.ts'
import { Hunter, type Ledger, newLedger, type Place } from './hunters.ts'
import { NodeHost } from './node-host.ts'
import type { OwnPostgres } from './own-postgres.ts'

export interface FaultRunOptions {
  readonly seed: number
  readonly database: OwnPostgres
  readonly hunters: number
  /** So many faults, one after the other. */
  readonly faults: number
  /** How long each lasts at most, and the rest after it, in milliseconds. */
  readonly faultMs: number
}

/** Everything that is not as it was promised, in words; and what the run was. */
export interface FaultRun {
  readonly wrong: readonly string[]
  readonly summary: object
}

interface Fault {
  readonly what: string
  readonly from: number
  readonly to: number
}

export async function runFaults(options: FaultRunOptions): Promise<FaultRun> {
  const { seed, database } = options
  const random = seeded(seed)
  const folder = await mkdtemp(join(tmpdir(), 'citygate faults '))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))
  const central = stack.use(
    await CentralProcess.start({ databaseUrl: database.url, folder, name: 'central' }),
  )
  const hosts = await Promise.all(
    ['east', 'west'].map((name, index) =>
      NodeHost.start({ folder: join(folder, name), central, name, serverId: index + 1 }),
    ),
  )
  for (const host of hosts) stack.use(host)

  const ledger = newLedger()
  const places = hosts.map(({ opn }, index) => ({ opn, server: index + 1 }))
  const hunters = Array.from(
    { length: options.hunters },
    (_, index) => new Hunter(`Hunter${index}`, seeded(between(random, 0, 1e9)), places, ledger),
  )
  const stop = new AbortController()
  // Somebody plays on each of them, whichever is hit.
  const playing = hunters.map((hunter, index) =>
    hunter.play(stop.signal, () => hunters, places[index % places.length] ?? fail()),
  )
  const wrong: string[] = []
  const areIn = () => Promise.resolve(hunters.every(({ console }) => console !== null))
  if (!(await cameTrue(areIn, 120_000))) wrong.push('not everybody came in before the first fault')
  const faults = await befall(options, random, central, hosts)
  stop.abort()
  await Promise.all(playing)

  await messagesArrive(ledger, faults, wrong)
  await settled(central, wrong)
  await nothingIsStuck(central, places, hunters, wrong)
  const lettersOf = await Promise.all(hosts.map((host) => deadLetters(host)))
  const dead = lettersOf.flat()
  const found = await account(database.url, ledger, dead, wrong)
  for (const hunter of hunters) hunter.kill()
  const writes = [...ledger.writes.values()].reduce((sum, list) => sum + list.length, 0)
  // A run in which nothing was promised shows nothing.
  if (faults.length !== options.faults) wrong.push(`${faults.length} faults were done`)
  if (writes <= ledger.logIns) wrong.push('nobody wrote anything while he played')
  const counted = {
    ...{ faults: faults.length, logIns: ledger.logIns, thrownOut: ledger.refusals },
    ...{ writes, deadLetters: dead.length },
  }
  return { wrong, summary: { faults: { seed, ...counted, ...found, done: count(faults) } } }
}

async function befall(
  { faults, faultMs, database }: FaultRunOptions,
  random: () => number,
  central: CentralProcess,
  hosts: readonly NodeHost[],
): Promise<readonly Fault[]> {
  const done: Fault[] = []
  const first = random()
  for (let index = 0; index < faults; index++) {
    const host = oneOf(random, hosts)
    const lasts = faultMs * (0.3 + 0.7 * random())
    const kinds: readonly (readonly [string, () => Promise<unknown>])[] = [
      [
        'central killed',
        async () => {
          await central.kill()
          await wait(lasts)
          await central.startAgain()
        },
      ],
      [
        'node killed',
        async () => {
          await host.kill()
          await wait(lasts / 2)
          await host.startAgain()
        },
      ],
      [
        'node paused',
        async () => {
          host.pause()
          await wait(lasts)
          host.resume()
        },
      ],
      [
        'node cut off',
        async () => {
          host.line.mood = 'cut'
          await wait(lasts)
          host.line.mood = 'open'
        },
      ],
      [
        'answers lost',
        async () => {
          host.line.mood = 'deaf'
          await wait(lasts)
          host.line.mood = 'open'
        },
      ],
      [
        'central paused',
        async () => {
          central.pause()
          await wait(lasts)
          central.resume()
        },
      ],
      ['database killed', () => database.kill()],
    ]
    // Every kind in turn, from a random one on: a short run has different ones.
    const [what, work] = kinds[(index + Math.floor(first * kinds.length)) % kinds.length] ?? fail()
    const from = performance.now()
    await work()
    await wait(faultMs * (0.3 + 0.7 * random()))
    done.push({ what, from, to: performance.now() })
  }
  return done
}

/** A message is promised to who is online, as far as central can know: where nothing was amiss when he came, and then. */
async function messagesArrive(ledger: Ledger, faults: readonly Fault[], wrong: string[]): Promise<void> {
  const isCalm = (at: number) => !faults.some(({ from, to }) => at > from - 2000 && at < to + 5000)
  const promised = ledger.messages.filter(
    ({ since, at, visit }) => isCalm(since) && isCalm(at) && !visit.game.end,
  )
  const missing = () =>
    promised.filter(({ to, text, visit }) => !visit.game.end && !ledger.read.get(to)?.has(text))
  await cameTrue(() => Promise.resolve(missing().length === 0))
  for (const { to, text } of missing()) wrong.push(`${to} never got the message "${text}"`)
}

/** Both nodes say, asked now, that nothing waits in their journals. */
async function settled({ url }: CentralProcess, wrong: string[]): Promise<void> {
  interface Live {
    readonly stale: boolean
    readonly journal: { readonly waiting: number } | null
  }
  let told: readonly (Live | null)[] = []
  const live = async () => {
    const nodes = await asked<{ readonly items: readonly { readonly id: string }[] }>(`${url}/v1/nodes`)
    told = await Promise.all((nodes?.items ?? []).map(({ id }) => asked<Live>(`${url}/v1/nodes/${id}/live`)))
    return told.length === 2 && told.every((one) => one?.stale === false && one.journal?.waiting === 0)
  }
  if (!(await cameTrue(live, 90_000))) wrong.push(`journals wait for ever: ${JSON.stringify(told)}`)
}

/** Everybody can log in, everywhere; and REST shows everybody where he is, nobody else. */
async function nothingIsStuck(
  central: CentralProcess,
  places: readonly Place[],
  hunters: readonly Hunter[],
  wrong: string[],
): Promise<void> {
  const where = new Map<string, number>()
  for (const [index, hunter] of hunters.entries()) {
    const place = places[index % places.length] ?? fail()
    hunter.kill()
    let why: unknown = null
    const isIn = await cameTrue(() =>
      hunter.logIn(place).then(
        () => true,
        (error: unknown) => {
          why = error
          return false
        },
      ),
    )
    if (isIn) where.set(hunter.capcomId, place.server)
    else wrong.push(`${hunter.capcomId} cannot log in at server ${place.server}: ${String(why)}`)
  }
  interface Players {
    readonly items: readonly {
      readonly capcomId: string
      readonly location: { readonly server: { readonly id: number } } | null
    }[]
  }
  interface Servers {
    readonly items: readonly { readonly id: number; readonly population: number }[]
  }
  const at = (server: number) => [...where.values()].filter((one) => one === server).length
  let shown: Players | null = null
  let servers: Servers | null = null
  const isTrue = async () => {
    shown = await asked<Players>(`${central.url}/v1/players?online=true&limit=100`)
    servers = await asked<Servers>(`${central.url}/v1/servers`)
    return (
      shown?.items.length === where.size &&
      shown.items.every(({ capcomId, location }) => where.get(capcomId) === location?.server.id) &&
      servers?.items.length === places.length &&
      servers.items.every(({ id, population }) => population === at(id))
    )
  }
  if (!(await cameTrue(isTrue)))
    wrong.push(`shown ${JSON.stringify([shown, servers])}, are ${JSON.stringify([...where])}`)
  const stats = await asked<{ readonly playersOnline: number }>(`${central.url}/v1/stats`)
  if (stats?.playersOnline !== where.size) wrong.push(`${stats?.playersOnline} online, are ${where.size}`)
}

interface DeadLetter {
  readonly capcomId: string
  readonly reason: { readonly code: string }
  readonly change: { readonly kind: string; readonly settings?: string; readonly other?: string }
}

async function deadLetters({ folder }: NodeHost): Promise<readonly DeadLetter[]> {
  const files = ['data/node/journal/dead-letters.jsonl', 'data/node/dead-letters.jsonl']
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8').catch(() => '')))
  const lines = texts.join('').split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as DeadLetter)
}

/** Each acknowledged write, friendship and message: there, or in a dead letter with its reason. */
async function account(databaseUrl: string, ledger: Ledger, dead: readonly DeadLetter[], wrong: string[]) {
  const sql = postgres(databaseUrl, { max: 1 })
  try {
    const versions = await sql`select capcom_id, version, settings from player_history
      where settings is not null order by capcom_id, version`
    const kept = new Map<string, number[]>()
    for (const { capcom_id: id, settings } of versions)
      kept.set(id, [...(kept.get(id) ?? []), numberOf((settings as Buffer).toString('base64'))])
    for (const [capcomId, numbers] of ledger.writes) {
      const there = new Set(kept.get(capcomId))
      const inLetters = new Set(
        dead
          .filter((letter) => letter.capcomId === capcomId)
          .map(({ change }) => numberOf(change.settings ?? null)),
      )
      for (const number of numbers) {
        if (!there.has(number) && !inLetters.has(number))
          wrong.push(`${capcomId}: write ${number} was acknowledged and is nowhere`)
      }
      const list = kept.get(capcomId) ?? []
      if (new Set(list).size !== list.length) wrong.push(`${capcomId}: a write was done twice`)
      const inOrder = numbers.filter((number) => there.has(number))
      const asKept = list.filter((number) => inOrder.includes(number))
      if (inOrder.join() !== asKept.join())
        wrong.push(
          `${capcomId}: kept in another order than acknowledged: ${asKept.join()} for ${inOrder.join()}`,
        )
    }
    const rows = await sql`select owner, friend from friends`
    const friends = new Set(rows.map(({ owner, friend }) => `${owner} ${friend}`))
    for (const { asker, asked: by } of ledger.friendships) {
      const refused = dead.some(
        ({ capcomId, change }) =>
          capcomId === by && change.kind === 'answer-friend' && change.other === asker,
      )
      const sides = [friends.has(`${asker} ${by}`), friends.has(`${by} ${asker}`)]
      if (!refused && !sides.every(Boolean)) wrong.push(`${by} accepted ${asker}, and it is not kept`)
      if (sides[0] !== sides[1]) wrong.push(`${by} and ${asker} are friends on one side only`)
    }
    const read = ledger.messages.filter(({ to, text }) => ledger.read.get(to)?.has(text))
    return {
      friendships: ledger.friendships.length,
      messages: ledger.messages.length,
      messagesRead: read.length,
    }
  } finally {
    await sql.end()
  }
}

/** Null when there is no good answer at the moment. */
async function asked<T>(url: string, headers: Record<string, string> = {}): Promise<T | null> {
  try {
    const response = await fetch(url, { headers })
    const answer: unknown = await response.json()
    return response.ok ? (answer as T) : null
  } catch {
    return null
  }
}

function count(faults: readonly Fault[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { what } of faults) counts[what] = (counts[what] ?? 0) + 1
  return counts
}

function fail(): never {
  throw new Error('there is nothing to choose from')
}

const wait = (ms: number) => new Promise<void>((over) => setTimeout(over, ms))
