/** What operators decide while others act, with many at once on a real Postgres (docs/locking.md). */
import {
  armTicket,
  claimSession,
  createBan,
  createEnrolToken,
  createOperatorKey,
  enrolNode,
  kickPlayer,
  listPlayerVersions,
  revokeEnrolToken,
  revokeOperatorKey,
  syncNode,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toBase64 } from '../base64.ts'
import { sha256 } from '../hash.ts'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { logIn, newHunter, newTicket, syncBody } from '../testing/hunters.ts'

let central: TestCentral
let node: TestNode
let number = 0

beforeAll(async () => {
  central = await testCentral()
  node = await central.node()
})
afterAll(() => central[Symbol.asyncDispose]())

const codes = (ended: readonly PromiseSettledResult<unknown>[]) =>
  ended.map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.code)).sort()

test('owners who revoke each other all at once: one of them stays', async () => {
  const owners = [{ id: '', key: central.operatorKey }]
  for (let i = 0; i < 5; i++) {
    owners.push(
      await central.call(createOperatorKey, { body: { name: `${i}`, role: 'own' } }, central.operatorKey),
    )
  }
  const [first] = await central.sql`select id from operator_keys order by created_at limit 1`
  const ids = [String(first?.id), ...owners.slice(1).map(({ id }) => id)]
  await Promise.allSettled(
    ids.map((keyId, i) =>
      central.call(revokeOperatorKey, { params: { keyId } }, owners[(i + 1) % owners.length]?.key),
    ),
  )
  const left = await central.sql`select id from operator_keys where role = 'own' and revoked_at is null`
  expect(left.length).toBeGreaterThanOrEqual(1)
  await central.sql`update operator_keys set revoked_at = null where id = ${ids[0] ?? ''}`
})

test('many who change the same version of a hunter: one does, the others are told what stands there', async () => {
  const { capcomId } = await newHunter(central, node)
  const rename = async (index: number) => {
    const response = await central.fetch(`/v1/players/${capcomId}/record`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${central.operatorKey}`, 'if-match': '"1"' },
      body: JSON.stringify({ name: `Name${index}` }),
    })
    return response.status
  }
  const statuses = await Promise.all(Array.from({ length: 12 }, (_, index) => rename(index)))
  expect(statuses.sort()).toEqual([200, ...Array.from({ length: 11 }, () => 412)])
})

test('versions have no gap and none is lost, whoever writes: the node or an operator', async () => {
  const hunter = await newHunter(central, node)
  const { capcomId } = hunter
  const { fence } = await logIn(central, node, node, hunter)
  const settings = (rank: number) => toBase64(new Uint8Array(256).fill(rank, 1, 2))
  const nodeWrites = async () => {
    for (let rank = 1; rank <= 10; rank++) {
      const body = syncBody(node.epoch, ++number, {
        settings: [{ capcomId, fence, settings: settings(rank) }],
      })
      await central.call(syncNode, { body }, node.key)
    }
  }
  const renames = async () => {
    for (let i = 0; i < 10; i++) {
      await central.fetch(`/v1/players/${capcomId}/record`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${central.operatorKey}`, 'if-match': '*' },
        body: JSON.stringify({ name: `Name${i}` }),
      })
    }
  }
  await Promise.all([nodeWrites(), renames()])
  const { items } = await central.call(
    listPlayerVersions,
    { params: { capcomId }, query: { limit: '200' } },
    central.operatorKey,
  )
  expect(items.map(({ version }) => version)).toEqual(Array.from({ length: 21 }, (_, i) => 21 - i))
  expect(items[0]).toMatchObject({ name: 'Name9', rank: 10 })
})

test('claims, kicks and bans of one hunter at once: in the end nobody holds who is banned', async () => {
  const rounds = 8
  for (let round = 0; round < rounds; round++) {
    const hunter = await newHunter(central, node)
    const tickets = await Promise.all(Array.from({ length: 4 }, () => newTicket(central, node, hunter)))
    for (const { ticketHash } of tickets) {
      await central.call(armTicket, { body: { ticketHash, serverId: 1 } }, node.key)
    }
    const { capcomId, consoleId } = hunter
    const by = central.operatorKey
    const ended = await Promise.allSettled([
      ...tickets.map(({ ticketHash }) =>
        central.call(claimSession, { body: { ticketHash, epoch: node.epoch } }, node.key),
      ),
      central.call(kickPlayer, { params: { capcomId }, body: { text: 'x' } }, by),
      central.call(createBan, { body: { kind: 'player', subject: capcomId, reason: 'x' } }, by),
      central.call(createBan, { body: { kind: 'console', subject: consoleId, reason: 'x' } }, by),
    ])
    const allowed = ['done', 'player_banned', 'player_offline']
    expect(codes(ended).filter((code) => !allowed.includes(code))).toEqual([])
    const [lease] = await central.sql`select node_id from leases where capcom_id = ${capcomId}`
    expect(lease?.node_id).toBeNull()
  }
  process.stdout.write(`claims against bans: ${rounds} rounds of 7\n`)
})

test('a token that is revoked while nodes enrol: no node comes after', async () => {
  const { id, token } = await central.call(createEnrolToken, { body: { uses: 100 } }, central.operatorKey)
  const enrol = async (name: string) =>
    central.call(enrolNode, { body: { name, keyHash: await sha256(crypto.randomUUID()) } }, token)
  const ended = await Promise.allSettled([
    ...Array.from({ length: 6 }, (_, i) => enrol(`before or after ${i}`)),
    central.call(revokeEnrolToken, { params: { tokenId: id } }, central.operatorKey),
  ])
  expect(codes(ended).filter((code) => code !== 'done' && code !== 'enrolment_refused')).toEqual([])
  await expect(enrol('late')).rejects.toMatchObject({ code: 'enrolment_refused' })
})
