/** The schedules of issue 5 that central decides alone: each by its name (docs/proof.md), on a real database. */
import {
  armTicket,
  askFriend,
  claimSession,
  createBan,
  getPlayer,
  readAcquaintances,
  syncNode,
  tellPlayer,
  writeSettings,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type TestCentral, type TestNode, testCentral } from '../../central-api/src/testing/central.ts'
import { player } from '../../central-api/src/testing/friends.ts'
import { bytes, logIn, newHunter, newTicket, syncBody } from '../../central-api/src/testing/hunters.ts'

vi.setConfig({ testTimeout: 120_000 })

let central: TestCentral
let entry: TestNode
let near: TestNode
let small: TestNode

beforeAll(async () => {
  central = await testCentral()
  entry = await central.node({
    name: 'entry',
    roles: ['entry', 'world'],
    servers: [{ name: 'E', type: 'open' }],
  })
  near = await central.node({ name: 'near', servers: [{ name: 'Near', type: 'open' }] })
  small = await central.node({ name: 'small', servers: [{ name: 'Small', type: 'open', capacity: 1 }] })
})
afterAll(() => central[Symbol.asyncDispose]())

const serverOf = (node: TestNode) => node.registration.servers[0]?.id ?? 0
const rounds = 25
const refusal = (code: string) => expect.objectContaining({ code })

/** Syncs of one node, numbered; for those who ask more than once. */
function syncing(node: TestNode) {
  let number = 1000
  return (changes: Parameters<typeof syncBody>[2]) =>
    central.call(syncNode, { body: syncBody(node.epoch, ++number, changes) }, node.key)
}

test('two FmpInfo are one seat', async () => {
  const serverId = serverOf(small)
  const [aria, bela] = [await newHunter(central, entry, 'Aria'), await newHunter(central, entry, 'Bela')]
  const { ticketHash } = await newTicket(central, entry, aria)
  const arm = (hash: string) => central.call(armTicket, { body: { ticketHash: hash, serverId } }, entry.key)
  // At LMP the game asks for a spare and for the best address: here both times for the only place that there is.
  await Promise.all([arm(ticketHash), arm(ticketHash)])
  await arm(ticketHash)
  const seats = await central.sql`select capcom_id from seats where server_id = ${serverId}`
  expect(seats.map((seat) => seat.capcom_id)).toEqual([aria.capcomId])
  const other = await newTicket(central, entry, bela)
  await expect(arm(other.ticketHash)).rejects.toEqual(refusal('server_full'))
  const claim = { body: { ticketHash, epoch: small.epoch } }
  expect(await central.call(claimSession, claim, small.key)).toMatchObject({ serverId })
  expect(await central.sql`select 1 from seats where capcom_id = ${aria.capcomId}`).toHaveLength(0)
})

test('a ban racing a claim', async () => {
  let refused = 0
  for (let round = 0; round < rounds; round++) {
    const hunter = await newHunter(central, entry, `Banned${round}`)
    const { ticketHash } = await newTicket(central, entry, hunter)
    await central.call(armTicket, { body: { ticketHash, serverId: serverOf(near) } }, entry.key)
    const [claimed] = await Promise.allSettled([
      central.call(claimSession, { body: { ticketHash, epoch: near.epoch } }, near.key),
      central.call(
        createBan,
        { body: { kind: 'player', subject: hunter.capcomId, reason: 'a race' } },
        central.operatorKey,
      ),
    ])
    // Whoever was first: he is not in the game now, and what a node got for him is fenced.
    const [lease] = await central.sql`select node_id from leases where capcom_id = ${hunter.capcomId}`
    expect(lease?.node_id, `round ${round}`).toBeNull()
    if (claimed.status === 'rejected') {
      expect(claimed.reason).toEqual(refusal('player_banned'))
      refused++
      continue
    }
    const { capcomId, fence } = claimed.value
    const settings = Buffer.alloc(256, 7).toString('base64')
    await expect(
      central.call(
        writeSettings,
        { params: { capcomId }, body: { epoch: near.epoch, fence, settings } },
        near.key,
      ),
    ).rejects.toEqual(refusal('fence_lost'))
  }
  process.stdout.write(`a ban racing a claim: ${rounds} rounds, ${refused} claims refused\n`)
})

test('blacklisting racing a friend request', async () => {
  const [aria, bela] = [
    await player(central, entry, near, 'Aria'),
    await player(central, entry, entry, 'Bela'),
  ]
  let refused = 0
  for (let round = 0; round < rounds; round++) {
    const [asked, blocked] = await Promise.allSettled([aria.ask(bela), bela.block(aria)])
    expect(blocked.status, `round ${round}`).toBe('fulfilled')
    if (asked.status === 'rejected') {
      expect(asked.reason).toEqual(refusal('friend_refused'))
      refused++
    }
    // Whoever was first: nothing of the two is left beside the blacklist.
    const { requests, friends, blacklist } = await bela.acquaintances()
    expect([requests, friends, blacklist.length], `round ${round}`).toEqual([[], [], 1])
    await bela.block(aria, false)
  }
  process.stdout.write(
    `blacklisting racing a friend request: ${rounds} rounds, ${refused} requests refused\n`,
  )
})

