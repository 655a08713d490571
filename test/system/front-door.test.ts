/** `npm start` killed with -9 at any moment, and started again. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { latin1 } from '@citygate/nodes/pat'
import type { getStats, Output, searchPlayers } from '@citygate/schema/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { cameTrue, eventually } from '../src/eventually.ts'
import { FrontDoor } from '../src/front-door.ts'

let folder: string
let door: FrontDoor | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate with spaces '))
})

afterEach(async () => {
  await door?.kill()
  // The database ends by itself, a moment after its parent.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

async function get<T>(http: string, path: string): Promise<T> {
  return (await (await fetch(http + path)).json()) as T
}

test('killed while someone plays: hunter, name and slot are there again, and nobody is online', {
  timeout: 180_000,
}, async () => {
  door = new FrontDoor(folder)
  const first = await door.ready()
  const options = { tls: false, slot: 2, pick: () => 1, patience: 30_000 }
  const hunter = await Console.logIn({ opn: first.nodes[0]?.opn ?? '', name: 'Aria', ...options })
  await hunter.enterGate(3)
  const players = '/v1/players?name=Aria'
  const found = await eventually(
    () => get<Output<typeof searchPlayers>>(first.http, players),
    ({ items }) => items[0]?.location?.gate?.id === 3,
  )
  expect(found.items).toMatchObject([{ capcomId: hunter.capcomId, online: true }])

  await door.kill()
  door = new FrontDoor(folder)
  const second = await door.ready()
  expect(await get<Output<typeof getStats>>(second.http, '/v1/stats')).toMatchObject({ playersOnline: 0 })
  expect(await get(second.http, players)).toMatchObject({
    items: [{ capcomId: hunter.capcomId, name: 'Aria', online: false, location: null }],
  })
  const { supportCode } = hunter
  const again = await Console.logIn({ opn: second.nodes[0]?.opn ?? '', supportCode, ...options })
  expect([again.capcomId, latin1(again.name)]).toEqual([hunter.capcomId, 'Aria'])
  expect(await again.enterGate(3)).toEqual([hunter.capcomId])
  await again.logOut()
  expect(await door.end()).toBe(0)
})

/** What has come into being in the data folder when the start is killed. */
const moments = ['data', 'data/database', 'data/operator.key', 'data/node/node.json']

test('killed at any moment of its first start, it starts', { timeout: 240_000 }, async () => {
  for (const moment of moments) {
    const killed = new FrontDoor(folder)
    door = killed
    const reached = () => existsSync(join(folder, moment))
    await cameTrue(() => Promise.resolve(reached() || killed.hasEnded))
    expect(reached(), moment).toBe(true)
    await killed.kill()
  }
  door = new FrontDoor(folder)
  const { nodes } = await door.ready()
  const opn = nodes[0]?.opn ?? ''
  const hunter = await Console.logIn({ opn, tls: false, name: 'Aria', patience: 30_000 })
  expect(await hunter.enterGate(1)).toEqual([hunter.capcomId])
})
