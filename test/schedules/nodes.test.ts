/**
 * The schedules of issue 5 that need nodes and central: each by its name (docs/proof.md). The nodes' links are real, with
 * journals on disk, central and its database too; nothing plays on sockets. The slow ones: `nodes.machine.test.ts`.
 */
import { appendFile, cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fetch } from '@citygate/nodes/central'
import { afterEach, expect, test, vi } from 'vitest'
import { cutLine, inGate, Links, throughEntry } from '../link/links.ts'
import { seeded } from '../src/bots/random.ts'
import { testDatabase } from '../src/postgres.ts'
import { hasRank, isOnline, ofRank, patience, valor } from './hunters.ts'
import { deadLetters, ranksWritten, twoNodes } from './realm.ts'

// Whole log-ins on a real database, on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000 })
afterEach(() => {
  vi.useRealTimers()
})

test('LMP → FMP → server change → FMP on one ticket', async () => {
  await using database = await testDatabase()
  const { links, east, west } = await twoNodes(database.url)
  await using _ = links
  const { ticket, capcomId } = await throughEntry(east.link, 'ARIA', 1)
  const here = await east.link.world.claim(ticket)
  // Nobody may come a second time with it before the game has chosen another server.
  await expect(west.link.world.claim(ticket)).rejects.toMatchObject({ code: 'ticket_not_armed' })
  await east.link.world.arm(here, 2)
  east.link.world.release(here, 'travelling')
  const there = await west.link.world.claim(ticket)
  expect(there).toMatchObject({ capcomId, serverId: 2 })
  expect(there.fence).toBeGreaterThan(here.fence)
  await west.link.world.arm(there, 1)
  west.link.world.release(there, 'travelling')
  const back = await east.link.world.claim(ticket)
  expect(back.fence).toBeGreaterThan(there.fence)

  await east.link.world.arm(back, 2)
  east.link.world.release(back, 'left')
  const late = () =>
    west.link.entry.readTicket(ticket).then(
      () => 'known',
      ({ code }) => code,
    )
  await expect.poll(late, patience).toBe('ticket_unknown')
  await expect(west.link.world.claim(ticket)).rejects.toMatchObject({ code: 'ticket_unknown' })
})

test('an edit and a move within 100 ms', async () => {
  await using database = await testDatabase()
  const { links, east, west } = await twoNodes(database.url)
  await using _ = links
  const { ticket, capcomId } = await throughEntry(east.link, 'ARIA', 1)
  let hold = await east.link.world.claim(ticket)
  let [from, to, server] = [east, west, 2]
  for (let round = 1; round <= 6; round++) {
    await from.link.world.settings(hold, ofRank(round))
    await from.link.world.arm(hold, server)
    from.link.world.release(hold, 'travelling')
    hold = await to.link.world.claim(ticket)
    expect(hold.settings, `round ${round}`).toEqual(ofRank(round))
    ;[from, to, server] = [to, from, 3 - server]
  }
  await links.players(`capcomId=${capcomId}`, hasRank(6))
  expect(await deadLetters(east.folder)).toBe('')
  expect(await deadLetters(west.folder)).toBe('')
})

test('provisional against real', async () => {
  await using database = await testDatabase()
  const line = cutLine()
  const { links, east, west } = await twoNodes(database.url, line.fetch)
  await using _ = links
  for (const code of ['ARIA', 'CLEO']) {
    const hold = await east.link.world.claim((await throughEntry(east.link, code, 1)).ticket)
    east.link.world.release(hold, 'left')
    await links.players(`capcomId=${hold.capcomId}&online=false`, ({ items }) => items.length === 1)
  }
  line.cut(true)
  const aria = await east.link.world.claim((await throughEntry(east.link, 'ARIA', 1)).ticket)
  const cleo = await east.link.world.claim((await throughEntry(east.link, 'CLEO', 1)).ticket)
  await east.link.world.settings(aria, ofRank(21))
  await east.link.world.settings(cleo, ofRank(22))
  const real = await west.link.world.claim((await throughEntry(west.link, 'ARIA', 2)).ticket)
  await west.link.world.settings(real, ofRank(31))
  await links.players(`capcomId=${aria.capcomId}`, hasRank(31))

  line.cut(false)
  // The real one stays, the other ends in words with its writes shown; nobody else had claimed Cleo: she is adopted.
  await expect.poll(() => east.words, patience).toEqual([expect.stringContaining('used elsewhere')])
  await links.players(`capcomId=${cleo.capcomId}`, hasRank(22))
  await links.players(`capcomId=${aria.capcomId}`, hasRank(31))
  expect(west.lost).toEqual([])
  // Written a moment after the decision.
  await expect.poll(() => deadLetters(east.folder), patience).toContain('fence_lost')
  const letters = await deadLetters(east.folder)
  expect(letters.trim().split('\n')).toHaveLength(1)
  expect(letters).toContain(aria.capcomId)
})

