/** What locks and unique keys decide, with many at once on a real Postgres (docs/locking.md). */
import {
  adoptSession,
  armSession,
  armTicket,
  chooseHunter,
  claimSession,
  createEnrolToken,
  enrolNode,
  identifyConsole,
  readTicket,
  syncNode,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sha256 } from '../hash.ts'
import { can, type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { bytes, logIn, media, newHunter, newTicket, syncBody } from '../testing/hunters.ts'

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

/** Runs all at once; gives what came of each: the answer, or the code of the refusal. */
async function atOnce<T>(count: number, run: (index: number) => Promise<T>): Promise<(T | string)[]> {
  const ended = await Promise.allSettled(Array.from({ length: count }, (_, index) => run(index)))
  return ended.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.code))
}

const times = <T>(list: readonly T[], wanted: (one: T) => boolean) => list.filter(wanted).length

test('one unknown support code, brought many times at once, is one console', async () => {
  const all = await atOnce(12, () =>
    central.call(identifyConsole, { body: { supportCode: 'SAMECODE', mediaVersion: media } }, node.key),
  )
  const consoles = all.flatMap((one) => (typeof one === 'string' ? [] : [one]))
  expect(consoles).toHaveLength(12)
  expect(new Set(consoles.map(({ consoleId }) => consoleId)).size).toBe(1)
  expect(times(consoles, ({ created }) => created)).toBe(1)
})

test('one slot, asked for by many with different names, holds one hunter', async () => {
  const { consoleId } = await newHunter(central, node)
  const all = await atOnce(12, (index) =>
    central.call(
      chooseHunter,
      { params: { consoleId, slot: '2' }, body: { name: bytes(`N${index}`), create: true } },
      node.key,
    ),
  )
  expect(times(all, (one) => typeof one !== 'string' && one.created)).toBe(1)
  expect(times(all, (one) => one === 'slot_taken')).toBe(11)
  expect(await central.sql`select slot from players where console_id = ${consoleId} order by slot`).toEqual([
    { slot: 1 },
    { slot: 2 },
  ])
})

test('many who create hunters at once get as many Capcom IDs, each with a lease', async () => {
  const all = await atOnce(60, (index) => newHunter(central, node, `Many${index}`))
  const ids = all.map((one) => (typeof one === 'string' ? one : one.capcomId))
  expect(new Set(ids).size).toBe(60)
  const [leases] =
    await central.sql`select count(*)::int as n from leases where capcom_id in ${central.sql(ids)}`
  expect(leases?.n).toBe(60)
})

test('a claim asked again because its answer was lost is the same claim; any other attempt is refused', async () => {
  const hunter = await newHunter(central, node)
  const { ticketHash } = await newTicket(central, node, hunter)
  await central.call(armTicket, { body: { ticketHash, serverId: farServer } }, node.key)
  const attempt = crypto.randomUUID()
  const claim = (of: string | undefined) => {
    const body = { ticketHash, epoch: far.epoch, ...(of ? { attempt: of } : {}) }
    return central.call(claimSession, { body }, far.key)
  }
  const same = await atOnce(10, () => claim(attempt))
  const [first] = same
  expect(first).toMatchObject({ capcomId: hunter.capcomId, fence: 1, serverId: farServer })
  expect(same).toEqual(Array.from({ length: 10 }, () => first))
  const others = await atOnce(10, (index) => claim(index === 0 ? undefined : crypto.randomUUID()))
  expect(times(others, (one) => one === 'ticket_not_armed')).toBe(10)
  const [lease] = await central.sql`select fence::int from leases where capcom_id = ${hunter.capcomId}`
  expect(lease?.fence).toBe(1)

  // Taken over meanwhile: the lost answer is worth nothing any more.
  await logIn(central, node, node, hunter, 1)
  await expect(claim(attempt)).rejects.toMatchObject({ code: expect.stringMatching(/^ticket_/) })
})

test('one live ticket on two connections, armed for two nodes: one of them gets the player', async () => {
  for (let round = 0; round < 4; round++) {
    const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
    await central.call(armTicket, { body: { ticketHash, serverId: farServer } }, node.key)
    await central.call(armTicket, { body: { ticketHash, serverId: 1 } }, node.key)
    const all = await atOnce(8, (index) => {
      const by = index % 2 === 0 ? far : node
      const body = { ticketHash, epoch: by.epoch, attempt: crypto.randomUUID() }
      return central.call(claimSession, { body }, by.key)
    })
    expect(times(all, (one) => typeof one !== 'string')).toBe(1)
    expect(times(all, (one) => one === 'ticket_not_armed')).toBe(7)
  }
})

