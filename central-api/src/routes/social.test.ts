/** What concerns two players, endpoint by endpoint, on both runtimes. */
import {
  askFriend,
  blacklistAtMost,
  endTicket,
  findOnline,
  friendsAtMost,
  readTicket,
  requestsAtMost,
  searchCities,
  searchOnline,
  syncNode,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../hash.ts'
import { runtimes, type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { befriend, type Held, held, mailOf, player, please } from '../testing/friends.ts'
import { bytes, logIn, newHunter, newTicket, syncBody } from '../testing/hunters.ts'

const refusal = (code: string) => expect.objectContaining({ code })
const ids = (list: readonly { readonly capcomId: string }[]) => list.map(({ capcomId }) => capcomId)

describe.each(runtimes)('over %s', (runtime) => {
  let central: TestCentral
  let node: TestNode
  let far: TestNode
  let farMail: ReturnType<typeof mailOf>

  beforeAll(async () => {
    central = await testCentral(runtime)
    node = await central.node()
    far = await central.node({ roles: ['world'], servers: [{ name: 'Far', type: 'open', capacity: 9 }] })
    farMail = mailOf(central, far)
  })
  afterAll(() => central[Symbol.asyncDispose]())

  const here = (name?: string) => player(central, node, node, name)
  const there = async (name?: string): Promise<Held> => {
    const world = await central.node({ roles: ['world'], servers: [{ name: 'There', type: 'open' }] })
    return player(central, node, world, name)
  }
  /** Online nowhere any more. */
  async function away(name?: string): Promise<Held> {
    const hunter = await here(name)
    await central.sql`update leases set node_id = null where capcom_id = ${hunter.capcomId}`
    return hunter
  }

  describe('friend requests', () => {
    test('wait for the other, whose node is told when it is not the asking one', async () => {
      const [a, b, c] = [await here('Aria'), await player(central, node, far), await here('Cora')]
      const { outcome, request } = await a.ask(b)
      expect(outcome).toBe('asked')
      const from = { capcomId: a.capcomId, name: bytes('Aria') }
      expect(request).toEqual({ number: expect.any(Number), from, message: please })
      expect((await b.acquaintances()).requests).toEqual([request])
      expect(await farMail()).toEqual([
        { number: expect.any(Number), kind: 'friend-request', to: b.capcomId, request },
      ])
      await a.ask(c)
      const [letters] = await central.sql`select count(*)::int as n from mail where node_id = ${node.nodeId}`
      expect(letters?.n).toBe(0)
      expect((await c.acquaintances()).requests).toMatchObject([{ from }])
    })

    test('wait for one who is offline, and the last message of each asker counts', async () => {
      const [a, b, c] = [await here(), await here(), await away()]
      const first = await a.ask(c)
      await b.ask(c)
      const again = await a.ask(c, { info: bytes('info'), text: bytes('really') })
      expect(again.request?.number).toBeGreaterThan(first.request?.number ?? 0)
      const { fence, acquaintances } = await logIn(central, node, node, c.hunter)
      const known = await held(central, node, c.hunter, c.capcomId, fence).acquaintances()
      expect(acquaintances).toEqual(known)
      const { requests } = known
      expect(requests.map(({ from, message }) => [from.capcomId, message.text])).toEqual([
        [b.capcomId, please.text],
        [a.capcomId, bytes('really')],
      ])
    })

    test('an acceptance makes both rows and ends requests of both directions', async () => {
      const [a, b] = [await player(central, node, far, 'Aria'), await here('Bela')]
      await a.ask(b)
      await b.ask(a)
      await farMail()
      const made = { friend: { capcomId: a.capcomId, name: bytes('Aria') }, made: true }
      expect(await b.answer(a, true)).toEqual(made)
      expect(await farMail()).toMatchObject([
        { kind: 'friend-answer', to: a.capcomId, by: { capcomId: b.capcomId, name: bytes('Bela') } },
      ])
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const) {
        expect(await one.acquaintances()).toMatchObject({
          friends: [{ capcomId: other.capcomId }],
          requests: [],
        })
      }
      expect(await b.answer(a, true)).toEqual({ ...made, made: false })
      expect(await farMail()).toEqual([])
      expect(await a.ask(b)).toEqual({ outcome: 'already-friends', request: null })
    })

    test('a refusal ends the request and tells nobody; refusing nothing is nothing', async () => {
      const [a, b] = [await player(central, node, far), await here()]
      await a.ask(b)
      for (let times = 0; times < 2; times++)
        expect(await b.answer(a, false)).toEqual({ friend: null, made: false })
      await expect(b.answer(a, true)).rejects.toEqual(refusal('request_not_found'))
      expect((await a.acquaintances()).friends).toEqual([])
      expect(await farMail()).toEqual([])
    })

    test('friends stand in the order of acceptance', async () => {
      const me = await here()
      const others = [await here('Z'), await here('A'), await here('M')]
      for (const other of others) await me.ask(other)
      for (const other of [...others].reverse()) await other.answer(me, true)
      expect(ids((await me.acquaintances()).friends)).toEqual(ids([...others].reverse()))
    })

    test('deleting is one-sided, and both may be friends again', async () => {
      const [a, b] = [await here(), await here()]
      await befriend(a, b)
      await a.delete(b)
      await a.delete(b)
      expect((await a.acquaintances()).friends).toEqual([])
      expect(ids((await b.acquaintances()).friends)).toEqual([a.capcomId])
      await befriend(a, b)
      expect(ids((await a.acquaintances()).friends)).toEqual([b.capcomId])
      expect(ids((await b.acquaintances()).friends)).toEqual([a.capcomId])
    })

    test('a full list takes nobody more, asked or accepted', async () => {
      const [full, other] = [await here(), await here()]
      await other.ask(full)
      await fill('friends', 'owner', 'friend', full, friendsAtMost)
      await expect(full.ask(other)).rejects.toEqual(refusal('friend_list_full'))
      await expect((await here()).ask(full)).rejects.toEqual(refusal('friend_list_full'))
      await expect(full.answer(other, true)).rejects.toEqual(refusal('friend_list_full'))
      expect((await full.acquaintances()).requests).toHaveLength(1)
    })

    test('so many wait for one hunter, and no more', async () => {
      const [asked, asker] = [await here(), await here()]
      await fill('friend_requests', 'asked', 'asker', asked, requestsAtMost)
      await expect(asker.ask(asked)).rejects.toEqual(refusal('friend_refused'))
    })

    test('only between two who exist, and are two', async () => {
      const [a, nobody] = [await here(), { ...(await here()), capcomId: 'NOBODY' }]
      await expect(a.ask(nobody)).rejects.toEqual(refusal('player_not_found'))
      await expect(a.ask(a)).rejects.toEqual(refusal('bad_request'))
      await expect(a.delete(nobody)).resolves.toEqual({})
    })

    test('who denies requests gets none', async () => {
      const [a, b] = [await here(), await here()]
      await b.deny(true)
      expect(await b.acquaintances()).toMatchObject({ deniesRequests: true })
      await expect(a.ask(b)).rejects.toEqual(refusal('friend_refused'))
      await b.deny(false)
      await expect(a.ask(b)).resolves.toMatchObject({ outcome: 'asked' })
    })
  })

  describe('the blacklist', () => {
    test('ends friendship and requests, keeps new ones away, and tells the other node', async () => {
      const [a, b] = [await here(), await player(central, node, far, 'Bela')]
      await befriend(a, b)
      await farMail()
      expect(await a.block(b)).toEqual({ entry: { capcomId: b.capcomId, name: bytes('Bela') } })
      expect(await farMail()).toMatchObject([{ kind: 'friend-deleted', to: b.capcomId, by: a.capcomId }])
      expect(await a.acquaintances()).toMatchObject({ friends: [], blacklist: [{ capcomId: b.capcomId }] })
      expect(await b.acquaintances()).toMatchObject({ friends: [], blacklist: [] })
      await expect(b.ask(a)).rejects.toEqual(refusal('friend_refused'))
      await expect(a.ask(b)).rejects.toEqual(refusal('friend_refused'))
      await a.block(b, false)
      await a.block(b, false)
      await b.ask(a)
      await a.block(b)
      expect((await a.acquaintances()).requests).toEqual([])
    })

    test('keeps its order and its bound', async () => {
      const me = await here()
      const others = [await here('Z'), await here('A')]
      for (const other of [...others, ...others]) await me.block(other)
      expect(ids((await me.acquaintances()).blacklist)).toEqual(ids(others))
      await fill('blacklist', 'owner', 'blocked', me, blacklistAtMost - 2)
      await expect(me.block(await here())).rejects.toEqual(refusal('blacklist_full'))
      await expect(me.block(others[0] ?? me)).resolves.toMatchObject({ entry: {} })
    })
  })

  describe('tells', () => {
    test('go to the node that holds the receiver', async () => {
      const [a, b] = [await here('Aria'), await player(central, node, far)]
      expect(await a.tell(b, 'hail')).toEqual({ outcome: 'sent' })
      expect(await farMail()).toEqual([
        {
          ...{ number: expect.any(Number), kind: 'tell', to: b.capcomId },
          from: { capcomId: a.capcomId, name: bytes('Aria') },
          message: { info: '', text: bytes('hail') },
        },
      ])
      expect(await a.tell(await away())).toEqual({ outcome: 'offline' })
    })

    test('of a blocked sender are answered alike and not delivered', async () => {
      const [a, b] = [await here(), await player(central, node, far)]
      await b.block(a)
      expect(await a.tell(b)).toEqual({ outcome: 'sent' })
      expect(await farMail()).toEqual([])
    })

    test('do not go to a node whose lease is over', async () => {
      const [a, b] = [await here(), await there()]
      await central.sql`update node_epochs set expires_at = now() - interval '1 second'
        where node_id = (select node_id from leases where capcom_id = ${b.capcomId})`
      expect(await a.tell(b)).toEqual({ outcome: 'offline' })
    })
  })

  describe('the fence', () => {
    test('is looked at before anything else', async () => {
      const [a, b] = [await here(), await here()]
      await logIn(central, node, node, a.hunter)
      const acts = [
        () => a.acquaintances(),
        () => a.ask(b),
        () => a.answer(b, true),
        () => a.delete(b),
        () => a.block(b),
        () => a.deny(true),
        () => a.tell(b),
      ]
      for (const act of acts) await expect(act()).rejects.toEqual(refusal('fence_lost'))
      expect((await b.acquaintances()).requests).toEqual([])
    })

    test('a node that does not hold the player is refused, and so is an older start of it', async () => {
      const [a, b] = [await here(), await here()]
      const params = { capcomId: a.capcomId, other: b.capcomId }
      const ask = (world: TestNode, epoch = world.epoch) =>
        central.call(askFriend, { params, body: { epoch, fence: 1, message: please } }, world.key)
      await expect(ask(far)).rejects.toEqual(refusal('fence_lost'))
      await expect(ask(far, far.epoch + 1)).rejects.toEqual(refusal('incarnation_changed'))
    })

    test('a message has bounds', async () => {
      const [a, b] = [await here(), await here()]
      const long = { info: '', text: bytes('x'.repeat(1025)) }
      await expect(a.ask(b, long)).rejects.toEqual(refusal('bad_request'))
    })
  })

  describe('who is online', () => {
    interface Shown {
      readonly name: string
      readonly gate?: number
      readonly city?: number
      readonly leader?: boolean
      readonly fields?: string[]
      readonly cityFields?: string[]
    }

    /** Hunters on the far node, in a gate or city of its server. */
    async function shown(...places: Shown[]) {
      const world = await central.node({
        roles: ['world'],
        servers: [{ name: 'Search', type: 'open', capacity: 77 }],
      })
      const serverId = world.registration.servers[0]?.id ?? 0
      const hunters: Held[] = []
      const set = []
      for (const { name, gate, city, leader = false, ...more } of places) {
        const hunter = await newHunter(central, node, name)
        const { capcomId, fence } = await logIn(central, node, world, hunter)
        hunters.push(held(central, world, hunter, capcomId, fence))
        const at = { gate: gate ?? null, city: city ?? null, inQuest: false, leader, ...more }
        set.push({ capcomId, fence, serverId, ...at })
      }
      const presence = { generation: null, full: true, set, gone: [] }
      await central.call(syncNode, { body: syncBody(world.epoch, 1, { presence }) }, world.key)
      return { serverId, hunters, world }
    }
    const search = async (seeker: Held, namePart: string, capcomIdPart = '', limit = 100) => {
      const body = { seeker: seeker.capcomId, namePart: bytes(namePart), capcomIdPart, limit }
      return (await central.call(searchOnline, { body }, node.key)).items
    }

    test('is found by parts of name and id, with the place and its numbers', async () => {
      const seeker = await here()
      const { serverId, hunters } = await shown(
        { name: 'OnlyServer' },
        { name: 'onlyGate', gate: 3 },
        { name: 'ONLYCity', gate: 3, city: 2 },
        { name: 'Other 100%', gate: 3, city: 2 },
      )
      const at = { serverId, serverName: 'Search', inQuest: false, settings: null }
      expect(await search(seeker, 'only')).toEqual([
        { ...at, ...who(2, 'ONLYCity'), gate: 3, city: 2, population: 2, capacity: 4 },
        { ...at, ...who(1, 'onlyGate'), gate: 3, city: null, population: 3, capacity: 100 },
        { ...at, ...who(0, 'OnlyServer'), gate: null, city: null, population: 4, capacity: 77 },
      ])
      function who(index: number, name: string) {
        return { capcomId: hunters[index]?.capcomId, name: bytes(name) }
      }
      expect(ids(await search(seeker, 'ONLY', '', 2))).toEqual(
        ids([hunters[2], hunters[1]].flatMap((h) => h ?? [])),
      )
      expect(ids(await search(seeker, '0%'))).toEqual([hunters[3]?.capcomId])
      expect(await search(seeker, '_')).toEqual([])
      const [first] = hunters
      expect(ids(await search(seeker, '', first?.capcomId.slice(1, 5)))).toContain(first?.capcomId)
      expect(await search(seeker, 'only', first?.capcomId)).toHaveLength(1)
      const found = await central.call(
        findOnline,
        { body: { seeker: seeker.capcomId, capcomIds: [first?.capcomId ?? '', seeker.capcomId] } },
        node.key,
      )
      expect(ids(found.items)).toEqual([first?.capcomId])
    })

    test('meets conditions, by what he publishes or by his settings, and is found by his place', async () => {
      const seeker = await here()
      const { serverId, hunters } = await shown(
        { name: 'Cond1', gate: 3, city: 2, fields: ['3:7', '4:'] },
        { name: 'Cond2', gate: 3, fields: ['3:8'] },
        { name: 'Cond3', gate: 4 },
      )
      const settings = new Uint8Array(256)
      settings.set([1, 31, 0, 0, 0, 10])
      for (const { capcomId } of hunters.slice(1))
        await central.sql`update players set settings = ${settings} where capcom_id = ${capcomId}`
      const found = async (more: object) => {
        const body = {
          seeker: seeker.capcomId,
          namePart: bytes('cond'),
          capcomIdPart: '',
          limit: 100,
          ...more,
        }
        const { items } = await central.call(searchOnline, { body }, node.key)
        return items.map(({ name }) => Buffer.from(name, 'base64').toString())
      }
      const rank = `2:${(256 + 31) << 16}`
      expect(await found({ conditions: ['3:7'] })).toEqual(['Cond1'])
      expect(await found({ conditions: ['4:', '3:7'] })).toEqual(['Cond1'])
      expect(await found({ conditions: ['3:7', '3:8'] })).toEqual([])
      expect(await found({ conditions: [rank] })).toEqual(['Cond2', 'Cond3'])
      expect(await found({ conditions: [rank, '3:8'] })).toEqual(['Cond2'])
      expect(await found({ conditions: [`1:${10 << 24}`] })).toEqual(['Cond2', 'Cond3'])
      expect(await found({ conditions: [`1:${(10 << 24) + 1}`] })).toEqual([])
      const place = (gate: number | null, city: number | null) => ({ place: { serverId, gate, city } })
      expect(await found(place(null, null))).toEqual(['Cond1', 'Cond2', 'Cond3'])
      expect(await found(place(3, null))).toEqual(['Cond1', 'Cond2'])
      expect(await found(place(3, 2))).toEqual(['Cond1'])
      expect(await found({ place: { serverId: 9999, gate: null, city: null } })).toEqual([])
    })

    test('cities are found on other nodes, by what their leaders tell of them', async () => {
      const led = { gate: 3, city: 2, leader: true, cityFields: ['1:5', '2:31'] }
      const { serverId, hunters, world } = await shown(
        { name: 'Leads', ...led },
        { name: 'Follows', gate: 3, city: 2, cityFields: ['1:6'] },
        { name: 'LeadsToo', ...led, gate: 4, cityFields: ['1:5', '2:40'] },
      )
      const search = async (conditions: string[], by = node) => {
        const body = { serverId, conditions, limit: 100 }
        const { items } = await central.call(searchCities, { body }, by.key)
        return items.filter((city) => city.serverId === serverId)
      }
      const member = (index: number, name: string) => {
        const capcomId = hunters[index]?.capcomId
        return { capcomId, name: bytes(name), settings: null, inQuest: false }
      }
      expect(await search(['1:5', '2:31'])).toEqual([
        {
          ...{ serverId, serverName: 'Search', gate: 3, city: 2, capacity: 4, fields: ['1:5', '2:31'] },
          members: [member(0, 'Leads'), member(1, 'Follows')],
        },
      ])
      expect((await search(['1:5'])).map(({ gate }) => gate)).toEqual([3, 4])
      expect(await search([])).toHaveLength(2)
      expect(await search(['1:6'])).toEqual([])
      expect(await search([], world)).toEqual([])
    })

    test('whoever blocks or is blocked is not found, and nobody finds himself', async () => {
      const { hunters } = await shown({ name: 'Hidden1' }, { name: 'Hidden2' }, { name: 'Hidden3' })
      const [a, b, c] = hunters
      if (!a || !b || !c) throw new Error('three are shown')
      expect(await search(a, 'hidden')).toHaveLength(2)
      await a.block(b)
      expect(ids(await search(a, 'hidden'))).toEqual([c.capcomId])
      expect(ids(await search(b, 'hidden'))).toEqual([c.capcomId])
      const body = { seeker: b.capcomId, capcomIds: [a.capcomId, c.capcomId] }
      expect(ids((await central.call(findOnline, { body }, node.key)).items)).toEqual([c.capcomId])
    })
  })

  describe('endTicket', () => {
    const read = (ticketHash: string) => central.call(readTicket, { body: { ticketHash } }, node.key)
    const end = (ticketHash: string) => central.call(endTicket, { body: { ticketHash } }, node.key)

    test('ends every ticket of the log-in, and no other', async () => {
      const hunter = await newHunter(central, node)
      const [first, other] = [await newTicket(central, node, hunter), await newTicket(central, node, hunter)]
      const second = await newTicket(central, node, hunter, first.login)
      await end(second.ticketHash)
      await end(second.ticketHash)
      for (const { ticketHash } of [first, second])
        await expect(read(ticketHash)).rejects.toEqual(refusal('ticket_unknown'))
      await expect(read(other.ticketHash)).resolves.toMatchObject({ capcomId: hunter.capcomId })
      await expect(end(await sha256('unknown'))).resolves.toEqual({})
    })

    test('leaves alone who is in the game, and is for entry nodes', async () => {
      const { ticketHash } = await logIn(central, node, node, await newHunter(central, node))
      await end(ticketHash)
      await expect(read(ticketHash)).resolves.toMatchObject({ login: expect.any(String) })
      await expect(central.call(endTicket, { body: { ticketHash } }, far.key)).rejects.toEqual(
        refusal('forbidden'),
      )
    })
  })

  /** Rows between a hunter and `count` others who were never online. */
  async function fill(table: string, own: string, theirs: string, of: Held, count: number): Promise<void> {
    const { sql } = central
    const message = table === 'friend_requests'
    await sql`with made as (
        insert into consoles (support_code, media_version)
        select gen_random_uuid(), '' from generate_series(1, ${count}) returning id
      ), others as (
        insert into players (capcom_id, console_id, slot, name, name_text, name_folded)
        select upper(substr(md5(id::text), 1, 6)), id, 1, 'X', 'X', 'x' from made returning capcom_id
      )
      insert into ${sql(table)} (${sql(own)}, ${sql(theirs)} ${message ? sql`, info, text` : sql``})
      select ${of.capcomId}, capcom_id ${message ? sql`, '', ''` : sql``} from others`
  }
})
