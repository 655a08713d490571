/** Hundreds at once for one thing, in many rounds: one winner each, nothing lost, no deadlock. */
import {
  armTicket,
  claimSession,
  createEnrolToken,
  enrolNode,
  listPlayerVersions,
  writeSettings,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toBase64 } from '../base64.ts'
import { sha256 } from '../hash.ts'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { player } from '../testing/friends.ts'
import { logIn, newHunter, newTicket } from '../testing/hunters.ts'
import { deadlocksOf } from '../testing/locking/deadlocks.ts'

let central: TestCentral
let node: TestNode
let far: TestNode
let farServer: number

beforeAll(async () => {
  central = await testCentral()
  node = await central.node()
  far = await central.node({ roles: ['world'], servers: [{ name: 'Far', type: 'open' }] })
  farServer = far.registration.servers[0]?.id ?? 0
})
afterAll(() => central[Symbol.asyncDispose]())

/** A node asks again where rows stay held. */
async function decided<T>(run: () => Promise<T>): Promise<T | string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      if (code !== 'busy' || attempt === 20) return code
    }
  }
}

const atOnce = <T>(count: number, run: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => decided(() => run(index))))

const won = (all: readonly unknown[]) => all.filter((one) => typeof one !== 'string').length

test('300 claims of one Capcom ID: each raises the fence by one, the last one holds, and all others were told', async () => {
  const many = 300
  const hunter = await newHunter(central, node)
  const tickets: string[] = []
  for (let index = 0; index < many; index++) {
    const { ticketHash } = await newTicket(central, node, hunter)
    const serverId = index % 2 === 0 ? 1 : farServer
    await central.call(armTicket, { body: { ticketHash, serverId } }, node.key)
    tickets.push(ticketHash)
  }
  const all = await atOnce(many, async (index) => {
    const by = index % 2 === 0 ? node : far
    const ticketHash = tickets[index] ?? ''
    const { fence } = await central.call(claimSession, { body: { ticketHash, epoch: by.epoch } }, by.key)
    return { fence, nodeId: by.nodeId }
  })
  const claimed = all.flatMap((one) => (typeof one === 'string' ? [] : [one]))
  expect(claimed).toHaveLength(many)
  const fences = claimed.map(({ fence }) => fence).sort((a, b) => a - b)
  const first = fences[0] ?? 0
  expect(fences).toEqual(Array.from({ length: many }, (_, index) => first + index))
  const [lease] =
    await central.sql`select fence::float8 as fence, node_id from leases where capcom_id = ${hunter.capcomId}`
  const last = claimed.find(({ fence }) => fence === fences.at(-1))
  expect(lease).toEqual({ fence: last?.fence, node_id: last?.nodeId })
  const told = await central.sql`select (body->>'fence')::float8 as fence from mail
    where kind = 'session-taken' and body->>'capcomId' = ${hunter.capcomId} order by 1`
  expect(told.map(({ fence }) => fence)).toEqual(fences.slice(0, -1))
  process.stdout.write(`claims of one hunter at once: ${many}\n`)
})

test('100 rounds of one ticket claimed by both its nodes, several times each: one claim', async () => {
  const rounds = 100
  for (let round = 0; round < rounds; round++) {
    const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
    for (const serverId of [1, farServer]) {
      await central.call(armTicket, { body: { ticketHash, serverId } }, node.key)
    }
    const all = await atOnce(6, (index) => {
      const by = index % 2 === 0 ? node : far
      return central.call(claimSession, { body: { ticketHash, epoch: by.epoch } }, by.key)
    })
    expect(won(all)).toBe(1)
  }
  process.stdout.write(`one ticket, two nodes: ${rounds} rounds of 6\n`)
})