test('a cloned data folder', async () => {
  await using database = await testDatabase()
  const line = cutLine()
  const { links, east } = await twoNodes(database.url, line.fetch)
  await using _ = links
  const hold = await east.link.world.claim((await throughEntry(east.link, 'ARIA', 1)).ticket)
  line.cut(true)
  await east.link.world.settings(hold, ofRank(2))
  // The twin has the same id, the same key, and the same records that wait.
  await cp(east.folder, join(east.folder, '..', 'journal of twin'), { recursive: true })
  const twin = await links.open({ ...east.identity, name: 'twin' }, [valor])
  await links.players(`capcomId=${hold.capcomId}`, hasRank(2))
  line.cut(false)
  await expect.poll(() => east.ends, patience).toMatchObject([{ reason: 'superseded' }])
  expect(east.lost).toContainEqual(hold)
  // It is evicted once, and does not come back to evict the twin.
  const again = await twin.link.world.claim((await throughEntry(twin.link, 'ARIA', 1)).ticket)
  await twin.link.world.settings(again, ofRank(3))
  await links.players(`capcomId=${again.capcomId}`, hasRank(3))
  expect(east.calls.filter((path) => path.endsWith('/epochs'))).toHaveLength(1)
  expect(twin.ends).toEqual([])
  expect(twin.lost).toEqual([])
  // Somebody starts the first folder once more: what both had is done already.
  await links.open(east.identity, [valor])
  await expect.poll(() => twin.ends, patience).toMatchObject([{ reason: 'superseded' }])
  expect(await ranksWritten(database.url, hold.capcomId)).toEqual([2, 3])
  expect(await deadLetters(east.folder)).toBe('')
})

test('a torn journal tail', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const line = cutLine()
  const identity = await links.enrol('attic')
  const killed = await links.open(identity, [valor], line.fetch)
  const aria = await killed.link.world.claim((await throughEntry(killed.link, 'ARIA', 1)).ticket)
  line.cut(true)
  await killed.link.world.settings(aria, ofRank(26))
  await killed.link.world.settings(aria, ofRank(27))
  // A record whose writing the crash of the machine cut off: nobody was told that it was kept.
  const files = (await readdir(killed.folder)).filter((name) => name.includes('journal'))
  expect(files.length).toBeGreaterThan(0)
  for (const name of files) {
    const whole = await readFile(join(killed.folder, name))
    await appendFile(join(killed.folder, name), whole.subarray(0, 21))
  }
  const next = await links.open(identity, [valor])
  await links.players(`capcomId=${aria.capcomId}`, hasRank(27))
  expect(await deadLetters(next.folder)).toBe('')
  const again = await next.link.world.claim((await throughEntry(next.link, 'ARIA', 1)).ticket)
  expect(again.settings).toEqual(ofRank(27))
})

test('clock jumps', async () => {
  await using database = await testDatabase()
  const { links, east, west } = await twoNodes(database.url)
  await using _ = links
  const { ticket } = await throughEntry(east.link, 'ARIA', 1)
  let hold = await east.link.world.claim(ticket)
  let [from, to, server] = [east, west, 2]
  vi.useFakeTimers({ toFake: ['Date'] })
  // The wall clock of nodes and central alike: neither asks it when a lease, a ticket or a seat is over.
  for (const [index, date] of ['2031-01-01', '1999-12-31', '2026-11-23', '1970-01-02'].entries()) {
    vi.setSystemTime(new Date(date))
    await from.link.world.settings(hold, ofRank(100 + index))
    await links.players(`capcomId=${hold.capcomId}`, hasRank(100 + index))
    await from.link.world.arm(hold, server)
    from.link.world.release(hold, 'travelling')
    hold = await to.link.world.claim(ticket)
    to.link.world.present(hold, inGate(server, 2))
    const shown = await links.players(`capcomId=${hold.capcomId}&online=true`, isOnline)
    expect(shown.items, date).toMatchObject([{ location: { server: { id: server } } }])
    ;[from, to, server] = [to, from, 3 - server]
  }
  expect([...east.lost, ...west.lost, ...east.ends, ...west.ends]).toEqual([])
})

test('reordered, duplicated and late sync answers', async () => {
  await using database = await testDatabase()
  const random = seeded(5)
  const line: Fetch = async (request) => {
    if (!request.url.endsWith('/sync')) return fetch(request)
    const copy = request.clone()
    const answer = await fetch(request)
    const dice = random()
    if (dice < 0.2) return (await fetch(copy)).ok ? answer : answer
    if (dice < 0.4) {
      // The caller gets what central says to the second of the same calls.
      return fetch(copy)
    }
    // Late, so that answers overtake each other; the first one later than any after it.
    await new Promise((over) => setTimeout(over, dice < 0.6 ? 400 : 40 * random()))
    return answer
  }
  const { links, east, west } = await twoNodes(database.url, line)
  await using _ = links
  const { ticket, capcomId } = await throughEntry(east.link, 'ARIA', 1)
  const hold = await east.link.world.claim(ticket)
  for (let rank = 1; rank <= 60; rank++) {
    await east.link.world.settings(hold, ofRank(rank))
    east.link.world.present(hold, inGate(1, 1 + (rank % 40)))
    if (rank % 10 === 0) await links.players(`capcomId=${capcomId}`, hasRank(rank))
  }
  const shown = await links.players(
    `capcomId=${capcomId}&online=true`,
    ({ items }) => items[0]?.location?.gate?.id === 1 + (60 % 40),
  )
  expect(shown.items).toMatchObject([{ rank: 60, location: { gate: { id: 21 } } }])
  expect(await ranksWritten(database.url, capcomId)).toEqual(
    Array.from({ length: 60 }, (_, index) => index + 1),
  )
  expect([...east.lost, ...east.ends, ...west.lost]).toEqual([])
  expect(await deadLetters(east.folder)).toBe('')
})
