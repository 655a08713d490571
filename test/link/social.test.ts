/** What hunters on different nodes do with each other, over the links of two nodes on a real central. */
import type { Hold, Link, SocialNews } from '@citygate/nodes/central'
import { ascii, latin1 } from '@citygate/nodes/pat'
import { expect, test, vi } from 'vitest'
import { testDatabase } from '../src/postgres.ts'
import { inGate, Links, type TestNode, throughEntry } from './links.ts'

// Whole log-ins on a real database, on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000 })

/** Less than central holds a call: news must not wait for the end of it. */
const patience = { timeout: 15_000 }
const message = (text: string) => ({ info: ascii('head'), text: ascii(text) })

interface Side {
  readonly node: TestNode
  readonly link: Link
  readonly hold: Hold
  /** What came for whom. */
  readonly news: (readonly [capcomId: string, SocialNews])[]
}

/** Aria on the first node and Bela on the second. */
async function sides(links: Links): Promise<readonly [Side, Side]> {
  const east = await links.open(await links.enrol('east'), [{ id: 1, name: 'Valor1' }])
  const west = await links.open(await links.enrol('west'), [{ id: 2, name: 'Valor2' }])
  return [await side(east, 'ARIA', 1), await side(west, 'BELA', 2)]
}

async function side(node: TestNode, name: string, serverId: number): Promise<Side> {
  const news: [string, SocialNews][] = []
  node.link.social.onLetter((hold, one) => news.push([hold.capcomId, one]))
  const { ticket } = await throughEntry(node.link, name, serverId)
  return { node, link: node.link, hold: await node.link.world.claim(ticket), news }
}

const ids = (list: readonly { readonly capcomId: string }[]) => list.map(({ capcomId }) => capcomId)

test('a request and its acceptance travel as letters, and both are friends', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const [a, b] = await sides(links)
  const request = await a.link.social.askFriend(a.hold, b.hold.capcomId, message('please'))
  const from = { capcomId: a.hold.capcomId, name: ascii('ARIA') }
  expect(request).toMatchObject({ from, message: message('please') })
  await expect.poll(() => b.news, patience).toEqual([[b.hold.capcomId, { kind: 'friend-request', request }]])
  expect((await b.link.social.acquaintances(b.hold)).requests).toEqual([request])

  const answer = await b.link.social.answerFriend(b.hold, a.hold.capcomId, true)
  expect(answer).toEqual({ friend: from, made: true })
  const by = { capcomId: b.hold.capcomId, name: ascii('BELA') }
  await expect.poll(() => a.news, patience).toEqual([[a.hold.capcomId, { kind: 'friend-answer', by }]])
  expect((await a.link.social.acquaintances(a.hold)).friends).toEqual([by])
  expect(await a.link.social.askFriend(a.hold, b.hold.capcomId, message('again'))).toBeNull()

  await a.link.social.deleteFriend(a.hold, b.hold.capcomId)
  expect((await a.link.social.acquaintances(a.hold)).friends).toEqual([])
  expect((await b.link.social.acquaintances(b.hold)).friends).toEqual([from])
})

test('tells arrive in order, until the receiver blocks the sender', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const [a, b] = await sides(links)
  const told = () => b.news.flatMap(([, one]) => (one.kind === 'tell' ? [latin1(one.message.text)] : []))
  for (const text of ['one', 'two', 'three']) {
    expect(await a.link.social.tell(a.hold, b.hold.capcomId, message(text))).toBe('sent')
  }
  await expect.poll(told, patience).toEqual(['one', 'two', 'three'])

  const entry = await b.link.social.setBlacklisted(b.hold, a.hold.capcomId, true)
  expect(entry).toEqual({ capcomId: a.hold.capcomId, name: ascii('ARIA') })
  expect(await a.link.social.tell(a.hold, b.hold.capcomId, message('hidden'))).toBe('sent')
  await expect(a.link.social.askFriend(a.hold, b.hold.capcomId, message('x'))).rejects.toMatchObject({
    code: 'friend_refused',
  })
  await b.link.social.setBlacklisted(b.hold, a.hold.capcomId, false)
  expect(await a.link.social.tell(a.hold, b.hold.capcomId, message('last'))).toBe('sent')
  // Letters come in order: what was hidden would have come before.
  await expect.poll(told, patience).toEqual(['one', 'two', 'three', 'last'])

  b.link.world.release(b.hold, 'left')
  await expect
    .poll(() => a.link.social.tell(a.hold, b.hold.capcomId, message('late')), patience)
    .toBe('offline')
})