test('300 writes to one profile: as many versions, none lost', async () => {
  const writes = 300
  const hunter = await newHunter(central, node)
  const { capcomId } = hunter
  const { fence } = await logIn(central, node, node, hunter)
  const all = await atOnce(writes, (index) => {
    const settings = toBase64(
      new Uint8Array(256)
        .fill(1 + (index % 99), 1, 2)
        .fill(index >> 8, 2, 3)
        .fill(index & 255, 3, 4),
    )
    return central.call(
      writeSettings,
      { params: { capcomId }, body: { epoch: node.epoch, fence, settings } },
      node.key,
    )
  })
  expect(won(all)).toBe(writes)
  const versions: number[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { limit: '200', ...(cursor === undefined ? {} : { cursor }) }
    const page = await central.call(listPlayerVersions, { params: { capcomId }, query }, central.operatorKey)
    versions.push(...page.items.map(({ version }) => version))
    cursor = page.next
  }
  expect(versions).toEqual(Array.from({ length: writes + 1 }, (_, index) => writes + 1 - index))
  process.stdout.write(`writes to one profile at once: ${writes}\n`)
})

test('200 rounds of friend requests in both directions: one friendship each', async () => {
  const rounds = 200
  const [a, b] = [await player(central, node, node, 'Aria'), await player(central, node, far, 'Bela')]
  for (let round = 0; round < rounds; round++) {
    const asked = await atOnce(2, (index) => (index === 0 ? a.ask(b) : b.ask(a)))
    expect(asked).toMatchObject([{ outcome: 'asked' }, { outcome: 'asked' }])
    const answers = await atOnce(4, (index) => (index % 2 === 0 ? a.answer(b, true) : b.answer(a, true)))
    expect(answers.filter((one) => typeof one !== 'string' && one.made)).toHaveLength(1)
    const [rows] = await central.sql`select
      (select count(*)::int from friends where owner in ${central.sql([a.capcomId, b.capcomId])}) as friends,
      (select count(*)::int from friend_requests where asker in ${central.sql([a.capcomId, b.capcomId])}) as requests`
    expect(rows).toEqual({ friends: 2, requests: 0 })
    await atOnce(2, (index) => (index === 0 ? a.delete(b) : b.delete(a)))
  }
  process.stdout.write(`friends in both directions: ${rounds} rounds\n`)
})

test('40 rounds of the last three seats of a game server for twelve', async () => {
  const rounds = 40
  for (let round = 0; round < rounds; round++) {
    const name = `Three ${round % 20}`
    const world = await central.node({ servers: [{ name, type: 'open', capacity: 3 }] })
    const serverId = world.registration.servers[0]?.id ?? 0
    const hunters = await Promise.all(Array.from({ length: 12 }, () => newHunter(central, node)))
    const tickets = await Promise.all(hunters.map((hunter) => newTicket(central, node, hunter)))
    const all = await atOnce(12, async (index) => {
      const ticketHash = tickets[index]?.ticketHash ?? ''
      await central.call(armTicket, { body: { ticketHash, serverId } }, node.key)
      return central.call(claimSession, { body: { ticketHash, epoch: world.epoch } }, world.key)
    })
    expect(won(all)).toBe(3)
    expect(all.filter((one) => one === 'server_full')).toHaveLength(9)
    await world.again({ servers: [] })
  }
  process.stdout.write(`last seats: ${rounds} rounds of 12\n`)
})

test('100 rounds of a token for one node: one enrolment', async () => {
  const rounds = 100
  for (let round = 0; round < rounds; round++) {
    const { token } = await central.call(createEnrolToken, { body: { uses: 1 } }, central.operatorKey)
    const all = await atOnce(6, async () =>
      central.call(enrolNode, { body: { name: 'n', keyHash: await sha256(crypto.randomUUID()) } }, token),
    )
    expect(won(all)).toBe(1)
  }
  process.stdout.write(`single-use tokens: ${rounds} rounds of 6\n`)
})

test('Postgres counted no deadlock in any of it', async () => {
  expect(await deadlocksOf(central.databaseUrl)).toBe(0)
})