test.runIf(can('a generator that is rigged'))('a Capcom ID that is taken is drawn again', async () => {
  const draws = vi.spyOn(crypto, 'getRandomValues')
  const zeros = <T extends ArrayBufferView | null>(array: T): T => array
  const hunters = []
  for (const name of ['First', 'Second']) {
    const { consoleId } = await newHunter(central, node)
    draws.mockImplementationOnce(zeros)
    const wish = { params: { consoleId, slot: '2' }, body: { name: bytes(name), create: true } }
    hunters.push(await central.call(chooseHunter, wish, node.key))
  }
  draws.mockRestore()
  expect(hunters[0]?.capcomId).toBe('000000')
  expect(hunters[1]?.capcomId).toMatch(/^(?!000000)[0-9A-Z]{6}$/)
})

test('one ticket, claimed many times at once, is claimed once', async () => {
  const hunter = await newHunter(central, node)
  const { ticketHash } = await newTicket(central, node, hunter)
  await central.call(armTicket, { body: { ticketHash, serverId: 1 } }, node.key)
  const all = await atOnce(10, () =>
    central.call(claimSession, { body: { ticketHash, epoch: node.epoch } }, node.key),
  )
  expect(times(all, (one) => typeof one !== 'string')).toBe(1)
  expect(times(all, (one) => one === 'ticket_not_armed')).toBe(9)
  const [lease] = await central.sql`select fence::int from leases where capcom_id = ${hunter.capcomId}`
  expect(lease?.fence).toBe(1)
})

test('both nodes that a ticket is armed for claim at once: one gets it', async () => {
  const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
  await central.call(armTicket, { body: { ticketHash, serverId: 1 } }, node.key)
  await central.call(armTicket, { body: { ticketHash, serverId: farServer } }, node.key)
  const all = await atOnce(8, (index) => {
    const by = index % 2 === 0 ? node : far
    return central.call(claimSession, { body: { ticketHash, epoch: by.epoch } }, by.key)
  })
  expect(times(all, (one) => typeof one !== 'string')).toBe(1)
})

test('arming and claiming at once: whatever comes first, the ticket is never held and armed by chance', async () => {
  const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
  await central.call(armTicket, { body: { ticketHash, serverId: 1 } }, node.key)
  const [claimed, armed] = await Promise.allSettled([
    central.call(claimSession, { body: { ticketHash, epoch: node.epoch } }, node.key),
    central.call(armTicket, { body: { ticketHash, serverId: farServer } }, node.key),
  ])
  expect([claimed.status, armed.status]).toEqual(['fulfilled', 'fulfilled'])
  const [ticket] = await central.sql`select targets, expires_at from tickets where hash = ${ticketHash}`
  // Claimed first: armed anew for the next server. Armed first: both were armed, and the claim disarmed both.
  expect([[], [{ serverId: farServer, nodeId: far.nodeId }]]).toContainEqual(ticket?.targets)
  expect(ticket?.expires_at).toBeNull()
})

test('take-overs at once: fences rise one by one, and every holder but the last is told', async () => {
  const hunter = await newHunter(central, node)
  const all = await atOnce(8, (index) =>
    logIn(central, node, index % 2 === 0 ? node : far, hunter, index % 2 === 0 ? 1 : farServer),
  )
  const held = all.flatMap((one) => (typeof one === 'string' ? [] : [one.fence]))
  expect(held.sort((a, b) => a - b)).toEqual(held.map((_, index) => index + 1))
  const letters = await central.sql`select (body->>'fence')::int as fence from mail
    where body->>'capcomId' = ${hunter.capcomId} order by 1`
  expect(letters.map(({ fence }) => fence)).toEqual(held.slice(0, -1))
})

