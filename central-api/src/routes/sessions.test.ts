/** The way of a log-in, endpoint by endpoint, on both runtimes. */
import {
  armSession,
  armTicket,
  chooseHunter,
  claimSession,
  findTicket,
  identifyConsole,
  issueTicket,
  readTicket,
  releaseOwnServers,
  syncNode,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../hash.ts'
import { runtimes, type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { bytes, logIn, media, newHunter, newTicket, syncBody } from '../testing/hunters.ts'

describe.each(runtimes)('over %s', (runtime) => {
  let central: TestCentral
  /** Entry, and world with the default servers 1 to 12. */
  let node: TestNode
  /** World alone, with two servers of its own. */
  let far: TestNode
  let farServer: number
  let smallServer: number

  beforeAll(async () => {
    central = await testCentral(runtime)
    node = await central.node()
    far = await central.node({
      roles: ['world'],
      servers: [
        { name: 'Far', type: 'open' },
        { name: 'Small', type: 'open', capacity: 1 },
      ],
    })
    ;[farServer = 0, smallServer = 0] = far.registration.servers.map(({ id }) => id)
  })
  afterAll(() => central[Symbol.asyncDispose]())

  const refusal = (code: string) => expect.objectContaining({ code })

  describe('identifyConsole', () => {
    const identify = (supportCode: string | null, key = node.key) =>
      central.call(identifyConsole, { body: { supportCode, mediaVersion: media } }, key)

    test('draws a code for a console without one, and knows it again', async () => {
      const made = await identify(null)
      expect(made).toMatchObject({ created: true, slots: [] })
      expect(made.supportCode).toMatch(/^[0-9A-Z]{11}$/)
      expect(await identify(made.supportCode)).toEqual({ ...made, created: false })
    })

    test('adopts a code of another server', async () => {
      const code = 'WABCDEFGHIJKLMNOPQRSTUVWXYZ9'
      expect(await identify(code)).toMatchObject({ created: true, supportCode: code })
      expect(await identify(code)).toMatchObject({ created: false, supportCode: code })
    })

    test('takes no NUL, which no text of the database can keep', async () => {
      const body = { supportCode: null, mediaVersion: 'a\0b' }
      const made = central.call(identifyConsole, { body }, node.key)
      await expect(made).rejects.toMatchObject({
        code: 'bad_request',
        message: expect.stringContaining('body mediaVersion: text without NUL'),
      })
    })

    test('is for entry nodes', async () => {
      await expect(identify(null, far.key)).rejects.toEqual(refusal('forbidden'))
      await expect(identify(null, 'cgn_none')).rejects.toEqual(refusal('unauthorized'))
    })
  })

  describe('a ticket that goes with the step before', () => {
    const next = async (login: string) => ({ hash: await sha256(crypto.randomUUID()), login })
    const read = (ticketHash: string) => central.call(readTicket, { body: { ticketHash } }, node.key)

    test('is of the console or of the hunter, and leads into the game', async () => {
      const login = crypto.randomUUID()
      const first = await next(login)
      const identified = await central.call(
        identifyConsole,
        { body: { supportCode: null, mediaVersion: media, ticket: first } },
        node.key,
      )
      const { consoleId } = identified
      expect(Date.parse(identified.ticketUntil ?? '')).toBeGreaterThan(Date.now())
      expect(await read(first.hash)).toEqual({ login, consoleId, capcomId: null, slots: [] })

      const second = await next(login)
      const params = { consoleId, slot: '1' }
      const body = { name: bytes('Ahead'), create: true, ticket: second }
      const { ticketUntil, capcomId, created } = await central.call(chooseHunter, { params, body }, node.key)
      expect([typeof ticketUntil, created]).toEqual(['string', true])
      // The answer was lost, and it is asked again: the ticket is there.
      const repeated = await central.call(chooseHunter, { params, body }, node.key)
      expect(repeated).toMatchObject({ capcomId, created: false })
      expect(repeated.ticketUntil).toBeNull()
      expect(await read(second.hash)).toMatchObject({ login, consoleId, capcomId })
      await expect(read(first.hash)).rejects.toEqual(refusal('ticket_unknown'))

      await central.call(armTicket, { body: { ticketHash: second.hash, serverId: farServer } }, node.key)
      const claim = { ticketHash: second.hash, epoch: far.epoch }
      expect(await central.call(claimSession, { body: claim }, far.key)).toMatchObject({ capcomId })
    })

    test('is not made where the step is refused', async () => {
      const { consoleId } = await newHunter(central, node)
      const ticket = await next(crypto.randomUUID())
      const body = { name: null, create: false, ticket }
      await expect(
        central.call(chooseHunter, { params: { consoleId, slot: '4' }, body }, node.key),
      ).rejects.toEqual(refusal('slot_empty'))
      await expect(read(ticket.hash)).rejects.toEqual(refusal('ticket_unknown'))
    })
  })

  describe('findTicket', () => {
    const find = (ticketHash: string, key: string) => central.call(findTicket, { body: { ticketHash } }, key)
    const arm = (ticketHash: string, { registration }: TestNode) => {
      const serverId = registration.servers[0]?.id ?? 0
      return central.call(armTicket, { body: { ticketHash, serverId } }, node.key)
    }

    test('names the node that the console is on its way to, to those behind the same address alone', async () => {
      const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
      const beside = (name: string) => central.node({ roles: ['world'], servers: [{ name, type: 'open' }] })
      const [one, two] = [await beside('One'), await beside('Two')]
      const listensAt = (port: number, ...nodes: TestNode[]) =>
        central.sql`update node_epochs set fmp = ${central.sql.json({ host: '192.0.2.1', port })}
          where node_id in ${central.sql(nodes.map(({ nodeId }) => nodeId))}`
      await listensAt(8202, one)
      await listensAt(8211, two)
      expect(await find(ticketHash, two.key)).toEqual({ nodeId: null })
      await arm(ticketHash, two)
      expect(await find(ticketHash, two.key)).toEqual({ nodeId: two.nodeId })
      expect(await find(ticketHash, one.key)).toEqual({ nodeId: null })
      await listensAt(8202, two)
      expect(await find(ticketHash, one.key)).toEqual({ nodeId: two.nodeId })
      for (const { key } of [one, two]) await central.call(releaseOwnServers, {}, key)
    })

    test('knows no ticket that there is not', async () => {
      const none = await sha256('none')
      expect(await find(none, node.key)).toEqual({ nodeId: null })
      await expect(find(none, 'cgn_none')).rejects.toEqual(refusal('unauthorized'))
    })
  })

  describe('chooseHunter', () => {
    const choose = (consoleId: string, slot: string, name: string | null, create: boolean) =>
      central.call(
        chooseHunter,
        { params: { consoleId, slot }, body: { name: name === null ? null : bytes(name), create } },
        node.key,
      )

    test('creates in a free slot, once however often it is asked', async () => {
      const { consoleId } = await newHunter(central, node)
      const made = await choose(consoleId, '6', 'Six', true)
      expect(made).toMatchObject({ slot: 6, name: bytes('Six'), created: true })
      expect(made.capcomId).toMatch(/^[0-9A-Z]{6}$/)
      expect(await choose(consoleId, '6', 'Six', true)).toEqual({ ...made, created: false })
      await expect(choose(consoleId, '6', 'Other', true)).rejects.toEqual(refusal('slot_taken'))
    })

    test('chooses a used slot as it is, or with another name', async () => {
      const { consoleId, capcomId, supportCode } = await newHunter(central, node, 'Before')
      expect(await choose(consoleId, '1', null, false)).toMatchObject({ capcomId, name: bytes('Before') })
      expect(await choose(consoleId, '1', 'After', false)).toMatchObject({ capcomId, name: bytes('After') })
      const { slots } = await central.call(
        identifyConsole,
        { body: { supportCode, mediaVersion: media } },
        node.key,
      )
      expect(slots).toEqual([{ slot: 1, capcomId, name: bytes('After') }])
      const [row] =
        await central.sql`select name_text, name_folded from players where capcom_id = ${capcomId}`
      expect(row).toEqual({ name_text: 'After', name_folded: 'after' })
    })

    test('refuses what cannot be', async () => {
      const { consoleId } = await newHunter(central, node)
      await expect(choose(consoleId, '2', null, false)).rejects.toEqual(refusal('slot_empty'))
      await expect(choose(consoleId, '2', null, true)).rejects.toEqual(refusal('bad_request'))
      await expect(choose(consoleId, '7', 'Seven', true)).rejects.toEqual(refusal('bad_request'))
      await expect(choose(crypto.randomUUID(), '1', 'Nobody', true)).rejects.toEqual(
        refusal('console_not_found'),
      )
    })

    test.each(['', 'x'.repeat(32)])('refuses the name %j', async (name) => {
      const { consoleId } = await newHunter(central, node)
      await expect(choose(consoleId, '2', name, true)).rejects.toEqual(refusal('bad_request'))
    })
  })

  describe('tickets', () => {
    const read = (ticketHash: string) => central.call(readTicket, { body: { ticketHash } }, node.key)

    test('a ticket tells its log-in, and a newer one that is used ends it', async () => {
      const hunter = await newHunter(central, node)
      const first = await newTicket(central, node, { ...hunter, capcomId: null })
      expect(await read(first.ticketHash)).toMatchObject({
        ...{ login: first.login, consoleId: hunter.consoleId, capcomId: null },
        slots: [{ slot: 1, capcomId: hunter.capcomId }],
      })
      const second = await newTicket(central, node, hunter, first.login)
      expect(second.login).toBe(first.login)
      expect(await read(first.ticketHash)).toMatchObject({ capcomId: null })
      expect(await read(second.ticketHash)).toMatchObject({ capcomId: hunter.capcomId })
      await expect(read(first.ticketHash)).rejects.toEqual(refusal('ticket_unknown'))
    })

    test('a ticket that is issued again, for the answer was lost, is the same; of another log-in it is refused', async () => {
      const [hunter, other] = [await newHunter(central, node), await newHunter(central, node)]
      const ticketHash = await sha256(crypto.randomUUID())
      const issue = ({ consoleId, capcomId }: typeof hunter, login: string | null = null) =>
        central.call(issueTicket, { body: { ticketHash, login, consoleId, capcomId } }, node.key)
      const first = await issue(hunter)
      expect(await issue(hunter)).toEqual(first)
      expect(await issue(hunter, first.login)).toEqual(first)
      await expect(issue(hunter, crypto.randomUUID())).rejects.toEqual(refusal('ticket_unknown'))
      await expect(issue(other)).rejects.toEqual(refusal('ticket_unknown'))
    })

    test('time in transit ends a ticket', async () => {
      const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
      await central.sql`update tickets set expires_at = now() - interval '1 second' where hash = ${ticketHash}`
      await expect(read(ticketHash)).rejects.toEqual(refusal('ticket_unknown'))
    })

    test('only for a console that exists, and a hunter of its own', async () => {
      const [one, other] = [await newHunter(central, node), await newHunter(central, node)]
      const issue = (consoleId: string, capcomId: string | null) =>
        central.call(
          issueTicket,
          { body: { ticketHash: '0'.repeat(64), login: null, consoleId, capcomId } },
          node.key,
        )
      await expect(issue(crypto.randomUUID(), null)).rejects.toEqual(refusal('console_not_found'))
      await expect(issue(one.consoleId, other.capcomId)).rejects.toEqual(refusal('player_not_found'))
    })
  })

  describe('armTicket', () => {
    const arm = (ticketHash: string, serverId: number) =>
      central.call(armTicket, { body: { ticketHash, serverId } }, node.key)

    test('gives the address of the node that carries the server', async () => {
      const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
      const target = await arm(ticketHash, 3)
      expect(target).toMatchObject({ serverId: 3, address: { host: '127.0.0.1', port: 8202 } })
      expect(Date.parse(target.seatUntil)).toBeGreaterThan(0)
    })

    test('two choices are one seat, and both stay armed', async () => {
      const hunter = await newHunter(central, node)
      const { ticketHash } = await newTicket(central, node, hunter)
      await arm(ticketHash, 1)
      await arm(ticketHash, farServer)
      const seats = await central.sql`select server_id from seats where capcom_id = ${hunter.capcomId}`
      expect(seats).toEqual([{ server_id: farServer }])
      const held = await central.call(claimSession, { body: { ticketHash, epoch: node.epoch } }, node.key)
      expect(held.serverId).toBe(1)
    })

    test('refuses in the words of the cause', async () => {
      const hunter = await newHunter(central, node)
      const { ticketHash } = await newTicket(central, node, hunter)
      const early = await newTicket(central, node, { ...hunter, capcomId: null })
      await expect(arm(await sha256('none'), 1)).rejects.toEqual(refusal('ticket_unknown'))
      await expect(arm(early.ticketHash, 1)).rejects.toEqual(refusal('ticket_without_hunter'))
      await expect(arm(ticketHash, 4000)).rejects.toEqual(refusal('server_not_found'))
    })

    test('a server whose node is silent for too long is down', async () => {
      const dying = await central.node({ roles: ['world'], servers: [{ name: 'Dying', type: 'open' }] })
      await central.sql`update node_epochs set expires_at = now() where node_id = ${dying.nodeId}`
      const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
      const serverId = dying.registration.servers[0]?.id ?? 0
      await expect(arm(ticketHash, serverId)).rejects.toEqual(refusal('server_down'))
    })

    test('a full server is refused; its own traveller may ask again', async () => {
      const [one, other] = [await newHunter(central, node), await newHunter(central, node)]
      const first = await newTicket(central, node, one)
      await arm(first.ticketHash, smallServer)
      const second = await newTicket(central, node, other)
      await expect(arm(second.ticketHash, smallServer)).rejects.toEqual(refusal('server_full'))
      await expect(arm(first.ticketHash, smallServer)).resolves.toMatchObject({ serverId: smallServer })
      await central.sql`delete from seats where server_id = ${smallServer}`
    })
  })

  describe('claimSession', () => {
    const claim = (ticketHash: string, by: TestNode, epoch = by.epoch) =>
      central.call(claimSession, { body: { ticketHash, epoch } }, by.key)

    test('gives the hunter, and confirms the seat', async () => {
      const hunter = await newHunter(central, node, 'Claimed')
      const held = await logIn(central, node, node, hunter, 2)
      expect(held).toMatchObject({
        ...{ capcomId: hunter.capcomId, name: bytes('Claimed'), serverId: 2, fence: 1, settings: null },
      })
      expect(await central.sql`select * from seats where capcom_id = ${hunter.capcomId}`).toEqual([])
    })

    test('only once, only by the armed node, only with a hunter', async () => {
      const hunter = await newHunter(central, node)
      const { ticketHash } = await newTicket(central, node, hunter)
      await expect(claim(ticketHash, node)).rejects.toEqual(refusal('ticket_not_armed'))
      await central.call(armTicket, { body: { ticketHash, serverId: 1 } }, node.key)
      await expect(claim(ticketHash, far)).rejects.toEqual(refusal('ticket_not_armed'))
      await claim(ticketHash, node)
      await expect(claim(ticketHash, node)).rejects.toEqual(refusal('ticket_not_armed'))
      await expect(claim(await sha256('none'), node)).rejects.toEqual(refusal('ticket_unknown'))
    })

    test('an old start of a node may not claim, nor one that central does not know', async () => {
      const world = await central.node({ roles: ['world'], servers: [{ name: 'Again', type: 'open' }] })
      const newer = await world.again()
      expect(newer.registration.servers).toEqual(world.registration.servers)
      const serverId = newer.registration.servers[0]?.id ?? 0
      const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
      await central.call(armTicket, { body: { ticketHash, serverId } }, node.key)
      await expect(claim(ticketHash, newer, world.epoch)).rejects.toEqual(refusal('epoch_superseded'))
      await expect(claim(ticketHash, newer, newer.epoch + 1)).rejects.toEqual(refusal('incarnation_changed'))
      expect(await claim(ticketHash, newer)).toMatchObject({ serverId })
    })

    test('a second log-in of the same console takes over, and the holder gets a letter', async () => {
      const hunter = await newHunter(central, node)
      const first = await logIn(central, node, far, hunter, farServer)
      const second = await logIn(central, node, node, hunter, 1)
      expect(second.fence).toBe(first.fence + 1)
      const { mail } = await central.call(syncNode, { body: syncBody(far.epoch, 1) }, far.key)
      const letter = { kind: 'session-taken', capcomId: hunter.capcomId, fence: first.fence }
      expect(mail).toContainEqual(expect.objectContaining(letter))
    })

    test('a seat that has run out is given again only where there is room', async () => {
      const [late, quick] = [await newHunter(central, node), await newHunter(central, node)]
      const { ticketHash } = await newTicket(central, node, late)
      await central.call(armTicket, { body: { ticketHash, serverId: smallServer } }, node.key)
      await central.sql`update seats set expires_at = now() - interval '1 second' where capcom_id = ${late.capcomId}`
      const held = await logIn(central, node, far, quick, smallServer)
      await expect(claim(ticketHash, far)).rejects.toEqual(refusal('server_full'))
      const release = { capcomId: quick.capcomId, fence: held.fence, reason: 'left' as const }
      await central.call(syncNode, { body: syncBody(far.epoch, 2, { releases: [release] }) }, far.key)
      expect(await claim(ticketHash, far)).toMatchObject({ capcomId: late.capcomId })
    })
  })

  describe('armSession', () => {
    const arm = (by: TestNode, capcomId: string, fence: number, serverId: number) =>
      central.call(armSession, { params: { capcomId }, body: { epoch: by.epoch, fence, serverId } }, by.key)

    test('a server change: released as travelling, claimed elsewhere with the same ticket', async () => {
      const hunter = await newHunter(central, node)
      const held = await logIn(central, node, node, hunter, 1)
      expect(await arm(node, hunter.capcomId, held.fence, farServer)).toMatchObject({ serverId: farServer })
      const there = await central.call(
        claimSession,
        { body: { ticketHash: held.ticketHash, epoch: far.epoch } },
        far.key,
      )
      expect(there).toMatchObject({ capcomId: hunter.capcomId, fence: held.fence + 1, serverId: farServer })
    })

    test('only by the holder, under his fence', async () => {
      const hunter = await newHunter(central, node)
      const { fence } = await logIn(central, node, node, hunter, 1)
      await expect(arm(far, hunter.capcomId, fence, 1)).rejects.toEqual(refusal('fence_lost'))
      await expect(arm(node, hunter.capcomId, fence + 1, 1)).rejects.toEqual(refusal('fence_lost'))
      await expect(arm(node, '000000', 1, 1)).rejects.toEqual(refusal('player_not_found'))
      await expect(arm(node, hunter.capcomId, fence, 4000)).rejects.toEqual(refusal('server_not_found'))
    })
  })
})
