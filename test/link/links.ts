/** Nodes without sockets on a real central: their links alone, and the log-ins that go over them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Central, startCentral } from '@citygate/central-api/node'
import {
  type Call,
  createCentral,
  enrol,
  type Fetch,
  type Hold,
  type Identity,
  type Link,
  type LinkEnd,
  openLink,
} from '@citygate/nodes/central'
import { silentLog, systemClock } from '@citygate/nodes/host'
import { ascii } from '@citygate/nodes/pat'
import {
  type Consistency,
  createEnrolToken,
  type Output,
  type searchPlayers,
} from '@citygate/schema/contract'
import postgres from 'postgres'
import { eventually } from '../src/eventually.ts'

type Players = Output<typeof searchPlayers>

interface Offer {
  readonly id: number
  readonly name: string
}

/** One link with what it was told and what it asked. */
export interface TestNode {
  readonly identity: Identity
  readonly link: Link
  /** Names of the paths that it called, in order. */
  readonly calls: readonly string[]
  readonly lost: readonly Hold[]
  readonly ends: readonly LinkEnd[]
  /** What players of it were told of their sessions’ end. */
  readonly words: readonly (string | undefined)[]
  /** Of its journal. */
  readonly folder: string
}

export class Links implements AsyncDisposable {
  readonly #databaseUrl: string
  readonly #folder: string
  readonly #links: Link[] = []
  #central: Central
  #port: number

  private constructor(databaseUrl: string, folder: string, central: Central) {
    this.#databaseUrl = databaseUrl
    this.#folder = folder
    this.#central = central
    this.#port = Number(new URL(central.url).port)
  }

  static async start(databaseUrl: string): Promise<Links> {
    const folder = await mkdtemp(join(tmpdir(), 'citygate links '))
    return new Links(databaseUrl, folder, await central(databaseUrl, folder, 0))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#links.map((link) => link.close(1000)))
    await this.stopCentral()
    await rm(this.#folder, { recursive: true, force: true })
  }

  get url(): string {
    return this.#central.url
  }

  get operatorKey(): string | null {
    return this.#central.operatorKey
  }

  /** Calls with the operator's key. */
  get operator(): Call {
    return createCentral({ url: this.#central.url, fetch, key: this.#central.operatorKey }).call
  }

  /** Straight from the database. */
  async sql(text: string): Promise<Record<string, unknown>[]> {
    const client = postgres(this.#databaseUrl, { max: 1 })
    try {
      return await client.unsafe(text)
    } finally {
      await client.end()
    }
  }

  async stopCentral(): Promise<void> {
    await this.#central.close()
  }

  /** At the same address as before. */
  async startCentral(): Promise<void> {
    this.#central = await central(this.#databaseUrl, this.#folder, this.#port)
  }

  async enrol(name: string): Promise<Identity> {
    const url = this.#central.url
    const operator = createCentral({ url, fetch, key: this.#central.operatorKey })
    const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'] } })
    return enrol(createCentral({ url, fetch, key: token }).call, name, join(this.#folder, name))
  }

  /** A start of a node that carries these game servers; every address in it is made up. */
  async open(
    identity: Identity,
    servers: readonly Offer[],
    line: Fetch = fetch,
    consistency: Consistency = 'autonomous',
  ): Promise<TestNode> {
    const calls: string[] = []
    const counting: Fetch = (request) => {
      calls.push(new URL(request.url).pathname)
      return line(request)
    }
    const { call } = createCentral({ url: this.#central.url, fetch: counting, key: identity.key })
    const address = { host: '127.0.0.1', port: 8200 }
    const folder = join(this.#folder, `journal of ${identity.name}`)
    const link = await openLink({
      call,
      clock: systemClock,
      log: silentLog,
      folder,
      consistency,
      // On a machine that stalls a decision is waited for all the same.
      decisionMs: 60_000,
      registration: {
        name: identity.name,
        roles: ['entry', 'world'],
        software: 'test',
        opn: address,
        lmp: address,
        fmp: address,
        rfp: null,
        servers: servers.map((server) => ({ ...server, type: 'open' as const })),
      },
    })
    this.#links.push(link)
    const lost: Hold[] = []
    const words: (string | undefined)[] = []
    const ends: LinkEnd[] = []
    link.world.onLost((hold, said) => {
      lost.push(hold)
      words.push(said)
    })
    link.onEnd((end) => ends.push(end))
    return { identity, link, calls, lost, ends, words, folder }
  }

  /** What a public route answers, asked until it is as wanted. */
  async players(query: string, isWanted: (players: Players) => boolean): Promise<Players> {
    return eventually(async () => {
      const response = await fetch(`${this.#central.url}/v1/players?${query}`)
      return (await response.json()) as Players
    }, isWanted)
  }
}

function central(databaseUrl: string, dataFolder: string, port: number): Promise<Central> {
  return startCentral({ databaseUrl, host: '127.0.0.1', port, dataFolder, log: silentLog })
}

export interface Traveller {
  readonly capcomId: string
  /** Armed for the server that was asked for. */
  readonly ticket: Uint8Array
}

/** As a console goes through both visits to LMP, with a support code of its own. */
export async function throughEntry({ entry }: Link, code: string, serverId: number): Promise<Traveller> {
  const console = await entry.identifyConsole(code, '1001301045')
  const first = await entry.issueTicket(null, console.consoleId, null)
  const { login, consoleId } = await entry.readTicket(first.ticket)
  const slot = console.slots[0]
  const hunter = await entry.chooseHunter(consoleId, 1, slot ? null : ascii(code), !slot, login)
  const { ticket } = await entry.issueTicket(login, consoleId, hunter.capcomId)
  await entry.armTicket(ticket, serverId)
  return { capcomId: hunter.capcomId, ticket }
}

/** A line that can be cut: the node hears of it as of a central that does not answer. */
export function cutLine() {
  let cut = false
  let under = new AbortController()
  const line: Fetch = async (request) => {
    if (cut) throw new TypeError('the line is cut')
    return fetch(request, { signal: AbortSignal.any([request.signal, under.signal]) })
  }
  return {
    fetch: line,
    /** What is under way is lost as well. */
    cut(wanted: boolean) {
      cut = wanted
      if (!wanted) return
      under.abort(new TypeError('the line was cut'))
      under = new AbortController()
    },
  }
}

export function inGate(serverId: number, gate: number) {
  return { serverId, gate, city: null, inQuest: false, leader: false }
}

/**
 * A line that, once told to, loses a share of the syncs on their way there or back. The generator is
 * seeded: what is lost is the same in every run, as far as the calls are.
 */
export function losingLine(share: number) {
  let losing = false
  let state = 20261122
  const waiting: (() => void)[] = []
  const chance = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const line: Fetch = async (request) => {
    const lossy = losing && request.url.endsWith('/sync')
    const fate = lossy ? chance() : 1
    try {
      if (fate < share / 2) throw new TypeError('lost on the way there')
      const response = await fetch(request)
      if (fate < share) throw new TypeError('lost on the way back')
      return response
    } finally {
      if (request.url.endsWith('/sync')) for (const told of waiting.splice(0)) told()
    }
  }
  return {
    fetch: line,
    lose(wanted: boolean) {
      losing = wanted
    },
    /** Resolves when the next sync has ended, well or not. */
    answered: () => new Promise<void>((told) => waiting.push(told)),
  }
}
