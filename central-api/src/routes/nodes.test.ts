/** Enrolment, registration and sync, endpoint by endpoint, on both runtimes. */
import {
  createEnrolToken,
  enrolNode,
  getPlayer,
  listServers,
  releaseServers,
  syncNode,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { toBase64 } from '../base64.ts'
import { sha256 } from '../hash.ts'
import { can, runtimes, type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { logIn, newHunter, newTicket, syncBody } from '../testing/hunters.ts'

/** A hold that nothing ends fails its test. */
const shorterThanHold = 20_000

const refusal = (code: string) => expect.objectContaining({ code })

describe.each(runtimes)('over %s', (runtime) => {
  let central: TestCentral
  let node: TestNode

  beforeAll(async () => {
    central = await testCentral(runtime)
    node = await central.node()
  })
  afterAll(() => central[Symbol.asyncDispose]())

  describe('enrolment', () => {
    const token = async (uses = 1) =>
      (await central.call(createEnrolToken, { body: { roles: ['world'], uses } }, central.operatorKey)).token
    const enrol = async (key: string, secret: string) =>
      central.call(enrolNode, { body: { name: 'n', keyHash: await sha256(key) } }, secret)

    test('a token is good for its uses; the same key again is the same node', async () => {
      const secret = await token(2)
      const first = await enrol('cgn_one', secret)
      expect(first.roles).toEqual(['world'])
      expect(await enrol('cgn_one', secret)).toEqual(first)
      await enrol('cgn_two', secret)
      await expect(enrol('cgn_three', secret)).rejects.toEqual(refusal('enrolment_refused'))
    })

    test('an expired token, an unknown one and no operator are refused', async () => {
      const secret = await token()
      await central.sql`update enrol_tokens set expires_at = now() where token_hash = ${await sha256(secret)}`
      await expect(enrol('cgn_late', secret)).rejects.toEqual(refusal('enrolment_refused'))
      await expect(enrol('cgn_late', 'cge_unknown')).rejects.toEqual(refusal('enrolment_refused'))
      const asNode = central.call(createEnrolToken, { body: {} }, node.key)
      await expect(asNode).rejects.toEqual(refusal('forbidden'))
    })
  })

  describe('registration', () => {
    test('the default world goes to the first that asks, and stays his through a restart and a silence', async () => {
      const names = node.registration.servers.map(({ name }) => name)
      expect(names).toEqual([
        ...['Valor1', 'Valor2', 'Valor3', 'Valor4', 'Beginners1', 'Beginners2', 'Veterans1', 'Veterans2'],
        ...['Greed1', 'Greed2', 'Greed3', 'Greed4'],
      ])
      await central.sql`update node_epochs set expires_at = now() where node_id = ${node.nodeId}`
      const other = await central.node()
      expect(other.registration.servers).toEqual([])
      node = await node.again()
      expect(node.registration.servers.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    })

    test('an operator’s word frees the servers of a dead node', async () => {
      const dead = await central.node({ roles: ['world'], servers: [{ name: 'Dead', type: 'open' }] })
      const ids = dead.registration.servers.map(({ id }) => id)
      const release = (nodeId: string, key = central.operatorKey) =>
        central.call(releaseServers, { params: { nodeId } }, key)
      await expect(release(dead.nodeId, dead.key)).rejects.toEqual(refusal('forbidden'))
      await expect(release(crypto.randomUUID())).rejects.toEqual(refusal('node_not_found'))
      expect(await release(dead.nodeId)).toEqual({ released: ids })
      expect(await release(dead.nodeId)).toEqual({ released: [] })
      const id = ids[0] ?? 0
      const heir = await central.node({ roles: ['world'], servers: [{ id, name: 'Heir', type: 'expert' }] })
      expect(heir.registration.servers).toMatchObject([{ id, name: 'Heir', type: 'expert' }])
    })

    test('own servers keep their ids by name, and a wish for another’s id is not granted', async () => {
      const wish = [
        { id: 1, name: 'Mine', type: 'open' as const, capacity: 10 },
        { name: 'Also', type: 'rookie' as const },
      ]
      const own = await central.node({ roles: ['world'], servers: wish })
      const [mine, also] = own.registration.servers
      expect(mine?.id).toBeGreaterThan(12)
      const newer = await own.again({ servers: [...wish].reverse() })
      expect(newer.registration.servers).toEqual([mine, also])
      const less = await own.again({ servers: wish.slice(1) })
      expect(less.registration.servers).toEqual([also])
    })

    test('a role that was not granted is refused, and a list that would overflow the console’s', async () => {
      const world = await central.node({ roles: ['world'], servers: [] })
      await expect(world.again({ roles: ['entry'] })).rejects.toEqual(refusal('forbidden'))
      const many = Array.from({ length: 80 }, (_, i) => ({ name: `S${i}`, type: 'open' as const }))
      await expect(world.again({ servers: many })).rejects.toEqual(refusal('bad_request'))
    })
  })

  describe('sync', () => {
    const presenceOf = (hold: { capcomId: string; fence: number }, serverId = 1) => ({
      ...{ capcomId: hold.capcomId, fence: hold.fence, serverId },
      ...{ gate: 3, city: null, inQuest: false, leader: false },
    })

    /** A node of its own with a number of its own. */
    async function syncing() {
      const world = await central.node({ servers: [{ name: 'Sync', type: 'open' }] })
      const serverId = world.registration.servers[0]?.id ?? 0
      let number = 0
      const send = (changes: Parameters<typeof syncBody>[2] = {}, signal?: AbortSignal) =>
        central.call(syncNode, { body: syncBody(world.epoch, ++number, changes) }, world.key, signal)
      return { world, serverId, send }
    }

    const playerNow = (capcomId: string) => central.call(getPlayer, { params: { capcomId } })

    test('presence is shown under the lease’s fence, until it is gone or released', async () => {
      const { world, serverId, send } = await syncing()
      const hold = await logIn(central, world, world, await newHunter(central, world))
      const first = await send({
        presence: { generation: null, full: true, set: [presenceOf(hold, serverId)], gone: [] },
      })
      expect(first).toMatchObject({ refused: [], presence: { wantFull: false } })
      expect(await playerNow(hold.capcomId)).toMatchObject({
        online: true,
        location: { server: { id: serverId }, gate: { id: 3 }, city: null },
      })
      expect(first.directory.servers.find(({ id }) => id === serverId)?.population).toBe(1)

      const { generation } = first.presence
      const gone = {
        generation,
        full: false,
        set: [],
        gone: [{ capcomId: hold.capcomId, fence: hold.fence }],
      }
      await send({ presence: gone })
      expect(await playerNow(hold.capcomId)).toMatchObject({ online: false, location: null })

      await send({ presence: { generation, full: false, set: [presenceOf(hold, serverId)], gone: [] } })
      expect(await playerNow(hold.capcomId)).toMatchObject({ online: true })
      const release = { capcomId: hold.capcomId, fence: hold.fence, reason: 'left' as const }
      await send({ presence: { generation, full: false, set: [], gone: [] }, releases: [release] })
      expect(await playerNow(hold.capcomId)).toMatchObject({ online: false })
      expect(await central.sql`select * from tickets where login = ${hold.login}`).toEqual([])
    })

    test('a full set is everybody', async () => {
      const { world, serverId, send } = await syncing()
      const holds = await Promise.all(
        ['One', 'Two'].map(async (name) =>
          logIn(central, world, world, await newHunter(central, world, name)),
        ),
      )
      const all = (set: typeof holds) => ({
        generation: null,
        full: true,
        set: set.map((hold) => presenceOf(hold, serverId)),
        gone: [],
      })
      // Counted here: what a sync brings may have been read a moment ago.
      const shown = async (set: typeof holds) => {
        await send({ presence: all(set) })
        const [found] =
          await central.sql`select count(*)::int as n from live_presence where server_id = ${serverId}`
        return found?.n
      }
      expect(await shown(holds)).toBe(2)
      expect(await shown(holds.slice(1))).toBe(1)
    })

    test('what is not this node’s is refused by name and not shown', async () => {
      const { world, serverId, send } = await syncing()
      const hold = await logIn(central, world, world, await newHunter(central, world))
      const wrong = { ...presenceOf(hold, serverId), fence: hold.fence + 1 }
      const answer = await send({ presence: { generation: null, full: true, set: [wrong], gone: [] } })
      expect(answer.refused).toEqual([{ capcomId: hold.capcomId, fence: hold.fence + 1 }])
      expect(await playerNow(hold.capcomId)).toMatchObject({ online: false })
    })

    test('nobody is shown on a game server that the node does not carry', async () => {
      const { world, send } = await syncing()
      const hold = await logIn(central, world, world, await newHunter(central, world))
      const answer = await send({
        presence: { generation: null, full: true, set: [presenceOf(hold, 1)], gone: [] },
      })
      expect(answer.refused).toEqual([])
      expect(await playerNow(hold.capcomId)).toMatchObject({ online: false })
    })

    test('another generation asks for the full set', async () => {
      const { send } = await syncing()
      const delta = { generation: 'before the crash', full: false, set: [], gone: [] }
      expect((await send({ presence: delta })).presence.wantFull).toBe(true)
    })

    test('who travels keeps his ticket for a while', async () => {
      const { world, send } = await syncing()
      const hold = await logIn(central, world, world, await newHunter(central, world))
      const release = { capcomId: hold.capcomId, fence: hold.fence, reason: 'travelling' as const }
      await send({ releases: [release] })
      const [ticket] =
        await central.sql`select expires_at > clock_timestamp() as live from tickets where hash = ${hold.ticketHash}`
      expect(ticket).toEqual({ live: true })
    })

    test('settings are written under the fence, and tell rank and weapon', async () => {
      const { world, send } = await syncing()
      const hunter = await newHunter(central, world)
      const hold = await logIn(central, world, world, hunter)
      const blob = new Uint8Array(256)
      blob.set([0, 44, 0, 0, 0, 10])
      const settings = toBase64(blob)
      const write = (fence: number, value: string) =>
        send({ settings: [{ capcomId: hold.capcomId, fence, settings: value }] })
      expect((await write(hold.fence, settings)).refused).toEqual([])
      expect(await playerNow(hold.capcomId)).toMatchObject({ rank: 44, weapon: 'lance' })
      const later = await logIn(central, world, world, hunter)
      expect(later.settings).toBe(settings)
      const late = await write(hold.fence, toBase64(new Uint8Array(256)))
      expect(late.refused).toEqual([{ capcomId: hold.capcomId, fence: hold.fence }])
      expect(await playerNow(hold.capcomId)).toMatchObject({ rank: 44 })
    })

    test('settings behind a release are written while nobody has claimed since, and the answer says so', async () => {
      const { world, send } = await syncing()
      const hold = await logIn(central, world, world, await newHunter(central, world))
      const { capcomId, fence } = hold
      await send({ releases: [{ capcomId, fence, reason: 'travelling' }] })
      const blob = new Uint8Array(256)
      blob.set([0, 12])
      expect((await send({ settings: [{ capcomId, fence, settings: toBase64(blob) }] })).refused).toEqual([])
      expect(await playerNow(capcomId)).toMatchObject({ rank: 12 })
    })

    test('numbers only rise, epochs only rise, and central is never behind', async () => {
      const { world, send } = await syncing()
      await send()
      const again = (epoch: number, number: number) =>
        central.call(syncNode, { body: syncBody(epoch, number) }, world.key)
      await expect(again(world.epoch, 1)).rejects.toEqual(refusal('sync_out_of_order'))
      await expect(again(world.epoch + 1, 1)).rejects.toEqual(refusal('incarnation_changed'))
      await world.again()
      await expect(again(world.epoch, 2)).rejects.toEqual(refusal('epoch_superseded'))
      await expect(central.call(syncNode, { body: syncBody(1, 1) }, 'cgn_unknown')).rejects.toEqual(
        refusal('unauthorized'),
      )
    })

    test('letters come in order, again until they are acknowledged', async () => {
      const { world, send } = await syncing()
      for (const fence of [1, 2, 3]) {
        const body = central.sql.json({ capcomId: 'LETTER', fence })
        await central.sql`insert into mail (node_id, kind, body) values (${world.nodeId}, 'session-taken', ${body})`
      }
      const first = await send()
      expect(first.mail).toMatchObject([{ fence: 1 }, { fence: 2 }, { fence: 3 }])
      expect((await send()).mail).toEqual(first.mail)
      expect((await send({ mailSeen: first.mail[1]?.number ?? 0 })).mail).toEqual(first.mail.slice(2))
      expect((await send({ mailSeen: first.mail[2]?.number ?? 0 })).mail).toEqual([])
    })

    test('a drained node is marked so in the list, and gets no new seats', async () => {
      const { world, serverId, send } = await syncing()
      const before = await send()
      const after = await send({ draining: true })
      expect(after.directory.servers.find(({ id }) => id === serverId)?.status).toBe('draining')
      expect(after.directory.entries.map(({ nodeId }) => nodeId)).not.toContain(world.nodeId)
      expect(after.directory.version).toBeGreaterThan(before.directory.version)
    })

    const held = can('held calls', runtime)
    if (!held) {
      test('is answered at once, with a time for the next', async () => {
        const { send } = await syncing()
        const { number, leaseMs, nextSyncMs } = await send({ holdMs: 25_000 })
        expect(number).toBe(1)
        expect(nextSyncMs).toBeGreaterThanOrEqual(15_000)
        expect(leaseMs).toBe(Math.max(60_000, 3 * nextSyncMs))
      })
    }
    describe.runIf(held)('held', () => {
      /** Up to date in everything, so that there is nothing to say. */
      const idle = (answer: Awaited<ReturnType<Awaited<ReturnType<typeof syncing>>['send']>>) => ({
        holdMs: 25_000,
        directoryVersion: answer.directory.version,
        mailSeen: answer.mail.at(-1)?.number ?? 0,
        presence: { generation: answer.presence.generation, full: false, set: [], gone: [] },
      })

      /** Central has applied the call of this number. */
      const seen = ({ nodeId }: TestNode, number: number) =>
        vi.waitFor(
          async () => {
            const [row] = await central.sql`select last_sync::int from node_epochs where node_id = ${nodeId}`
            expect(row?.last_sync).toBe(number)
          },
          { timeout: 20_000 },
        )

      test('ends with a letter', { timeout: shorterThanHold }, async () => {
        const { world, send } = await syncing()
        const hunter = await newHunter(central, world)
        const hold = await logIn(central, world, world, hunter)
        const held = send(idle(await send()))
        await logIn(central, node, node, hunter, 1)
        expect((await held).mail).toMatchObject([{ kind: 'session-taken', fence: hold.fence }])
      })

      test('ends with a change of the directory', { timeout: shorterThanHold }, async () => {
        const { send } = await syncing()
        const now = await send()
        const held = send(idle(now))
        await central.node({ servers: [{ name: 'New', type: 'open' }] })
        expect((await held).directory.version).toBeGreaterThan(now.directory.version)
      })

      test('ends with a newer call', { timeout: shorterThanHold }, async () => {
        const { world, send } = await syncing()
        const held = expect(send(idle(await send()))).rejects.toEqual(refusal('sync_out_of_order'))
        await seen(world, 2)
        await send()
        await held
      })
    })
  })

  test('log-ins on their way from an entry node are its load', async () => {
    const [busy, free] = [await central.node({ servers: [] }), await central.node({ servers: [] })]
    await newTicket(central, busy, await newHunter(central, busy))
    const { directory } = (await node.again()).registration
    const order = directory.entries.map(({ nodeId }) => nodeId)
    expect(order.indexOf(free.nodeId)).toBeLessThan(order.indexOf(busy.nodeId))
    expect((await central.call(listServers, {})).items[0]).toMatchObject({ id: 1, status: 'up' })
  })
})

test.runIf(can('held calls'))(
  'a held call ends when its caller goes',
  { timeout: shorterThanHold },
  async () => {
    await using central = await testCentral()
    const { key, epoch, nodeId } = await central.node({ servers: [] })
    const send = (number: number, body: Parameters<typeof syncBody>[2], signal?: AbortSignal) =>
      central.call(syncNode, { body: syncBody(epoch, number, body) }, key, signal)
    const { directory } = await send(1, {})
    const gone = new AbortController()
    const held = send(2, { holdMs: 25_000, directoryVersion: directory.version }, gone.signal)
    await vi.waitFor(
      async () => {
        const [row] = await central.sql`select last_sync::int from node_epochs where node_id = ${nodeId}`
        expect(row?.last_sync).toBe(2)
      },
      { timeout: 20_000 },
    )
    gone.abort()
    expect((await held).number).toBe(2)
  },
)
