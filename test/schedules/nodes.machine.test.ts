/**
 * Schedules of issue 5 with an absence of central or its database in them, each by its name (docs/proof.md). Half a
 * minute each at most: nodes take their time to try again.
 */
import { createCentral } from '@citygate/nodes/central'
import { listJournals, orderConsistency } from '@citygate/schema/contract'
import postgres from 'postgres'
import { expect, test, vi } from 'vitest'
import { cutLine, inGate, Links, throughEntry } from '../link/links.ts'
import { withOwnPostgres } from '../src/faults/own-postgres.ts'
import { testDatabase } from '../src/postgres.ts'
import { hasRank, isOnline, ofRank, patience, valor } from './hunters.ts'
import { age, copyOf, deadLetters, ranksWritten, twoNodes } from './realm.ts'

vi.setConfig({ testTimeout: 180_000 })

test('central down for three TTLs and competing claims at its return', async () => {
  await using database = await testDatabase()
  const line = cutLine()
  const { links, east, west } = await twoNodes(database.url, line.fetch)
  await using _ = links
  const aria = await east.link.world.claim((await throughEntry(east.link, 'ARIA', 1)).ticket)
  east.link.world.present(aria, inGate(1, 3))
  await links.players(`capcomId=${aria.capcomId}&online=true`, isOnline)

  line.cut(true)
  await links.stopCentral()
  await east.link.world.settings(aria, ofRank(9))
  await age(database.url, 180)
  await links.startCentral()

  // West is back first. East's lease has run out three times, and is not anybody's fault: it is shown as it was.
  await expect.poll(() => throughEntry(west.link, 'BELA', 2).then(() => 'in', String), patience).toBe('in')
  const bela = await west.link.world.claim((await throughEntry(west.link, 'BELA', 2)).ticket)
  const shown = await links.players(`capcomId=${aria.capcomId}&online=true`, isOnline)
  expect(shown.items).toMatchObject([{ location: { server: { id: 1 } } }])

  // East comes back, and the console of its hunter asks to play at both nodes in the same moment.
  line.cut(false)
  await links.players(`capcomId=${aria.capcomId}`, hasRank(9))
  const tickets = [
    await throughEntry(west.link, 'ARIA', 1),
    await throughEntry(west.link, 'ARIA', 2),
  ] as const
  const claims = await Promise.allSettled([
    east.link.world.claim(tickets[0].ticket),
    west.link.world.claim(tickets[1].ticket),
  ])
  const fences = claims.flatMap((one) => (one.status === 'fulfilled' ? [one.value.fence] : []))
  const newest = Math.max(...fences)
  expect(fences.filter((fence) => fence === newest)).toHaveLength(1)
  const winner = claims.find((one) => one.status === 'fulfilled' && one.value.fence === newest)
  const at = winner === claims[0] ? east : west
  const other = at === east ? west : east
  if (winner?.status === 'fulfilled') at.link.world.present(winner.value, inGate(winner.value.serverId, 1))
  const now = await links.players(
    `capcomId=${aria.capcomId}&online=true`,
    ({ items }) => items[0]?.location?.server.id === (at === east ? 1 : 2),
  )
  expect(now.items).toHaveLength(1)
  const lostElsewhere = () => other.lost.filter(({ capcomId }) => capcomId === aria.capcomId).length
  const hadHim = other === east || fences.length === 2
  await expect.poll(lostElsewhere, patience).toBeGreaterThanOrEqual(hadHim ? 1 : 0)
  expect(west.lost.some(({ capcomId }) => capcomId === bela.capcomId)).toBe(false)
})