test('what is known of free places is never more than there are, and places that become free are found', async () => {
  const world = await central.node({ servers: [{ name: 'Six', type: 'open', capacity: 6 }] })
  const serverId = world.registration.servers[0]?.id ?? 0
  const [first, second, third, adopted, ...others] = await Promise.all(
    Array.from({ length: 20 }, () => newHunter(central, node)),
  )
  if (!first || !second || !third || !adopted) throw new Error('no hunters')
  const arm = (ticketHash: string) => central.call(armTicket, { body: { ticketHash, serverId } }, node.key)
  const claim = (ticketHash: string) =>
    central.call(claimSession, { body: { ticketHash, epoch: world.epoch } }, world.key)
  const countThere = async () => {
    const [count] = await central.sql`select count(*)::int as n from (
      select capcom_id from leases where server_id = ${serverId}
      union select capcom_id from seats where server_id = ${serverId} and expires_at > clock_timestamp()) all_there`
    return count?.n
  }
  const held = await Promise.all([first, second].map((hunter) => logIn(central, node, world, hunter)))
  // By whoever was there when central was not: nobody asks whether there is room.
  const before = await logIn(central, node, world, adopted)
  const left = (capcomId: string, fence: number) => ({ capcomId, fence, reason: 'left' as const })
  let number = 1
  const release = (...releases: ReturnType<typeof left>[]) =>
    central.call(syncNode, { body: syncBody(world.epoch, number++, { releases }) }, world.key)
  await release(left(adopted.capcomId, before.fence))
  // His place is free, and counted so.
  await central.sql`delete from server_room where server_id = ${serverId}`
  held.push(await logIn(central, node, world, third))
  const { incarnation } = world.registration
  const body = {
    epoch: world.epoch,
    incarnation,
    fence: before.fence,
    serverId,
    consoleId: adopted.consoleId,
  }
  const again = { login: crypto.randomUUID(), ticketHash: await sha256(crypto.randomUUID()) }
  const params = { capcomId: adopted.capcomId }
  await central.call(adoptSession, { params, body: { ...body, ...again } }, world.key)

  const tickets = await Promise.all(others.map((hunter) => newTicket(central, node, hunter)))
  const armed = await atOnce(16, async (index) => {
    const { ticketHash } = tickets[index] ?? { ticketHash: '' }
    await arm(ticketHash)
    return ticketHash
  })
  expect(times(armed, (one) => one === 'server_full')).toBe(14)
  expect(await countThere()).toBe(6)

  // Their time is over: two others get the places, and who comes late with his seat gets none.
  const late = armed.filter((one) => one !== 'server_full')
  await central.sql`update seats set expires_at = clock_timestamp() - interval '1 s' where server_id = ${serverId}`
  const sooner = await atOnce(14, async (index) => {
    const { ticketHash } = tickets.filter(({ ticketHash: hash }) => !late.includes(hash))[index] ?? {
      ticketHash: '',
    }
    await arm(ticketHash)
    return claim(ticketHash)
  })
  expect(times(sooner, (one) => typeof one !== 'string')).toBe(2)
  expect(await atOnce(2, (index) => claim(late[index] ?? ''))).toEqual(['server_full', 'server_full'])
  expect(await countThere()).toBe(6)

  // A count of long ago says nothing.
  await central.sql`insert into server_room values (${serverId}, 6, 5, clock_timestamp() - interval '2 min')`
  await expect(arm(late[0] ?? '')).rejects.toMatchObject({ code: 'server_full' })

  await release(...held.map(({ capcomId, fence }) => left(capcomId, fence)))
  const found = await atOnce(14, (index) => arm(tickets[index]?.ticketHash ?? ''))
  expect(times(found, (one) => typeof one !== 'string')).toBeGreaterThanOrEqual(3)
  expect(await countThere()).toBe(6)
})

test('seats never exceed the capacity, whoever asks at once', async () => {
  const world = await central.node({ servers: [{ name: 'Five', type: 'open', capacity: 5 }] })
  const serverId = world.registration.servers[0]?.id ?? 0
  const hunters = await Promise.all(Array.from({ length: 16 }, () => newHunter(central, node)))
  const tickets = await Promise.all(hunters.map((hunter) => newTicket(central, node, hunter)))
  const arm = (ticketHash: string) => central.call(armTicket, { body: { ticketHash, serverId } }, node.key)
  const armed = await atOnce(16, (index) => arm(tickets[index]?.ticketHash ?? ''))
  expect(times(armed, (one) => typeof one !== 'string')).toBe(5)
  expect(times(armed, (one) => one === 'server_full')).toBe(11)

  const going = tickets.filter((_, index) => typeof armed[index] !== 'string')
  const claims = going.map(({ ticketHash }) =>
    central.call(claimSession, { body: { ticketHash, epoch: world.epoch } }, world.key),
  )
  const again = tickets.map(({ ticketHash }) => arm(ticketHash).catch((error) => error.code))
  await Promise.all(claims)
  await Promise.all(again)
  const [count] = await central.sql`select
    (select count(*) from (select capcom_id from leases where server_id = ${serverId}
      union select capcom_id from seats where server_id = ${serverId}) all_there)::int as n`
  expect(count?.n).toBe(5)
})

