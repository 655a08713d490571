/** Both ways to be consistent, through an absence of central and a cut line (design.md, "Two ways to be consistent"). */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CentralUnreachable, type SocialNews } from '@citygate/nodes/central'
import { expect, test, vi } from 'vitest'
import { testDatabase } from '../src/postgres.ts'
import { cutLine, inGate, Links, throughEntry } from './links.ts'

// Whole log-ins on a real database, on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000 })

const valor = { id: 1, name: 'Valor1' }
const rival = { id: 2, name: 'Valor2' }
const patience = { timeout: 30_000 }
const message = { info: new Uint8Array(), text: new TextEncoder().encode('Hunt with me?') }

/** Settings by which a hunter is known over REST. */
function ofRank(rank: number): Uint8Array {
  const settings = new Uint8Array(256)
  settings[0] = rank >> 8
  settings[1] = rank & 255
  return settings
}

const rankIs = (rank: number) => (found: { items: readonly { rank: number }[] }) =>
  found.items[0]?.rank === rank

const deadLetters = (folder: string) => readFile(join(folder, 'dead-letters.jsonl'), 'utf8').catch(() => '')

test('through an absence of central: play, edit, befriend, log in again; and all of it is there afterwards', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const node = await links.open(await links.enrol('attic'), [valor, rival])
  const { link } = node
  const news: SocialNews[] = []
  link.social.onLetter((_hold, one) => news.push(one))
  const { ticket } = await throughEntry(link, 'ARIA', 1)
  const first = await link.world.claim(ticket)
  const bert = await link.world.claim((await throughEntry(link, 'BERT', 1)).ticket)
  await link.social.acquaintances(bert)
  link.world.release(bert, 'left')
  await links.players(`capcomId=${bert.capcomId}&online=false`, ({ items }) => items.length === 1)

  await links.stopCentral()
  await link.world.settings(first, ofRank(30))
  // To another game server of the same node, with the same ticket; to another node there is no way.
  expect(await link.world.arm(first, 2)).toMatchObject({ serverId: 2 })
  await expect(link.world.arm(first, 7)).rejects.toMatchObject({ code: 'server_down' })
  link.world.release(first, 'travelling')
  const aria = await link.world.claim(ticket)
  expect(aria).toMatchObject({ capcomId: first.capcomId, serverId: 2, settings: ofRank(30) })
  await link.world.settings(aria, ofRank(31))
  expect(await link.social.askFriend(aria, bert.capcomId, message)).toBeNull()
  expect(news).toContainEqual({ kind: 'pending', other: bert.capcomId })
  // A console that was here logs in again; one that was not is turned away.
  const again = await link.world.claim((await throughEntry(link, 'BERT', 1)).ticket)
  expect(again).toMatchObject({ capcomId: bert.capcomId, fence: bert.fence })
  link.world.present(again, inGate(1, 4))
  await link.world.settings(again, ofRank(44))
  expect(await link.social.acquaintances(again)).toMatchObject({ friends: [], requests: [] })
  await expect(throughEntry(link, 'CLEO', 1)).rejects.toThrow(CentralUnreachable)
  // A new hunter takes a Capcom ID, and that is central’s to draw.
  const { consoleId } = await link.entry.identifyConsole('BERT', '1001301045')
  const second = link.entry.chooseHunter(consoleId, 2, new TextEncoder().encode('Second'), true, null)
  await expect(second).rejects.toThrow(CentralUnreachable)

  await links.startCentral()
  await links.players(`capcomId=${aria.capcomId}`, rankIs(31))
  const back = await links.players(`capcomId=${bert.capcomId}&online=true`, rankIs(44))
  expect(back.items).toMatchObject([{ location: { server: { id: 1 }, gate: { id: 4 } } }])
  expect(again.fence).toBeGreaterThan(bert.fence)
  await expect.poll(() => news, patience).toContainEqual(expect.objectContaining({ kind: 'friend-request' }))
  await link.world.settings(again, ofRank(45))
  await links.players(`capcomId=${bert.capcomId}`, rankIs(45))
  await link.social.answerFriend(again, aria.capcomId, true)
  expect(await link.social.acquaintances(again)).toMatchObject({ friends: [{ capcomId: aria.capcomId }] })
  expect(node.lost).toEqual([])
  expect(await deadLetters(node.folder)).toBe('')
})