test('Postgres kill -9 with idle players: populations are back within one sync', () =>
  withOwnPostgres(async (database) => {
    /** What east says and is answered; `next` is the call that it makes after the answer. */
    const syncs: { full: boolean; wantFull: boolean; next: number }[] = []
    const { links, east, west } = await twoNodes(database.url, async (request) => {
      if (!request.url.endsWith('/sync')) return fetch(request)
      const { presence } = (await request.clone().json()) as { presence: { full: boolean } }
      const one = { full: presence.full, wantFull: false, next: 0 }
      syncs.push(one)
      const answer = await fetch(request)
      if (answer.ok) {
        const told = (await answer.clone().json()) as { presence: { wantFull: boolean } }
        Object.assign(one, { wantFull: told.presence.wantFull, next: syncs.length })
      }
      return answer
    })
    await using _ = links
    const hunters = []
    for (const code of ['ARIA', 'BELA', 'CLEO']) {
      const hold = await east.link.world.claim((await throughEntry(east.link, code, 1)).ticket)
      east.link.world.present(hold, inGate(1, 3))
      hunters.push(hold)
    }
    const online = async (): Promise<unknown> => {
      const response = await fetch(`${links.url}/v1/stats`)
      return ((await response.json()) as { playersOnline?: number }).playersOnline
    }
    await expect.poll(online, patience).toBe(3)
    const before = syncs.length
    const sql = postgres(database.url, { max: 1 })
    const told = async () => (await sql`select max(told_at)::text as at from presence`)[0]?.at
    const old = await told()
    await database.kill()
    // Nobody moves or writes: what central has lost it asks for again.
    const isNew = () => told().then((at) => at !== null && at !== old, String)
    await expect.poll(isNew, patience).toBe(true)
    await expect.poll(online, patience).toBe(3)
    await sql.end()
    // Within one sync: central asks with its first answer, and the call behind it brings everybody.
    const asked = syncs.slice(before).find(({ wantFull }) => wantFull)
    expect(asked && syncs[asked.next]).toMatchObject({ full: true })
    expect([...east.lost, ...west.lost]).toEqual([])
    const [first] = hunters
    if (!first) throw new Error('there is nobody')
    await east.link.world.settings(first, ofRank(8))
    await links.players(`capcomId=${first.capcomId}`, hasRank(8))
  }))

test('an older backup restored under live nodes', async () => {
  await using database = await testDatabase()
  const { links, east } = await twoNodes(database.url)
  await using _ = links
  const { ticket, capcomId } = await throughEntry(east.link, 'ARIA', 1)
  const hold = await east.link.world.claim(ticket)
  await east.link.world.settings(hold, ofRank(5))
  await links.players(`capcomId=${capcomId}`, hasRank(5))
  await links.stopCentral()
  await using backup = await copyOf(database.url)
  await links.startCentral()
  await east.link.world.settings(hold, ofRank(6))
  await links.players(`capcomId=${capcomId}`, hasRank(6))

  await links.stopCentral()
  await backup.putBack()
  await links.startCentral()
  // What the node knows is of another incarnation: it is not obeyed, and the hunter has to log in again.
  await expect.poll(() => east.lost.map((one) => one.capcomId), patience).toContain(capcomId)
  const restored = await links.players(`capcomId=${capcomId}`, hasRank(5))
  expect(restored.items).toMatchObject([{ rank: 5 }])
  const logIn = async () => east.link.world.claim((await throughEntry(east.link, 'ARIA', 1)).ticket)
  await expect.poll(() => logIn().then(({ fence }) => fence > hold.fence, String), patience).toBe(true)
  expect(east.ends).toEqual([])
})

test('a switch to synchronized with unsent records', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const line = cutLine()
  const node = await links.open(await links.enrol('attic'), [valor], line.fetch)
  const aria = await node.link.world.claim((await throughEntry(node.link, 'ARIA', 1)).ticket)
  line.cut(true)
  for (let rank = 1; rank <= 20; rank++) await node.link.world.settings(aria, ofRank(rank))
  const operator = createCentral({ url: links.url, fetch, key: links.operatorKey })
  const nodeId = node.identity.nodeId
  await operator.call(orderConsistency, { params: { nodeId }, body: { consistency: 'synchronized' } })
  await node.link.world.settings(aria, ofRank(21))
  line.cut(false)
  const report = async () => {
    const { items } = await operator.call(listJournals, {})
    return items.find((one) => one.node.id === nodeId)
  }
  await expect.poll(report, patience).toMatchObject({ consistency: 'synchronized', journal: { waiting: 0 } })
  // Everything that was kept is there, in order, before the first write of the other kind.
  await node.link.world.settings(aria, ofRank(22))
  const found = await links.players(`capcomId=${aria.capcomId}`, () => true)
  expect(found.items).toMatchObject([{ rank: 22 }])
  expect(await ranksWritten(database.url, aria.capcomId)).toEqual(
    Array.from({ length: 22 }, (_, index) => index + 1),
  )
  expect(await deadLetters(node.folder)).toBe('')
})
