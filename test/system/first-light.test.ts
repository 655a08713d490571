/** The first whole path: a console logs in through a node, and is found over REST. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ascii, latin1, NtcLayerIn, NtcLayerOut } from '@citygate/nodes/pat'
import type { Output, searchPlayers } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import { Console, type ConsoleOptions, parseAddress, ShutByServer } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { testDatabase } from '../src/postgres.ts'
import { Realm } from '../src/realm.ts'

type Found = Output<typeof searchPlayers>

/** The emptiest server would depend on who is there: everybody goes to Valor1. */
function logIn(realm: Realm, name: string, options: Partial<ConsoleOptions> = {}): Promise<Console> {
  return Console.logIn({ opn: realm.opn, tls: false, name, pick: () => 1, ...options })
}

function search(realm: Realm, query: string): Promise<Found> {
  return realm.get<Found>(`/v1/players?${query}`)
}

test('a hunter in a gate is found by name, with its place; after log-out it is offline', async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url })
  const hunter = await logIn(realm, 'Aria')
  expect(hunter.gates).toHaveLength(40)
  expect(hunter.servers.map(({ name }) => latin1(name))).toContain('Valor1')
  expect(await hunter.enterGate(3)).toEqual([hunter.capcomId])

  const inGate = await eventually(
    () => search(realm, 'name=ari'),
    ({ items }) => items[0]?.location?.gate?.id === 3,
  )
  expect(inGate.items).toMatchObject([
    {
      capcomId: hunter.capcomId,
      name: 'Aria',
      online: true,
      location: {
        server: { id: 1, name: 'Valor1' },
        gate: { id: 3, name: 'City Gate3' },
        city: null,
        inQuest: false,
      },
    },
  ])

  await hunter.logOut()
  const offline = await eventually(
    () => search(realm, 'name=Aria'),
    ({ items }) => items[0]?.online === false,
  )
  expect(offline.items).toMatchObject([{ capcomId: hunter.capcomId, online: false, location: null }])
})

test('two hunters in one gate see each other come and go', async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url })
  const [aria, bela] = [await logIn(realm, 'Aria'), await logIn(realm, 'Bela')]
  await aria.enterGate(3)
  expect(await bela.enterGate(3)).toEqual([aria.capcomId, bela.capcomId])
  const { capcomId } = await aria.next(NtcLayerIn)
  expect(latin1(capcomId)).toBe(bela.capcomId)
  expect(await aria.listUsers()).toEqual([aria.capcomId, bela.capcomId])
  bela.kill()
  expect(latin1((await aria.next(NtcLayerOut)).capcomId)).toBe(bela.capcomId)
  expect(await aria.listUsers()).toEqual([aria.capcomId])
})

test('hunter, name and slot outlive a restart', async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url })
  const before = await logIn(realm, 'Aria', { slot: 4 })
  await before.enterGate(3)
  await realm.stop()
  await realm.start()
  const after = await logIn(realm, 'unused', { supportCode: before.supportCode, slot: 4, name: undefined })
  expect(after.supportCode).toBe(before.supportCode)
  expect(after.slots.map((slot) => slot && latin1(slot.name))).toEqual([null, null, null, 'Aria', null, null])
  expect(after.capcomId).toBe(before.capcomId)
  expect(latin1(after.name)).toBe('Aria')
  expect(await after.enterGate(3)).toEqual([before.capcomId])
})

test('a ticket that nobody issued is refused in words', async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url })
  const stranger = new Console({ opn: realm.opn, tls: false, name: 'Nobody' })
  stranger.ticket = ascii('NOSUCHTICKET')
  const refused = stranger.enterServer(parseAddress(realm.nodes[0]?.fmp ?? ''))
  await expect(refused).rejects.toThrow(ShutByServer)
  await expect(refused).rejects.toThrow(/log\s+in again/i)
})

test('the ticket of a log-out is spent', async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url })
  const hunter = await logIn(realm, 'Aria')
  const { ticket } = hunter
  await hunter.logOut()
  hunter.ticket = ticket
  const refused = hunter.enterServer(parseAddress(realm.nodes[0]?.fmp ?? ''))
  await expect(refused).rejects.toThrow(ShutByServer)
})

test('a hunter who changes server is found there, and nowhere else', async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url })
  const hunter = await logIn(realm, 'Aria')
  await hunter.enterGate(3)
  await hunter.leaveGate()
  await hunter.changeServer(7)
  await hunter.enterGate(40)
  const moved = await eventually(
    () => search(realm, 'online=true'),
    ({ items }) => items[0]?.location?.gate?.id === 40,
  )
  expect(moved.items).toMatchObject([
    { capcomId: hunter.capcomId, location: { server: { id: 7, name: 'Veterans1' }, gate: { id: 40 } } },
  ])
})

test('a console that trusts this realm’s root logs in over TLS', async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url, tls: true })
  const root = new X509Certificate(readFileSync(realm.nodes[0]?.rootFile ?? ''))
  const hunter = await logIn(realm, 'Aria', { tls: true, ca: root.toString() })
  expect(await hunter.enterGate(1)).toEqual([hunter.capcomId])
})
