/** Journals of nodes as central takes them, and questions to nodes, on every runtime. */
import {
  adoptSession,
  type Change,
  getNodeLive,
  getPlayerLive,
  type JournalPart,
  listJournals,
  orderConsistency,
  readAcquaintances,
  syncNode,
  writeSettings,
} from '@citygate/schema/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { can, runtimes, type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { type Held, mailOf, player, please } from '../testing/friends.ts'
import { syncBody } from '../testing/hunters.ts'

type Report = NonNullable<NonNullable<Parameters<typeof syncBody>[2]>['report']>

const report: Report = {
  consistency: 'autonomous',
  load: { connections: 3, players: 2, cpu: 0.25, loopDelayMs: 12, memory: 50_000_000 },
  journal: { waiting: 4, deadLetters: 1, latest: null },
}

function settings(rank: number): Change {
  return {
    kind: 'settings',
    settings: Buffer.from([rank >> 8, rank & 255, ...Array(254).fill(0)]).toString('base64'),
  }
}

describe.each(runtimes)('over %s', (runtime) => {
  let central: TestCentral
  let node: TestNode
  let far: TestNode
  const numbers = new Map<TestNode, number>()

  beforeAll(async () => {
    central = await testCentral(runtime)
    node = await central.node()
    far = await central.node({ roles: ['world'], servers: [{ name: 'Far', type: 'open' }] })
  })
  afterAll(() => central[Symbol.asyncDispose]())

  function send(from: TestNode, over: NonNullable<Parameters<typeof syncBody>[2]> = {}) {
    const number = (numbers.get(from) ?? 1000) + 1
    numbers.set(from, number)
    return central.call(syncNode, { body: syncBody(from.epoch, number, over) }, from.key)
  }

  /** One start's stream, with numbers of its own. */
  function stream(of: TestNode = node) {
    const id = crypto.randomUUID()
    let last = 0
    const part = (records: JournalPart['records'], seen = 0): JournalPart => {
      return { stream: id, incarnation: of.registration.incarnation, seen, records }
    }
    return {
      id,
      part,
      record({ capcomId }: Held, fence: number, change: Change): JournalPart['records'][number] {
        return { number: ++last, capcomId, fence, change }
      },
      async send(...records: JournalPart['records']) {
        const seen = (records[0]?.number ?? 1) - 1
        return (await send(of, { journal: part(records, seen) })).journal
      },
    }
  }

  async function fenceOf({ capcomId }: Held): Promise<number> {
    const [lease] = await central.sql`select fence::int from leases where capcom_id = ${capcomId}`
    return lease?.fence as number
  }

  async function rankOf({ capcomId }: Held): Promise<number> {
    const [found] = await central.sql`select rank from players where capcom_id = ${capcomId}`
    return found?.rank as number
  }

  describe('a journal', () => {
    test('is applied in order, once, whatever is sent twice or late', async () => {
      const aria = await player(central, node, node)
      const fence = await fenceOf(aria)
      const own = stream()
      const records = [1, 2, 3].map((rank) => own.record(aria, fence, settings(rank)))
      expect(await own.send(...records.slice(0, 2))).toMatchObject({
        stream: own.id,
        applied: 2,
        ahead: false,
      })
      expect(await own.send(...records)).toMatchObject({ applied: 3 })
      expect(await own.send(...records.slice(0, 1))).toMatchObject({ applied: 3, outcomes: [] })
      expect(await rankOf(aria)).toBe(3)
      const kept = await central.sql`select count(*)::int as n from player_history
        where capcom_id = ${aria.capcomId} and change = 'settings'`
      expect(kept).toEqual([{ n: 3 }])
    })

    test('two calls with the same records at the same time apply them once', async () => {
      const [aria, bert] = [await player(central, node, node), await player(central, node, node)]
      const fence = await fenceOf(aria)
      const own = stream()
      const ask = own.record(aria, fence, { kind: 'ask-friend', other: bert.capcomId, message: please })
      const answers = await Promise.all(
        [own.send(ask), own.send(ask)].map((sent) => sent.catch((e: unknown) => e)),
      )
      expect(answers.some((answer) => (answer as { applied?: number }).applied === 1)).toBe(true)
      expect((await bert.acquaintances()).requests).toHaveLength(1)
      const numbersUsed =
        await central.sql`select count(*)::int as n from friend_requests where asked = ${bert.capcomId}`
      expect(numbersUsed).toEqual([{ n: 1 }])
    })

    test('a refused record holds up nobody, and is told until the node knows', async () => {
      const aria = await player(central, node, node)
      const fence = await fenceOf(aria)
      const own = stream()
      const bad = own.record(aria, fence, { kind: 'answer-friend', other: 'ZZZZZZ', accepted: true })
      const lost = own.record(aria, fence + 7, settings(9))
      const strange = { number: 3, capcomId: aria.capcomId, fence, change: { kind: 'of-tomorrow' } }
      own.record(aria, fence, settings(0))
      const good = own.record(aria, fence, settings(8))
      const answer = await own.send(bad, lost, strange, good)
      const codes = answer?.outcomes.map(({ number, refused }) => [number, refused?.code ?? null])
      expect(codes).toEqual([
        [1, 'player_not_found'],
        [2, 'fence_lost'],
        [3, 'bad_request'],
        [4, null],
      ])
      expect(await rankOf(aria)).toBe(8)
      // The answer was lost: what was refused is told again, until the node says that it has it.
      expect((await own.send(bad, lost, strange, good))?.outcomes.map(({ number }) => number)).toEqual([
        1, 2, 3,
      ])
      const told = await send(node, { journal: own.part([], 3) })
      expect(told.journal).toMatchObject({ applied: 4, outcomes: [] })
    })

    test('friends, blacklist and switches are decided as if they were asked for at once', async () => {
      const [aria, bert] = [
        await player(central, node, node, 'Aria'),
        await player(central, node, far, 'Bert'),
      ]
      const fence = await fenceOf(aria)
      const own = stream()
      const other = bert.capcomId
      const mail = mailOf(central, far)
      const asked = await own.send(own.record(aria, fence, { kind: 'ask-friend', other, message: please }))
      expect(asked?.outcomes[0]?.result).toMatchObject({
        outcome: 'asked',
        request: { from: { capcomId: aria.capcomId } },
      })
      expect(await mail()).toMatchObject([{ kind: 'friend-request', to: other }])
      await bert.answer(aria, true)
      expect((await aria.acquaintances()).friends).toMatchObject([{ capcomId: other }])
      await own.send(own.record(aria, fence, { kind: 'delete-friend', other }))
      await own.send(own.record(aria, fence, { kind: 'denies-requests', denies: true }))
      await own.send(own.record(aria, fence, { kind: 'blacklist', other, listed: true }))
      expect(await aria.acquaintances()).toMatchObject({
        friends: [],
        deniesRequests: true,
        blacklist: [{ capcomId: other }],
      })
      await own.send(own.record(aria, fence, { kind: 'name', name: Buffer.from('Arya').toString('base64') }))
      const [named] =
        await central.sql`select name_text as name from players where capcom_id = ${aria.capcomId}`
      expect(named).toEqual({ name: 'Arya' })
    })

    test('late records count while nobody has claimed since, and not any more afterwards', async () => {
      const aria = await player(central, node, node)
      const fence = await fenceOf(aria)
      const own = stream()
      await send(node, { releases: [{ capcomId: aria.capcomId, fence, reason: 'travelling' }] })
      expect(await own.send(own.record(aria, fence, settings(5)))).toMatchObject({
        outcomes: [{ refused: null }],
      })
      await central.sql`update leases set fence = fence + 1, node_id = ${far.nodeId}, epoch = ${far.epoch},
        last_node_id = ${far.nodeId} where capcom_id = ${aria.capcomId}`
      expect(await own.send(own.record(aria, fence, settings(6)))).toMatchObject({
        outcomes: [{ refused: { code: 'fence_lost' } }],
      })
      expect(await rankOf(aria)).toBe(5)
    })

    test('a log-in that central has claimed or adopted without anybody hearing of it writes under the fence before', async () => {
      const aria = await player(central, node, node)
      const [{ fence, login } = {}] = await central.sql<{ fence: number; login: string }[]>`
        update leases set fence = fence + 5 where capcom_id = ${aria.capcomId} returning fence::int, login`
      if (fence === undefined) throw new Error('there is no lease')
      const own = stream()
      const late = (rank: number, over: object) =>
        own.send({ ...own.record(aria, fence - 1, settings(rank)), ...over })
      expect(await late(5, { login })).toMatchObject({ outcomes: [{ refused: null }] })
      expect(await rankOf(aria)).toBe(5)
      // Not of another log-in, of none, under an older fence, or by another node; and not when others have had him since.
      for (const other of [{ login: crypto.randomUUID() }, {}, { login, fence: fence - 2 }])
        expect(await late(6, other)).toMatchObject({ outcomes: [{ refused: { code: 'fence_lost' } }] })
      const foreign = stream(far)
      expect(await foreign.send({ ...foreign.record(aria, fence - 1, settings(6)), login })).toMatchObject({
        outcomes: [{ refused: { code: 'fence_lost' } }],
      })
      await central.sql`update leases set fence = fence + 1 where capcom_id = ${aria.capcomId}`
      expect(await late(6, { login })).toMatchObject({ outcomes: [{ refused: { code: 'fence_lost' } }] })
      expect(await rankOf(aria)).toBe(5)
    })

    test('a malicious node: foreign fences, foreign streams, gaps and another database get nothing', async () => {
      const aria = await player(central, node, node)
      const fence = await fenceOf(aria)
      const foreign = stream(far)
      for (const guess of [fence, fence + 1]) {
        expect(await foreign.send(foreign.record(aria, guess, settings(77)))).toMatchObject({
          outcomes: [{ refused: { code: 'fence_lost' } }],
        })
      }
      await send(node, { releases: [{ capcomId: aria.capcomId, fence, reason: 'travelling' }] })
      expect(await foreign.send(foreign.record(aria, fence, settings(77)))).toMatchObject({
        outcomes: [{ refused: { code: 'fence_lost' } }],
      })
      const own = stream()
      await own.send(own.record(aria, fence, settings(1)))
      const stolen = { ...own.part([own.record(aria, fence, settings(78))]) }
      expect((await send(far, { journal: stolen })).journal).toMatchObject({ ahead: true, applied: 0 })
      own.record(aria, fence, settings(2))
      expect(await own.send(own.record(aria, fence, settings(3)))).toMatchObject({ ahead: true, applied: 1 })
      const other = { ...stream().part([]), incarnation: crypto.randomUUID() }
      expect((await send(node, { journal: other })).journal).toMatchObject({ ahead: true })
      expect(await rankOf(aria)).toBe(1)
    })

    test('a superseded start writes nothing', async () => {
      const old = await central.node({ roles: ['world'], servers: [{ name: 'Twin', type: 'open' }] })
      const aria = await player(central, node, old)
      const fence = await fenceOf(aria)
      const own = stream(old)
      await old.again({ roles: ['world'], servers: [{ name: 'Twin', type: 'open' }] })
      await expect(own.send(own.record(aria, fence, settings(3)))).rejects.toMatchObject({
        code: 'epoch_superseded',
      })
      expect(await rankOf(aria)).toBe(0)
    })

    test('what earlier starts hold ends when the node says that all has been told', async () => {
      const old = await central.node({ roles: ['world'], servers: [{ name: 'Again', type: 'open' }] })
      const aria = await player(central, node, old)
      const next = await old.again({ roles: ['world'], servers: [{ name: 'Again', type: 'open' }] })
      const holder = () =>
        central.sql`select node_id is null as free from leases where capcom_id = ${aria.capcomId}`
      await send(next)
      expect(await holder()).toEqual([{ free: false }])
      await send(next, { earlierDone: true })
      expect(await holder()).toEqual([{ free: true }])
    })
  })

  test('settings of a held player are committed when they are answered, under his fence alone', async () => {
    const aria = await player(central, node, node)
    const fence = await fenceOf(aria)
    const write = (over: object, key = node.key) =>
      central.call(
        writeSettings,
        {
          params: { capcomId: aria.capcomId },
          body: {
            epoch: node.epoch,
            fence,
            settings: (settings(50) as { settings: string }).settings,
            ...over,
          },
        },
        key,
      )
    await write({})
    expect(await rankOf(aria)).toBe(50)
    await expect(write({ fence: fence + 7 })).rejects.toMatchObject({ code: 'fence_lost' })
    await expect(write({ epoch: far.epoch }, far.key)).rejects.toMatchObject({ code: 'fence_lost' })
  })

  describe('adoption', () => {
    async function released() {
      const aria = await player(central, node, node)
      const fence = await fenceOf(aria)
      await send(node, { releases: [{ capcomId: aria.capcomId, fence, reason: 'left' }] })
      const [found] =
        await central.sql`select console_id as id from players where capcom_id = ${aria.capcomId}`
      const body = {
        ...{ epoch: node.epoch, incarnation: node.registration.incarnation, fence, serverId: 1 },
        ...{ login: crypto.randomUUID(), ticketHash: crypto.randomUUID().replaceAll('-', '').repeat(2) },
        consoleId: found?.id as string,
      }
      const adopt = (over: object = {}, key = node.key) =>
        central.call(adoptSession, { params: { capcomId: aria.capcomId }, body: { ...body, ...over } }, key)
      return { aria, fence, adopt, body }
    }

    test('of who has not been claimed since: his fence rises, and he may travel as ever', async () => {
      const { aria, fence, adopt } = await released()
      const adopted = await adopt()
      expect(adopted.fence).toBeGreaterThan(fence)
      const held = { epoch: node.epoch, fence: adopted.fence }
      await central.call(readAcquaintances, { params: { capcomId: aria.capcomId }, body: held }, node.key)
      // The answer was lost: asked again, it is the same.
      expect(await adopt()).toEqual(adopted)
      // He has logged in anew meanwhile, with another ticket: it is as good as the first.
      const ticketHash = crypto.randomUUID().replaceAll('-', '').repeat(2)
      expect(await adopt({ ticketHash })).toEqual(adopted)
      const known = await central.sql`select capcom_id as "capcomId" from tickets where hash = ${ticketHash}`
      expect(known).toEqual([{ capcomId: aria.capcomId }])
      await expect(adopt({ login: crypto.randomUUID() })).rejects.toMatchObject({ code: 'fence_lost' })
    })

    test('not of who was claimed since, is banned, or was never this node’s', async () => {
      const { aria, adopt, body } = await released()
      await expect(adopt({ epoch: far.epoch }, far.key)).rejects.toMatchObject({ code: 'fence_lost' })
      await expect(adopt({ fence: body.fence + 1 })).rejects.toMatchObject({ code: 'fence_lost' })
      await expect(adopt({ incarnation: crypto.randomUUID() })).rejects.toMatchObject({
        code: 'incarnation_changed',
      })
      await expect(adopt({ consoleId: crypto.randomUUID() })).rejects.toMatchObject({ code: 'fence_lost' })
      const ban = { id: crypto.randomUUID() }
      await central.sql`insert into bans (id, kind, subject, reason, created_by)
        values (${ban.id}, 'player', ${aria.capcomId}, 'cheating', ${ban.id})`
      await expect(adopt()).rejects.toMatchObject({ code: 'player_banned' })
    })
  })

  describe('questions', () => {
    test.runIf(can('held calls', runtime))(
      'are answered by the node with its next sync, and shared',
      async () => {
        const asking = central.call(getNodeLive, { params: { nodeId: node.nodeId } })
        const second = central.call(getNodeLive, { params: { nodeId: node.nodeId } })
        const { mail } = await untilAsked(node)
        const question = mail.find((letter) => letter.kind === 'question') as { id: string } | undefined
        const letters =
          await central.sql`select from mail where node_id = ${node.nodeId} and kind = 'question'`
        expect(letters).toHaveLength(1)
        const answer = { report, servers: [{ id: 1, population: 2, gates: [] }] }
        // Another node's reply to it is nobody's.
        await send(far, {
          answers: [{ id: question?.id ?? '', about: 'load', answer: { ...answer, servers: [] } }],
        })
        await send(node, { answers: [{ id: question?.id ?? '', about: 'load', answer }] })
        const told = {
          stale: false,
          id: node.nodeId,
          load: report.load,
          consistency: 'autonomous',
          servers: answer.servers,
        }
        expect(await asking).toMatchObject(told)
        expect(await second).toMatchObject(told)
        expect(await central.call(getNodeLive, { params: { nodeId: node.nodeId } })).toMatchObject({
          ...told,
          journal: { waiting: 4, deadLetters: 1 },
        })
        expect(JSON.stringify(await asking)).not.toContain('latest')
      },
    )

    test('without an answer in time the last report is told, and its age', async () => {
      await send(far, { report })
      const begun = performance.now()
      const told = await central.call(getNodeLive, { params: { nodeId: far.nodeId } })
      expect(told).toMatchObject({ stale: true, load: report.load, servers: null })
      expect(told.ageMs).toBeLessThanOrEqual(performance.now() - begun + 60_000)
      await expect(
        central.call(getNodeLive, { params: { nodeId: crypto.randomUUID() } }),
      ).rejects.toMatchObject({
        code: 'node_not_found',
      })
    })

    test.runIf(can('held calls', runtime))(
      'have an end: an answer that comes later is nobody’s',
      async () => {
        const late = await central.node({ roles: ['world'], servers: [{ name: 'Late', type: 'open' }] })
        const live = () => central.call(getNodeLive, { params: { nodeId: late.nodeId } })
        expect(await live()).toMatchObject({ stale: true, load: null, servers: null })
        const { mail } = await untilAsked(late)
        const { id } = mail.find((letter) => letter.kind === 'question') as { id: string }
        await send(late, { answers: [{ id, about: 'load', answer: { report, servers: [] } }] })
        expect(await central.sql`select answered_at from questions where node_id = ${late.nodeId}`).toEqual([
          { answered_at: null },
        ])
        expect(await live()).toMatchObject({ stale: true, servers: null })
      },
    )

    test('about a player are an operator’s, and honest when his node is silent', async () => {
      const aria = await player(central, node, far)
      const fence = await fenceOf(aria)
      const { capcomId } = aria
      await send(far, {
        presence: {
          ...{ generation: null, full: true, gone: [] },
          set: [
            {
              capcomId,
              fence,
              serverId: far.registration.servers[0]?.id ?? 0,
              gate: 3,
              city: null,
              inQuest: false,
              leader: false,
            },
          ],
        },
      })
      const told = await central.call(getPlayerLive, { params: { capcomId } }, central.operatorKey)
      expect(told).toMatchObject({
        stale: true,
        node: { id: far.nodeId },
        state: { capcomId, fence, gate: 3 },
      })
      await expect(central.call(getPlayerLive, { params: { capcomId } }, node.key)).rejects.toMatchObject({
        code: 'forbidden',
      })
      await expect(
        central.call(getPlayerLive, { params: { capcomId: 'ZZZZZZ' } }, central.operatorKey),
      ).rejects.toMatchObject({ code: 'player_not_found' })
    })

    async function untilAsked(of: TestNode) {
      for (;;) {
        const answer = await send(of)
        if (answer.mail.some(({ kind }) => kind === 'question')) return answer
      }
    }
  })

  test('an operator orders how a node is consistent: it goes down with every sync, and is in the list', async () => {
    const nodeId = node.nodeId
    const order = (consistency: 'autonomous' | 'synchronized' | null) =>
      central.call(orderConsistency, { params: { nodeId }, body: { consistency } }, central.operatorKey)
    expect(await order('synchronized')).toEqual({ nodeId, consistency: 'synchronized' })
    expect((await send(node, { report })).orders).toMatchObject({ consistency: 'synchronized' })
    const { items } = await central.call(listJournals, {}, central.operatorKey)
    expect(items.find((one) => one.node.id === nodeId)).toMatchObject({
      ...{ ordered: 'synchronized', consistency: 'autonomous' },
      journal: { waiting: 4, deadLetters: 1, latest: null },
    })
    await order(null)
    expect((await send(node)).orders).toMatchObject({ consistency: null })
  })
})
