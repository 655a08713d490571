/** What operators may do, endpoint by endpoint, on both runtimes. */
import {
  announce,
  claimSession,
  createBan,
  createEnrolToken,
  createOperatorKey,
  drainNode,
  enrolNode,
  getPlayerRecord,
  type Input,
  kickPlayer,
  liftBan,
  listAudit,
  listBans,
  listEnrolTokens,
  listOperatorKeys,
  listPlayerVersions,
  listServers,
  type OperatorRole,
  type Output,
  releaseServers,
  revokeEnrolToken,
  revokeOperatorKey,
  syncNode,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toBase64 } from '../base64.ts'
import { sha256 } from '../hash.ts'
import { endpoints } from '../openapi.ts'
import { can, runtimes, type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { bytes, logIn, newHunter, newTicket, syncBody } from '../testing/hunters.ts'

const refusal = (code: string) => expect.objectContaining({ code })

describe.each(runtimes)('over %s', (runtime) => {
  let central: TestCentral
  let node: TestNode
  let owner: string
  let numbers = 0

  beforeAll(async () => {
    central = await testCentral(runtime)
    node = await central.node()
    owner = central.operatorKey
  })
  afterAll(() => central[Symbol.asyncDispose]())

  const keyOf = async (role: OperatorRole) =>
    central.call(createOperatorKey, { body: { name: `may ${role}`, role } }, owner)
  const sync = (changes: Parameters<typeof syncBody>[2] = {}, by = node) =>
    central.call(syncNode, { body: syncBody(by.epoch, ++numbers, changes) }, by.key)
  const lettersOf = async (by = node) => (await sync({}, by)).mail
  const lastDeed = async () => (await central.call(listAudit, { query: { limit: '1' } }, owner)).items[0]

  describe('keys and roles', () => {
    test('a key is told once, and nowhere else', async () => {
      const made = await keyOf('read')
      expect(made.key).toMatch(/^cgo_/)
      const { items } = await central.call(listOperatorKeys, {}, owner)
      expect(items.at(-1)).toMatchObject({ id: made.id, name: 'may read', role: 'read', revokedAt: null })
      expect(JSON.stringify(items)).not.toContain(made.key)
      expect(JSON.stringify(await central.call(listAudit, { query: {} }, owner))).not.toContain(made.key)
      const [row] = await central.sql`select key_hash from operator_keys where id = ${made.id}`
      expect(row?.key_hash).toBe(await sha256(made.key))
    })

    test('each operator endpoint asks for its role, and takes no node', async () => {
      const keys = { read: (await keyOf('read')).key, moderate: (await keyOf('moderate')).key, own: owner }
      const ranks: OperatorRole[] = ['read', 'moderate', 'own']
      for (const endpoint of endpoints.filter(({ caller }) => caller === 'operator')) {
        const path = endpoint.path.replace(/\{\w+\}/g, 'x')
        const codeFor = async (key: string | null) => {
          const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` }
          const response = await central.fetch(path, { method: endpoint.method, headers })
          // What is no problem document has no code.
          return response.ok ? undefined : ((await response.json()) as { code?: string }).code
        }
        for (const rank of ranks) {
          const allowed = ranks.indexOf(rank) >= ranks.indexOf(endpoint.role ?? 'own')
          const code = await codeFor(keys[rank])
          if (allowed) expect(code, `${endpoint.name} by ${rank}`).not.toBe('forbidden')
          else expect(code, `${endpoint.name} by ${rank}`).toBe('forbidden')
        }
        expect(await codeFor(node.key), endpoint.name).toBe('forbidden')
        expect(await codeFor('cgo_unknown'), endpoint.name).toBe('unauthorized')
        expect(await codeFor(null), endpoint.name).toBe('unauthorized')
      }
    })

    test('a revoked key is unknown; the last owner stays', async () => {
      const { id, key } = await keyOf('own')
      const first = await central.call(revokeOperatorKey, { params: { keyId: id } }, owner)
      expect(first.revokedAt).not.toBeNull()
      expect(await central.call(revokeOperatorKey, { params: { keyId: id } }, owner)).toEqual(first)
      await expect(central.call(listOperatorKeys, {}, key)).rejects.toEqual(refusal('unauthorized'))
      const [last] = (await central.call(listOperatorKeys, {}, owner)).items
      const revoke = (keyId: string) => central.call(revokeOperatorKey, { params: { keyId } }, owner)
      await expect(revoke(last?.id ?? '')).rejects.toEqual(refusal('last_owner'))
      await expect(revoke(crypto.randomUUID())).rejects.toEqual(refusal('key_not_found'))
    })

    test('enrolment tokens are listed without the token, and can be revoked', async () => {
      const { id, token } = await central.call(createEnrolToken, { body: { uses: 3 } }, owner)
      const { items } = await central.call(listEnrolTokens, {}, owner)
      expect(items[0]).toMatchObject({ id, usesLeft: 3, roles: ['world'], revokedAt: null })
      expect(JSON.stringify(items)).not.toContain(token)
      await central.call(revokeEnrolToken, { params: { tokenId: id } }, owner)
      const enrol = central.call(
        enrolNode,
        { body: { name: 'late', keyHash: await sha256('cgn_late') } },
        token,
      )
      await expect(enrol).rejects.toEqual(refusal('enrolment_refused'))
      const unknown = central.call(revokeEnrolToken, { params: { tokenId: crypto.randomUUID() } }, owner)
      await expect(unknown).rejects.toEqual(refusal('token_not_found'))
    })
  })

  describe('bans and kicks', () => {
    const ban = (kind: 'player' | 'console' | 'node', subject: string, until: string | null = null) =>
      central.call(createBan, { body: { kind, subject, reason: 'cheats', until } }, owner)

    test('a ban ends the session, says so to the player, and keeps him out until it is lifted', async () => {
      const hunter = await newHunter(central, node)
      const held = await logIn(central, node, node, hunter)
      await lettersOf()
      const { id, ended } = await ban('player', hunter.capcomId)
      expect(ended).toEqual([hunter.capcomId])
      expect(await lettersOf()).toEqual([
        expect.objectContaining({
          ...{ kind: 'kick', capcomId: hunter.capcomId, fence: held.fence },
          text: 'You are banned: cheats',
        }),
      ])
      const late = { capcomId: hunter.capcomId, fence: held.fence, settings: toBase64(new Uint8Array(256)) }
      expect((await sync({ settings: [late] })).refused).toHaveLength(1)
      await expect(logIn(central, node, node, hunter)).rejects.toMatchObject({
        ...{ code: 'player_banned', message: 'player_banned: You are banned: cheats' },
      })
      expect(await lastDeed()).toMatchObject({ action: 'ban', subject: `player:${hunter.capcomId}` })
      const lifted = await central.call(liftBan, { params: { banId: id } }, owner)
      expect(lifted.inForce).toBe(false)
      expect(await central.call(liftBan, { params: { banId: id } }, owner)).toEqual(lifted)
      expect((await logIn(central, node, node, hunter)).fence).toBe(held.fence + 2)
    })

    test('a ban of a console is of all its hunters, and one that is over is of nobody', async () => {
      const hunter = await newHunter(central, node)
      await logIn(central, node, node, hunter)
      const past = await ban('console', hunter.consoleId, '2020-01-01T00:00:00Z')
      expect(past).toMatchObject({ inForce: false, ended: [] })
      await logIn(central, node, node, hunter)
      const { ended } = await ban('console', hunter.consoleId, '2100-01-01T00:00:00Z')
      expect(ended).toEqual([hunter.capcomId])
      await expect(logIn(central, node, node, hunter)).rejects.toMatchObject({
        message: 'player_banned: You are banned until 2100-01-01: cheats',
      })
    })

    test('a banned node is refused whatever it asks; its servers are down, and it stays out after a restart', async () => {
      const far = await central.node({ servers: [{ name: 'Rogue', type: 'open' }] })
      const id = far.registration.servers[0]?.id
      const { id: banId } = await ban('node', far.nodeId)
      await expect(sync({}, far)).rejects.toEqual(refusal('node_banned'))
      await expect(far.again()).rejects.toEqual(refusal('node_banned'))
      const { items } = await central.call(listServers, {})
      expect(items.find((server) => server.id === id)?.status).toBe('down')
      await central.call(liftBan, { params: { banId } }, owner)
      expect((await far.again()).epoch).toBeGreaterThan(far.epoch)
    })

    test('who is not there cannot be banned, and a ban that is not there cannot be lifted', async () => {
      await expect(ban('player', 'ZZZZZZ')).rejects.toEqual(refusal('player_not_found'))
      await expect(ban('console', crypto.randomUUID())).rejects.toEqual(refusal('console_not_found'))
      await expect(ban('node', crypto.randomUUID())).rejects.toEqual(refusal('node_not_found'))
      await expect(ban('player', 'not an id')).rejects.toEqual(refusal('bad_request'))
      const lift = central.call(liftBan, { params: { banId: crypto.randomUUID() } }, owner)
      await expect(lift).rejects.toEqual(refusal('ban_not_found'))
    })

    test('bans are listed newest first, page by page', async () => {
      const { capcomId } = await newHunter(central, node)
      for (let i = 0; i < 5; i++) await ban('player', capcomId)
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const query: Input<typeof listBans>['query'] = {
          ...{ subject: capcomId, inForce: 'true' as const, limit: '2' },
          ...(cursor === '' ? {} : { cursor }),
        }
        const page: Output<typeof listBans> = await central.call(listBans, { query }, owner)
        seen.push(...page.items.map((one) => one.createdAt))
        cursor = page.next
      }
      expect(seen).toHaveLength(5)
      expect(seen).toEqual([...seen].sort().reverse())
    })

    test('a kick ends the session, and the player may come back', async () => {
      const hunter = await newHunter(central, node)
      const kick = () =>
        central.call(kickPlayer, { params: { capcomId: hunter.capcomId }, body: { text: 'Away.' } }, owner)
      await expect(kick()).rejects.toEqual(refusal('player_offline'))
      await logIn(central, node, node, hunter)
      expect(await kick()).toEqual({ nodeId: node.nodeId })
      expect((await lettersOf()).at(-1)).toMatchObject({ kind: 'kick', text: 'Away.' })
      await logIn(central, node, node, hunter)
    })
  })

  describe('announcements and draining', () => {
    test('an announcement goes to all world nodes, to one, or to the carrier of a server', async () => {
      const far = await central.node({ roles: ['world'], servers: [{ name: 'Far', type: 'open' }] })
      const serverId = far.registration.servers[0]?.id ?? 0
      const say = (to: object) => central.call(announce, { body: { text: 'Restart at ten.', ...to } }, owner)
      await say({})
      await say({ nodeId: node.nodeId })
      expect(await say({ serverId })).toEqual({ nodes: 1 })
      const kinds = (letters: readonly object[]) => letters.filter((letter) => 'text' in letter)
      expect(kinds(await lettersOf(far))).toMatchObject([{ serverId: null }, { serverId }])
      await expect(say({ serverId: 999 })).rejects.toEqual(refusal('server_not_found'))
      await expect(say({ nodeId: crypto.randomUUID() })).rejects.toEqual(refusal('node_not_found'))
      await expect(say({ text: 'line\nbreak' })).rejects.toEqual(refusal('bad_request'))
    })

    test('an order to drain comes with the next answer, a held one too, and stays through a restart', async () => {
      const far = await central.node({ roles: ['world'], servers: [{ name: 'Tired', type: 'open' }] })
      const order = (drain: boolean) =>
        central.call(drainNode, { params: { nodeId: far.nodeId }, body: { drain } }, owner)
      const { directory } = await sync({}, far)
      const held = sync({ holdMs: 20_000, directoryVersion: directory.version }, far)
      await order(true)
      const atOnce = await held
      const next = can('held calls', runtime) ? atOnce : await sync({}, far)
      expect(next.orders).toMatchObject({ drain: true })
      const again = await far.again()
      expect((await sync({}, again)).orders).toMatchObject({ drain: true })
      await order(false)
      expect((await sync({}, again)).orders).toMatchObject({ drain: false })
      const unknown = { params: { nodeId: crypto.randomUUID() }, body: { drain: true } }
      await expect(central.call(drainNode, unknown, owner)).rejects.toEqual(refusal('node_not_found'))
    })

    test('a drain that is ordered again with another time for quests has the new one, and is in the log', async () => {
      const far = await central.node({ roles: ['world'], servers: [{ name: 'Hurried', type: 'open' }] })
      const params = { nodeId: far.nodeId }
      const order = (questSeconds: number) =>
        central.call(drainNode, { params, body: { drain: true, questSeconds } }, owner)
      await order(3600)
      await sync({}, far)
      await order(300)
      expect((await lettersOf(far)).filter(({ kind }) => kind === 'orders')).toHaveLength(2)
      expect((await sync({}, far)).orders).toMatchObject({ drain: true, questSeconds: 300 })
      await order(300)
      const query = { subject: `node:${far.nodeId}`, action: 'drain' }
      const { items } = await central.call(listAudit, { query }, owner)
      expect(items.map(({ detail }) => detail)).toEqual([{ questSeconds: 300 }, { questSeconds: 3600 }])
    })
  })

  describe('the audit log', () => {
    test('has who did what, newest first, page by page and by subject', async () => {
      const { capcomId } = await newHunter(central, node)
      const text = 'audited'
      for (let i = 0; i < 3; i++) {
        await central.call(createBan, { body: { kind: 'player', subject: capcomId, reason: text } }, owner)
      }
      const query = { subject: `player:${capcomId}`, limit: '2' }
      const first = await central.call(listAudit, { query }, owner)
      expect(first.items.map(({ action }) => action)).toEqual(['ban', 'ban'])
      expect(first.items[0]?.actor).toMatch(/^operator:/)
      const rest = await central.call(listAudit, { query: { ...query, cursor: first.next ?? '' } }, owner)
      expect(rest).toMatchObject({ items: [{ action: 'ban' }], next: null })
    })

    test('what is refused leaves no trace', async () => {
      const before = await lastDeed()
      const unknown = central.call(releaseServers, { params: { nodeId: crypto.randomUUID() } }, owner)
      await expect(unknown).rejects.toEqual(refusal('node_not_found'))
      expect(await lastDeed()).toEqual(before)
    })
  })

  describe('records of hunters', () => {
    const record = (capcomId: string) => central.call(getPlayerRecord, { params: { capcomId } }, owner)
    const send = (path: string, method: string, body: object, match?: string) =>
      central.fetch(path, {
        method,
        headers: { authorization: `Bearer ${owner}`, ...(match === undefined ? {} : { 'if-match': match }) },
        body: JSON.stringify(body),
      })

    test('a rename names the version it is of; a stale one is told what stands there', async () => {
      const { capcomId } = await newHunter(central, node, 'Before')
      const path = `/v1/players/${capcomId}/record`
      const seen = await central.fetch(path, { headers: { authorization: `Bearer ${owner}` } })
      const etag = seen.headers.get('etag') ?? ''
      expect(etag).toBe('"1"')
      const renamed = await send(path, 'PATCH', { name: 'After' }, etag)
      expect([renamed.status, renamed.headers.get('etag')]).toEqual([200, '"2"'])
      const stale = await send(path, 'PATCH', { name: 'Third' }, etag)
      expect(stale.status).toBe(412)
      expect(await stale.json()).toMatchObject({
        code: 'version_mismatch',
        current: { name: 'After', version: 2 },
      })
      expect((await send(path, 'PATCH', { name: 'Third' })).status).toBe(428)
      expect((await send(path, 'PATCH', { name: 'Third' }, 'x')).status).toBe(400)
      expect((await send(path, 'PATCH', { name: 'Third' }, '*')).status).toBe(200)
      expect((await send(path, 'PATCH', { name: 'ア'.repeat(11) }, '*')).status).toBe(400)
      expect(await record(capcomId)).toMatchObject({ name: 'Third', nameBytes: bytes('Third'), version: 3 })
      await expect(record('ZZZZZZ')).rejects.toEqual(refusal('player_not_found'))
    })

    test('no record holds a support code', async () => {
      const { capcomId, supportCode } = await newHunter(central, node)
      expect(JSON.stringify(await record(capcomId))).not.toContain(supportCode)
    })

    test('each change is kept with who and when, and an operator rolls back', async () => {
      const hunter = await newHunter(central, node, 'Honest')
      const { capcomId } = hunter
      const { fence } = await logIn(central, node, node, hunter)
      const settings = (rank: number) => toBase64(new Uint8Array(256).fill(rank, 1, 2))
      for (const rank of [7, 7, 99]) {
        await sync({ settings: [{ capcomId, fence, settings: settings(rank) }] })
      }
      const { items } = await central.call(listPlayerVersions, { params: { capcomId }, query: {} }, owner)
      expect(items.map(({ version, actor, change, rank }) => [version, actor, change, rank])).toEqual([
        [3, `node:${node.nodeId}`, 'settings', 99],
        [2, `node:${node.nodeId}`, 'settings', 7],
        [1, `node:${node.nodeId}`, 'created', 0],
      ])
      const path = `/v1/players/${capcomId}/rollback`
      expect((await send(path, 'POST', { version: 2 }, '"2"')).status).toBe(412)
      expect((await send(path, 'POST', { version: 9 }, '"3"')).status).toBe(404)
      const rolled = await send(path, 'POST', { version: 2 }, '"3"')
      expect(await rolled.json()).toMatchObject({ version: 4, rank: 7, settings: settings(7) })
      // The node that held him cannot write over it.
      await sync({ settings: [{ capcomId, fence, settings: settings(99) }] })
      expect(await record(capcomId)).toMatchObject({ version: 4, rank: 7 })
    })
  })

  test('a claim that comes while a ban is written is refused or ended, never held', async () => {
    const hunter = await newHunter(central, node)
    const first = await logIn(central, node, node, hunter)
    for (let round = 0; round < 5; round++) {
      const { ticketHash } = await newTicket(central, node, hunter)
      await central.sql`update tickets set targets = ${central.sql.json([{ serverId: first.serverId, nodeId: node.nodeId }])}
        where hash = ${ticketHash}`
      const body = { kind: round % 2 ? ('player' as const) : ('console' as const), reason: 'race' }
      const subject = round % 2 ? hunter.capcomId : hunter.consoleId
      const [claimed, banned] = await Promise.allSettled([
        central.call(claimSession, { body: { ticketHash, epoch: node.epoch } }, node.key),
        central.call(createBan, { body: { ...body, subject } as never }, owner),
      ])
      expect(banned.status).toBe('fulfilled')
      if (claimed.status === 'rejected') expect(claimed.reason).toEqual(refusal('player_banned'))
      const [lease] = await central.sql`select node_id from leases where capcom_id = ${hunter.capcomId}`
      expect(lease?.node_id).toBeNull()
      await central.sql`update bans set lifted_at = clock_timestamp() where lifted_at is null`
    }
  })
})
