/** Central asks a node, and an operator orders it, through the calls that the node opens by itself. */
import { CentralUnreachable } from '@citygate/nodes/central'
import { getNodeLive, getPlayerLive, listJournals, orderConsistency } from '@citygate/schema/contract'
import { expect, test, vi } from 'vitest'
import { eventually } from '../src/eventually.ts'
import { testDatabase } from '../src/postgres.ts'
import { cutLine, inGate, Links, throughEntry } from './links.ts'

// Whole log-ins on a real database, on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000 })

const valor = { id: 1, name: 'Valor1' }

test('what a node says right now, and its last report when it is silent', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const line = cutLine()
  const { link } = await links.open(await links.enrol('attic'), [valor], line.fetch)
  const aria = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  link.world.present(aria, { ...inGate(1, 3), city: 2, inQuest: true })
  const { operator } = links
  const live = () => operator(getNodeLive, { params: { nodeId: link.nodeId } })
  const gates = [{ id: 3, population: 1, cities: [{ id: 2, population: 1, inQuest: 1 }] }]
  expect(await eventually(live, ({ stale }) => !stale, 60_000)).toMatchObject({
    ...{ stale: false, id: link.nodeId, name: 'attic', consistency: 'autonomous' },
    ...{ journal: { waiting: 0, deadLetters: 0 }, servers: [{ id: 1, population: 1, gates }] },
  })
  const player = () => operator(getPlayerLive, { params: { capcomId: aria.capcomId } })
  expect(await eventually(player, ({ stale }) => !stale, 60_000)).toMatchObject({
    node: { id: link.nodeId },
    state: { fence: aria.fence, serverId: 1, gate: 3, city: 2, inQuest: true, provisional: false },
  })

  line.cut(true)
  const silent = await eventually(live, ({ stale }) => stale, 60_000)
  expect(silent).toMatchObject({ stale: true, id: link.nodeId, consistency: 'autonomous' })
  expect(silent.ageMs).toBeGreaterThan(0)
})

test('an order switches a running node; unsent records are decided before central alone decides', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const line = cutLine()
  const { link } = await links.open(await links.enrol('attic'), [valor], line.fetch)
  const aria = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  const { operator } = links
  const order = (consistency: 'autonomous' | 'synchronized' | null) =>
    operator(orderConsistency, { params: { nodeId: link.nodeId }, body: { consistency } })
  const told = async () => (await operator(listJournals, {})).items[0]

  line.cut(true)
  await link.world.settings(aria, new Uint8Array(256).fill(1))
  await order('synchronized')
  line.cut(false)
  expect(await eventually(told, (one) => one?.consistency === 'synchronized', 60_000)).toMatchObject({
    ordered: 'synchronized',
  })
  await link.world.settings(aria, new Uint8Array(256).fill(2))
  expect(await told()).toMatchObject({ journal: { deadLetters: 0 } })
  line.cut(true)
  await expect(link.world.settings(aria, new Uint8Array(256).fill(3))).rejects.toThrow(CentralUnreachable)
  line.cut(false)

  await order(null)
  await eventually(told, (one) => one?.consistency === 'autonomous', 60_000)
  line.cut(true)
  await link.world.settings(aria, new Uint8Array(256).fill(4))
  line.cut(false)
  const [kept] = await eventually(
    () => links.sql(`select get_byte(settings, 0) as first, version from players`),
    ([one]) => one?.first === 4,
    60_000,
  )
  // Made, and 1, 2 and 4: each once.
  expect(kept).toMatchObject({ first: 4, version: 4 })
})

test('what is written before, under and after an order is kept, also where it is the same again', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const { link } = await links.open(await links.enrol('attic'), [valor])
  const aria = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  const bert = await link.world.claim((await throughEntry(link, 'BERT', 1)).ticket)
  const { operator } = links
  const become = async (consistency: 'autonomous' | 'synchronized') => {
    await operator(orderConsistency, { params: { nodeId: link.nodeId }, body: { consistency } })
    const told = async () => (await operator(listJournals, {})).items[0]
    await eventually(told, (one) => one?.consistency === consistency, 60_000)
  }
  const message = { info: new Uint8Array(), text: new Uint8Array(1) }
  const friends = async () => (await link.social.acquaintances(aria)).friends.map(({ capcomId }) => capcomId)

  await link.world.settings(aria, new Uint8Array(256).fill(1))
  expect(await friends()).toEqual([])
  await become('synchronized')
  await link.world.settings(aria, new Uint8Array(256).fill(2))
  await link.social.askFriend(bert, aria.capcomId, message)
  await link.social.answerFriend(aria, bert.capcomId, true)
  await become('autonomous')
  expect(await friends()).toEqual([bert.capcomId])
  await link.world.settings(aria, new Uint8Array(256).fill(1))
  const [kept] = await eventually(
    () =>
      links.sql(
        `select get_byte(settings, 0) as first, version from players where capcom_id = '${aria.capcomId}'`,
      ),
    ([one]) => one?.version === 4,
    60_000,
  )
  // Made, and 1, 2 and 1 again.
  expect(kept).toMatchObject({ first: 1, version: 4 })
})