test('who logged in elsewhere meanwhile stays there: the provisional one ends in words, his writes are shown', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const line = cutLine()
  const east = await links.open(await links.enrol('east'), [valor], line.fetch)
  const west = await links.open(await links.enrol('west'), [rival])
  const first = await east.link.world.claim((await throughEntry(east.link, 'ARIA', 1)).ticket)
  east.link.world.release(first, 'left')
  await links.players(`capcomId=${first.capcomId}&online=false`, ({ items }) => items.length === 1)

  line.cut(true)
  const here = await east.link.world.claim((await throughEntry(east.link, 'ARIA', 1)).ticket)
  await east.link.world.settings(here, ofRank(12))
  const there = await west.link.world.claim((await throughEntry(west.link, 'ARIA', 2)).ticket)
  await west.link.world.settings(there, ofRank(13))
  await links.players(`capcomId=${first.capcomId}`, rankIs(13))

  line.cut(false)
  await expect.poll(() => east.words, patience).toEqual([expect.stringContaining('used elsewhere')])
  // Written a moment after the decision.
  await expect.poll(() => deadLetters(east.folder), patience).not.toBe('')
  expect(await deadLetters(east.folder)).toContain('"code":"fence_lost"')
  await links.players(`capcomId=${first.capcomId}`, rankIs(13))
  expect(west.lost).toEqual([])
})

test.each([
  ['claim', '/v1/sessions'],
  ['adoption', '/adopt'],
])('a %s whose answer is lost takes nothing of what the hunter writes meanwhile', async (_, path) => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const line = cutLine()
  let loses = false
  const { link, folder, lost } = await links.open(await links.enrol('attic'), [valor], async (request) => {
    if (!loses || !request.url.endsWith(path)) return line.fetch(request)
    const answer = await fetch(request)
    // Done, and nobody hears of it before the next outage is over.
    if (answer.ok) line.cut(true)
    throw new TypeError('the answer is lost')
  })
  const first = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  link.world.release(first, 'left')
  await links.players(`capcomId=${first.capcomId}&online=false`, ({ items }) => items.length === 1)

  const fence = async () => Number((await links.sql('select fence from leases'))[0]?.fence)
  if (path !== '/v1/sessions') line.cut(true)
  loses = path === '/v1/sessions'
  const aria = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  loses = true
  line.cut(path === '/v1/sessions')
  await expect.poll(fence, patience).toBe(first.fence + 1)
  line.cut(true)
  expect(aria.fence).toBe(first.fence)
  await link.world.settings(aria, ofRank(60))
  // And he comes once more, before the outage is over.
  link.world.release(aria, 'left')
  const again = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  await link.world.settings(again, ofRank(61))

  loses = false
  line.cut(false)
  await links.players(`capcomId=${again.capcomId}`, rankIs(61))
  await expect.poll(() => again.fence, patience).toBe(first.fence + 1)
  await link.world.settings(again, ofRank(62))
  await links.players(`capcomId=${again.capcomId}`, rankIs(62))
  expect(lost).toEqual([])
  expect(await deadLetters(folder)).toBe('')
})

test('what a killed start had in its journal is there before the next one lets anybody in', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const line = cutLine()
  const identity = await links.enrol('attic')
  const killed = await links.open(identity, [valor], line.fetch)
  const aria = await killed.link.world.claim((await throughEntry(killed.link, 'ARIA', 1)).ticket)
  line.cut(true)
  await killed.link.world.settings(aria, ofRank(27))

  const next = await links.open(identity, [valor])
  const found = await links.players(`capcomId=${aria.capcomId}`, () => true)
  expect(found.items).toMatchObject([{ rank: 27 }])
  const again = await next.link.world.claim((await throughEntry(next.link, 'ARIA', 1)).ticket)
  expect(again.settings).toEqual(ofRank(27))
  expect(await deadLetters(next.folder)).toBe('')
})

test('synchronized: nothing shared is done without central, and what was done is committed', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const { link } = await links.open(await links.enrol('attic'), [valor], fetch, 'synchronized')
  const aria = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  const bert = await link.world.claim((await throughEntry(link, 'BERT', 1)).ticket)
  await link.world.settings(aria, ofRank(5))
  expect((await links.players(`capcomId=${aria.capcomId}`, () => true)).items).toMatchObject([{ rank: 5 }])
  // Nothing is kept of what was read before.
  const denies = async () => (await link.social.acquaintances(aria)).deniesRequests
  expect(await denies()).toBe(false)
  await links.sql('update players set denies_requests = true')
  expect(await denies()).toBe(true)

  await links.stopCentral()
  await expect(link.world.settings(aria, ofRank(6))).rejects.toThrow(CentralUnreachable)
  await expect(link.social.askFriend(aria, bert.capcomId, message)).rejects.toThrow(CentralUnreachable)
  await expect(link.social.acquaintances(aria)).rejects.toThrow(CentralUnreachable)
  await expect(throughEntry(link, 'BERT', 1)).rejects.toThrow(CentralUnreachable)

  await links.startCentral()
  await expect
    .poll(() => link.world.settings(aria, ofRank(7)).then(() => 'written', String), patience)
    .toBe('written')
  expect((await links.players(`capcomId=${aria.capcomId}`, () => true)).items).toMatchObject([{ rank: 7 }])
})
