/** A realm for the tests of what the public sees: rows as the node routes leave them, without a node. */
import type { Player, ProblemDocument, Weapon } from '@citygate/schema/contract'
import { consoles, leases, nodeEpochs, nodes, players, presence, servers } from '@citygate/schema/tables'
import { eq, sql } from 'drizzle-orm'
import { connect } from '../adapters/database.ts'
import { foldName } from '../name-text.ts'
import { type Runtime, testCentral } from './central.ts'

/** Must never be seen in an answer: each secret of a realm holds one of these. */
export const secrets = {
  supportCode: 'SUPPORT-CODE',
  ticket: 'ticket-hash',
  key: 'key-hash',
  address: '203.0.113.77',
  settings: 'secret settings',
} as const

export interface Place {
  readonly server: number
  readonly gate?: number
  readonly city?: number
  readonly inQuest?: boolean
  readonly leader?: boolean
}

export interface Hunter {
  readonly name?: string
  readonly rank?: number
  readonly weapon?: Weapon
  /** Minutes before now. */
  readonly seen?: number
  readonly at?: Place
}

export type Realm = Awaited<ReturnType<typeof openRealm>>

export async function openRealm(runtime: Runtime = 'embedded') {
  const central = await testCentral(runtime)
  const { client, db } = connect(central.databaseUrl, 4)
  let hunters = 0

  /** An entry and world node that carries game servers 1 to `carries`; its lease is live. */
  async function node(name = 'attic', carries = 2): Promise<string> {
    const [row] = await db
      .insert(nodes)
      .values({ name, keyHash: `${secrets.key} of ${name}`, entry: true, world: true, newestEpoch: 1 })
      .returning({ id: nodes.id })
    const nodeId = row?.id ?? ''
    await epoch(nodeId, 1)
    for (let id = 1; id <= carries; id++) {
      await db.insert(servers).values({
        id,
        name: `Valor${id}`,
        type: 'open',
        gates: 40,
        cities: 40,
        capacity: 2000,
        nodeId,
        epoch: 1,
      })
    }
    return nodeId
  }

  async function epoch(nodeId: string, number: number): Promise<void> {
    const told = { host: secrets.address, port: 8200 }
    await db.insert(nodeEpochs).values({
      nodeId,
      epoch: number,
      entry: true,
      world: true,
      software: 'test',
      opn: told,
      lmp: told,
      fmp: told,
      rfp: told,
      startedAt: sql`clock_timestamp()`,
      renewedAt: sql`clock_timestamp()`,
      expiresAt: sql`clock_timestamp() + interval '60 seconds'`,
    })
    await db.update(nodes).set({ newestEpoch: number }).where(eq(nodes.id, nodeId))
  }

  /** As if the node had been silent for so many seconds. */
  async function silence(nodeId: string, seconds: number): Promise<void> {
    const past = sql`make_interval(secs => ${seconds})`
    await db
      .update(nodeEpochs)
      .set({ renewedAt: sql`renewed_at - ${past}`, expiresAt: sql`expires_at - ${past}` })
      .where(eq(nodeEpochs.nodeId, nodeId))
  }

  async function hunter(of: Hunter = {}): Promise<string> {
    const capcomId = (hunters++).toString(36).toUpperCase().padStart(6, '0')
    const name = of.name ?? `Hunter${capcomId}`
    const [console_] = await db
      .insert(consoles)
      .values({ supportCode: `${secrets.supportCode} ${capcomId}`, mediaVersion: '' })
      .returning({ id: consoles.id })
    await db.insert(players).values({
      capcomId,
      consoleId: console_?.id ?? '',
      slot: 1,
      name: new TextEncoder().encode(name),
      nameText: name,
      nameFolded: foldName(name),
      rank: of.rank ?? 1,
      weapon: of.weapon ?? null,
      settings: new TextEncoder().encode(secrets.settings),
    })
    await db
      .insert(leases)
      .values({ capcomId, seenAt: sql`clock_timestamp() - make_interval(mins => ${of.seen ?? 0})` })
    if (of.at) await logIn(capcomId, of.at)
    return capcomId
  }

  /** Online on whichever node carries the server. */
  async function logIn(capcomId: string, { server, gate, city, inQuest, leader }: Place): Promise<void> {
    const [carrier] = await db.select().from(servers).where(eq(servers.id, server))
    const { nodeId, epoch: number } = carrier ?? {}
    if (!nodeId || !number) throw new Error(`no node carries ${server}`)
    const [lease] = await db
      .update(leases)
      .set({ nodeId, epoch: number, serverId: server, fence: sql`${leases.fence} + 1` })
      .where(eq(leases.capcomId, capcomId))
      .returning({ fence: leases.fence })
    const row = {
      nodeId,
      epoch: number,
      fence: lease?.fence ?? 0,
      serverId: server,
      gate: gate ?? null,
      city: city ?? null,
      inQuest: inQuest ?? false,
      leader: leader ?? false,
    }
    await db
      .insert(presence)
      .values({ capcomId, ...row })
      .onConflictDoUpdate({ target: presence.capcomId, set: row })
  }

  async function logOut(capcomId: string): Promise<void> {
    await db
      .update(leases)
      .set({ nodeId: null, epoch: null, seenAt: sql`clock_timestamp()` })
      .where(eq(leases.capcomId, capcomId))
    await db.delete(presence).where(eq(presence.capcomId, capcomId))
  }

  async function drain(nodeId: string): Promise<void> {
    await db.update(nodeEpochs).set({ draining: true }).where(eq(nodeEpochs.nodeId, nodeId))
  }

  async function get<T>(path: string): Promise<T> {
    const response = await central.fetch(path)
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  async function refused(path: string): Promise<ProblemDocument> {
    const response = await central.fetch(path)
    const document = (await response.json()) as ProblemDocument
    if (
      response.headers.get('content-type') !== 'application/problem+json' ||
      response.status !== document.status
    )
      throw new Error(`${path}: not a problem document but ${response.status} ${JSON.stringify(document)}`)
    return document
  }

  return {
    fetch: central.fetch,
    log: central.log,
    db,
    node,
    epoch,
    silence,
    drain,
    hunter,
    logIn,
    logOut,
    get,
    refused,
    found: (query: string) => get<{ items: Player[]; next: string | null }>(`/v1/players?${query}`),
    async [Symbol.asyncDispose]() {
      await client.end()
      await central[Symbol.asyncDispose]()
    },
  }
}
