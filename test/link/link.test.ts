/** A node's link on a real central: who is where, through takeovers, restarts and a central that is away. */
import { CentralUnreachable } from '@citygate/nodes/central'
import { latin1 } from '@citygate/nodes/pat'
import { expect, test, vi } from 'vitest'
import { testDatabase } from '../src/postgres.ts'
import { inGate, Links, losingLine, throughEntry } from './links.ts'

// Whole log-ins on a real database, on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000 })

const valor = { id: 1, name: 'Valor1' }
const rival = { id: 2, name: 'Valor2' }

/** Less than central holds a call: news must not wait for the end of it. */
const patience = { timeout: 15_000 }

const nobody = ({ items }: { items: unknown[] }) => items.length === 0
const everybody = (count: number) => (found: { items: unknown[] }) => found.items.length === count

test('a hunter is claimed, stands where the node says, and is gone with the release', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const { link } = await links.open(await links.enrol('lone'), [valor])
  const { capcomId, ticket } = await throughEntry(link, 'ARIA', 1)
  const hold = await link.world.claim(ticket)
  expect(hold).toMatchObject({ capcomId, serverId: 1, settings: null })
  expect(latin1(hold.name)).toBe('ARIA')

  link.world.present(hold, inGate(1, 3))
  const shown = await links.players('online=true', ({ items }) => items[0]?.location?.gate?.id === 3)
  expect(shown.items).toMatchObject([
    { capcomId, online: true, location: { server: { id: 1 }, gate: { id: 3 } } },
  ])

  await expect(link.world.claim(ticket)).rejects.toMatchObject({ code: 'ticket_not_armed' })
  link.world.release(hold, 'left')
  expect((await links.players('online=true', nobody)).items).toEqual([])
  await expect(link.entry.readTicket(ticket)).rejects.toMatchObject({ code: 'ticket_unknown' })
})

test('settings are kept with the hunter, and come back with the next claim', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const { link } = await links.open(await links.enrol('lone'), [valor])
  const first = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  const settings = new Uint8Array(256).fill(9)
  await link.world.settings(first, settings)
  link.world.release(first, 'left')
  await links.players('online=true', nobody)
  const second = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  expect(second.settings).toEqual(settings)
  expect(second.fence).toBeGreaterThan(first.fence)
})

test('a hunter who logs in at another node is taken over: the first hears of it and cannot write', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const east = await links.open(await links.enrol('east'), [valor])
  const west = await links.open(await links.enrol('west'), [rival])
  const before = await east.link.world.claim((await throughEntry(east.link, 'ARIA', 1)).ticket)
  east.link.world.present(before, inGate(1, 3))
  await links.players('online=true', everybody(1))

  const after = await west.link.world.claim((await throughEntry(east.link, 'ARIA', 2)).ticket)
  west.link.world.present(after, inGate(2, 5))
  const shown = await links.players('online=true', ({ items }) => items[0]?.location?.server.id === 2)
  expect(shown.items).toMatchObject([{ location: { server: { id: 2 }, gate: { id: 5 } } }])
  await expect.poll(() => east.lost, patience).toEqual([before])

  east.link.world.present(before, inGate(1, 4))
  east.link.world.release(before, 'left')
  await expect(east.link.world.arm(before, 1)).rejects.toMatchObject({ code: 'fence_lost' })
  expect((await links.players('online=true', everybody(1))).items).toMatchObject([
    { location: { gate: { id: 5 } } },
  ])
})

test('a hunter travels to a server of another node with his ticket, and to one of the same node', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const east = await links.open(await links.enrol('east'), [valor, { id: 3, name: 'Valor3' }])
  const west = await links.open(await links.enrol('west'), [rival])
  const { ticket } = await throughEntry(east.link, 'ARIA', 1)
  const first = await east.link.world.claim(ticket)
  await expect(west.link.world.claim(ticket)).rejects.toMatchObject({ code: 'ticket_not_armed' })

  expect(await east.link.world.arm(first, 2)).toEqual({ serverId: 2, host: '127.0.0.1', port: 8200 })
  east.link.world.release(first, 'travelling')
  const second = await west.link.world.claim(ticket)
  expect(second.serverId).toBe(2)

  await west.link.world.arm(second, 3)
  west.link.world.release(second, 'travelling')
  const third = await east.link.world.claim(ticket)
  await east.link.world.arm(third, 1)
  east.link.world.release(third, 'travelling')
  const fourth = await east.link.world.claim(ticket)
  east.link.world.present(fourth, inGate(1, 7))
  await links.players('online=true', ({ items }) => items[0]?.location?.gate?.id === 7)
  expect([first, second, third, fourth].map((hold) => hold.fence)).toEqual([1, 2, 3, 4])
  expect([...east.lost, ...west.lost]).toEqual([])
})