test('a token for three nodes, used by many at once, enrols three', async () => {
  const { token } = await central.call(createEnrolToken, { body: { uses: 3 } }, central.operatorKey)
  const all = await atOnce(10, async () =>
    central.call(enrolNode, { body: { name: 'n', keyHash: await sha256(crypto.randomUUID()) } }, token),
  )
  expect(times(all, (one) => typeof one !== 'string')).toBe(3)
})

test('two starts of one node at once: different epochs, and only the newest serves', async () => {
  const world = await central.node({ servers: [{ name: 'Twins', type: 'open' }] })
  const starts = await Promise.all([world.again(), world.again(), world.again()])
  const epochs = starts.map(({ epoch }) => epoch).sort((a, b) => a - b)
  expect(epochs).toEqual([2, 3, 4])
  const all = await atOnce(3, (index) => {
    const { epoch, key } = starts[index] ?? world
    return central.call(syncNode, { body: syncBody(epoch, 1) }, key)
  })
  expect(times(all, (one) => typeof one !== 'string')).toBe(1)
})

test('nodes that bring servers at once get different ids', async () => {
  const nodes = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      central.node({
        servers: [
          { name: `A${index}`, type: 'open' },
          { name: `B${index}`, type: 'open' },
        ],
      }),
    ),
  )
  const ids = nodes.flatMap(({ registration }) => registration.servers.map(({ id }) => id))
  expect(new Set(ids).size).toBe(12)
})

test('a release that comes after the claim elsewhere changes nothing of it', async () => {
  const hunter = await newHunter(central, node)
  const world = await central.node({ servers: [{ name: 'Old', type: 'open' }] })
  const held = await logIn(central, node, world, hunter)
  await central.call(
    armSession,
    {
      params: { capcomId: hunter.capcomId },
      body: { epoch: world.epoch, fence: held.fence, serverId: farServer },
    },
    world.key,
  )
  const claim = { ticketHash: held.ticketHash, epoch: far.epoch }
  const there = await central.call(claimSession, { body: claim }, far.key)
  const release = { capcomId: hunter.capcomId, fence: held.fence, reason: 'left' as const }
  const answer = await central.call(
    syncNode,
    { body: syncBody(world.epoch, 1, { releases: [release] }) },
    world.key,
  )
  expect(answer.refused).toEqual([{ capcomId: hunter.capcomId, fence: held.fence }])
  const [lease] =
    await central.sql`select node_id, fence::int from leases where capcom_id = ${hunter.capcomId}`
  expect(lease).toEqual({ node_id: far.nodeId, fence: there.fence })
  const read = central.call(readTicket, { body: { ticketHash: held.ticketHash } }, node.key)
  await expect(read).resolves.toMatchObject({ capcomId: hunter.capcomId })
})

test('syncs, claims and registrations of one node at once deadlock nobody', async () => {
  const world = await central.node({ servers: [{ name: 'Busy', type: 'open' }] })
  const hunters = await Promise.all(Array.from({ length: 6 }, () => newHunter(central, node)))
  let number = 0
  const all = await atOnce(24, (index): Promise<unknown> => {
    const hunter = hunters[index % hunters.length]
    if (index % 8 === 7) return world.again()
    if (index % 2 === 0 || !hunter) {
      const body = syncBody(world.epoch, ++number, { draining: index % 4 === 0 })
      return central.call(syncNode, { body }, world.key)
    }
    return logIn(central, node, world, hunter)
  })
  const refusals = all.filter((one): one is string => typeof one === 'string')
  const expected = ['sync_out_of_order', 'epoch_superseded', 'ticket_not_armed', 'server_down']
  expect(refusals.filter((code) => !expected.includes(code))).toEqual([])
})