test('both nodes find each other’s hunters, with the place and its numbers', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const [a, b] = await sides(links)
  a.link.world.present(a.hold, inGate(1, 3))
  b.link.world.present(b.hold, inGate(2, 5))
  const settings = new Uint8Array(256).fill(7)
  b.link.world.settings(b.hold, settings)
  const bela = {
    ...{ capcomId: b.hold.capcomId, name: ascii('BELA'), settings, inQuest: false },
    ...{ serverId: 2, serverName: 'Valor2', gate: 5, city: null, population: 1, capacity: 100 },
  }
  const search = (capcomId: string, hunterName: string) =>
    a.link.social.searchOnline(a.hold, { capcomId, hunterName: ascii(hunterName), conditions: [] })
  await expect.poll(() => search('', 'bel'), patience).toEqual([bela])
  expect(await search(b.hold.capcomId.slice(2), 'BELA')).toEqual([bela])
  expect(await search(b.hold.capcomId.toLowerCase().concat('!'), '')).toEqual([])
  expect(await a.link.social.findOnline(a.hold, [b.hold.capcomId, 'NOBODY'])).toEqual([bela])
  await b.link.social.setBlacklisted(b.hold, a.hold.capcomId, true)
  expect(ids(await search('', 'bel'))).toEqual([])
  expect(await a.link.social.findOnline(a.hold, [b.hold.capcomId])).toEqual([])
})

test('who was taken over elsewhere can do nothing more here, and his letters go to the other node', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const [a, b] = await sides(links)
  const { ticket } = await throughEntry(b.link, 'ARIA', 2)
  const moved = await b.link.world.claim(ticket)
  await expect(a.link.social.tell(a.hold, b.hold.capcomId, message('here'))).rejects.toMatchObject({
    code: 'fence_lost',
  })
  expect(a.node.lost).toEqual([a.hold])
  await b.link.social.tell(b.hold, moved.capcomId, message('there'))
  await expect.poll(() => b.news.map(([to]) => to), patience).toEqual([moved.capcomId])
  expect(a.news).toEqual([])
})

test('a request waits for who is offline, and a switch that denies them is kept', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const [a, b] = await sides(links)
  b.link.world.release(b.hold, 'left')
  const request = await a.link.social.askFriend(a.hold, b.hold.capcomId, message('wait'))
  const back = await side(b.node, 'BELA', 2)
  expect(await back.link.social.acquaintances(back.hold)).toEqual({
    ...{ friends: [], blacklist: [], requests: [request], deniesRequests: false },
  })
  await back.link.social.answerFriend(back.hold, a.hold.capcomId, false)
  await back.link.social.setDeniesRequests(back.hold, true)
  expect(await back.link.social.acquaintances(back.hold)).toMatchObject({
    requests: [],
    deniesRequests: true,
  })
  // The switch is in his node's journal; a moment later the other nodes keep to it.
  const ask = () =>
    a.link.social.askFriend(a.hold, b.hold.capcomId, message('x')).then(
      () => 'asked',
      (error) => error.code,
    )
  await expect.poll(ask, patience).toBe('friend_refused')
})

test('a log-in that ends at LMP takes its tickets with it', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const { link } = await links.open(await links.enrol('lone'), [{ id: 1, name: 'Valor1' }])
  const { ticket } = await throughEntry(link, 'ARIA', 1)
  await link.entry.endTicket(ticket)
  await expect(link.world.claim(ticket)).rejects.toMatchObject({ code: 'ticket_unknown' })
  await link.entry.endTicket(ticket)
})