test('a new start of a node takes its players off the old one, which ends', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const identity = await links.enrol('lone')
  const old = await links.open(identity, [valor])
  const hold = await old.link.world.claim((await throughEntry(old.link, 'ARIA', 1)).ticket)
  old.link.world.present(hold, inGate(1, 3))
  await links.players('online=true', everybody(1))

  const young = await links.open(identity, [valor])
  expect((await links.players('online=true', nobody)).items).toEqual([])
  await expect.poll(() => old.ends, patience).toMatchObject([{ reason: 'superseded' }])
  expect(old.lost).toEqual([hold])
  const again = await young.link.world.claim((await throughEntry(young.link, 'ARIA', 1)).ticket)
  expect(again.fence).toBe(2)
})

test('while central is away players stay and claims fail; when it is back, it hears what happened', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const { link, lost, ends } = await links.open(await links.enrol('lone'), [valor])
  const stays = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  const leaves = await link.world.claim((await throughEntry(link, 'BELA', 1)).ticket)
  const waits = await throughEntry(link, 'CECI', 1)
  link.world.present(stays, inGate(1, 3))
  link.world.present(leaves, inGate(1, 3))
  await links.players('online=true', everybody(2))

  await links.stopCentral()
  await expect(link.world.claim(waits.ticket)).rejects.toBeInstanceOf(CentralUnreachable)
  link.world.present(stays, inGate(1, 4))
  link.world.release(leaves, 'lost')
  await links.startCentral()

  const back = await links.players(
    'online=true',
    ({ items }) => items.length === 1 && items[0]?.location?.gate?.id === 4,
  )
  expect(back.items).toMatchObject([{ capcomId: stays.capcomId, location: { gate: { id: 4 } } }])
  expect((await link.world.claim(waits.ticket)).capcomId).toBe(waits.capcomId)
  expect([lost, ends]).toEqual([[], []])
})

test('over a line that loses requests and answers, central ends up with the truth', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const line = losingLine(0.3)
  const { link, lost } = await links.open(await links.enrol('lone'), [valor], line.fetch)
  const codes = Array.from({ length: 8 }, (_, i) => `HUNTER${i}`)
  const holds = await Promise.all(
    codes.map(async (code) => link.world.claim((await throughEntry(link, code, 1)).ticket)),
  )
  line.lose(true)
  for (let gate = 1; gate <= 40; gate++) {
    const answered = line.answered()
    for (const hold of holds) link.world.present(hold, inGate(1, gate))
    const leaving = gate % 10 === 0 ? holds.pop() : undefined
    if (leaving) link.world.release(leaving, 'lost')
    await answered
  }
  line.lose(false)
  const atLast = await links.players(
    'online=true&sort=name',
    ({ items }) => items.length === 4 && items.every((item) => item.location?.gate?.id === 40),
  )
  expect(atLast.items.map((item) => item.capcomId).sort()).toEqual(holds.map((hold) => hold.capcomId).sort())
  expect(lost).toEqual([])
})

test('a crowd that walks about costs far fewer calls than steps', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const { link, calls } = await links.open(await links.enrol('lone'), [valor])
  const codes = Array.from({ length: 20 }, (_, i) => `HUNTER${i}`)
  const holds = await Promise.all(
    codes.map(async (code) => link.world.claim((await throughEntry(link, code, 1)).ticket)),
  )
  const before = calls.length
  for (let gate = 1; gate <= 40; gate++) {
    for (const hold of holds) link.world.present(hold, inGate(1, gate))
    await new Promise((turn) => setImmediate(turn))
  }
  const { items } = await links.players(
    'online=true&limit=100',
    (found) => found.items.length === 20 && found.items.every((item) => item.location?.gate?.id === 40),
  )
  expect(items).toHaveLength(20)
  // Eight hundred steps. On a slow machine the calls are those of the time that it took, ten a second.
  expect(calls.length - before).toBeLessThan(250)
})