test('a malicious node', async () => {
  const victim = await newHunter(central, entry, 'Victim')
  const hold = await logIn(central, entry, near, victim)
  const { capcomId, fence } = hold
  const there = { capcomId, serverId: serverOf(near), gate: 2, city: null, inQuest: false, leader: false }
  const honest = syncing(near)
  const presence = { generation: null, full: true, set: [{ ...there, fence }], gone: [] }
  await honest({ presence })
  const evil = await central.node({ name: 'evil', servers: [{ name: 'Evil', type: 'open' }] })
  const lies = syncing(evil)
  const own = await player(central, entry, evil, 'Accomplice')
  const settings = Buffer.alloc(256, 9).toString('base64')
  const where = async () => (await central.call(getPlayer, { params: { capcomId } })).location?.server.id
  const record = () => central.sql`select p.version, l.fence::int, l.node_id from players p join leases l
    using (capcom_id) where capcom_id = ${capcomId}`
  const before = await record()

  // Foreign fences, and fences of the future: in writes, releases, presence and journals.
  for (const guess of [fence, fence + 1, 1_000_000]) {
    const { refused } = await lies({
      settings: [{ capcomId, fence: guess, settings }],
      releases: [{ capcomId, fence: guess, reason: 'left' }],
      presence: {
        ...{ generation: null, full: false, gone: [{ capcomId, fence: guess }] },
        set: [{ ...there, fence: guess, serverId: serverOf(evil) }],
      },
    })
    expect(refused).toContainEqual({ capcomId, fence: guess })
    const acts = { epoch: evil.epoch, fence: guess }
    const message = { info: bytes(''), text: bytes('lies') }
    const params = { capcomId, other: own.capcomId }
    const attempts = [
      () => central.call(writeSettings, { params: { capcomId }, body: { ...acts, settings } }, evil.key),
      () => central.call(readAcquaintances, { params: { capcomId }, body: acts }, evil.key),
      () => central.call(askFriend, { params, body: { ...acts, message } }, evil.key),
      () => central.call(tellPlayer, { params, body: { ...acts, message } }, evil.key),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toEqual(refusal('fence_lost'))
  }
  const { incarnation } = evil.registration
  const part = { stream: crypto.randomUUID(), incarnation, seen: 0 }
  const change = { kind: 'settings', settings }
  const { journal } = await lies({ journal: { ...part, records: [{ number: 1, capcomId, fence, change }] } })
  expect(journal?.outcomes).toMatchObject([{ number: 1, refused: { code: 'fence_lost' } }])
  // Somebody else's stream: numbers that central expects of another node.
  const stream = crypto.randomUUID()
  await honest({ presence, journal: { ...part, stream, records: [] } })
  const stolen = await lies({
    journal: { ...part, stream, records: [{ number: 1, capcomId: own.capcomId, fence: 1, change }] },
  })
  expect(stolen.journal).toMatchObject({ ahead: true, outcomes: [] })

  // Presence: its own hunter on a game server that it does not carry, and everybody gone.
  const [lease] = await central.sql`select fence::int from leases where capcom_id = ${own.capcomId}`
  await lies({
    presence: {
      ...{ generation: null, full: true, gone: [] },
      set: [{ ...there, capcomId: own.capcomId, fence: lease?.fence }],
    },
  })
  expect((await central.call(getPlayer, { params: { capcomId: own.capcomId } })).online).toBe(false)
  expect(await where()).toBe(serverOf(near))

  // Mail and acknowledgements: it reads and forgets its own letters alone.
  await own.tell({ ...own, capcomId }, 'a letter for near')
  const { mail: foreign } = await lies({ mailSeen: Number.MAX_SAFE_INTEGER })
  expect(foreign.filter((letter) => JSON.stringify(letter).includes(capcomId))).toEqual([])
  const { mail } = await honest({ presence })
  expect(mail).toContainEqual(expect.objectContaining({ kind: 'tell', to: capcomId }))

  // Replies: to a question that was asked of another node, and to none at all.
  const id = crypto.randomUUID()
  await lies({ answers: [{ id, about: 'player', answer: { capcomId, fence, serverId: serverOf(evil) } }] })
  const asked = central.fetch(`/v1/players/${capcomId}/live`, {
    headers: { authorization: `Bearer ${central.operatorKey}` },
  })
  const question = await vi.waitFor(
    async () => {
      const { mail: letters } = await honest({ presence })
      const found = letters.find((letter) => letter.kind === 'question')
      if (!found || !('id' in found)) throw new Error('not asked yet')
      return found as { id: string }
    },
    { timeout: 20_000 },
  )
  await lies({ answers: [{ id: question.id, about: 'player', answer: null }] })
  const place = { gate: 2, city: null, inQuest: false, leader: false, provisional: false }
  const truth = { capcomId, fence, serverId: serverOf(near), ...place, journalWaiting: 0 }
  await honest({ presence, answers: [{ id: question.id, about: 'player', answer: truth }] })
  expect(await (await asked).json()).toMatchObject({ state: { serverId: serverOf(near), gate: 2 } })

  expect(await record()).toEqual(before)
})
