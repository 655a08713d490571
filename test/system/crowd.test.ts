/** Two hundred consoles at once. */
import type { getStats, Output, searchPlayers } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import { startBots } from '../src/bots/index.ts'
import { eventually } from '../src/eventually.ts'
import { testDatabase } from '../src/postgres.ts'
import { Realm } from '../src/realm.ts'

const count = 200

test('all arrive, none twice, REST counts them; gone without goodbye, they are gone', {
  timeout: 300_000,
}, async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url, tls: true })
  const online = async (): Promise<number> =>
    (await realm.get<Output<typeof getStats>>('/v1/stats')).playersOnline

  const bots = startBots({ count, opn: realm.opn, tls: true, atOnce: count, patience: 90_000 })
  expect(await bots.settled).toMatchObject({ count, arrived: count, failures: [] })
  expect(new Set(bots.capcomIds).size).toBe(count)
  expect(await eventually(online, (players) => players === count, 60_000)).toBe(count)
  expect(await capcomIdsOnline(realm)).toEqual([...bots.capcomIds].toSorted())

  await bots.stop('vanish')
  expect(await eventually(online, (players) => players === 0, 60_000)).toBe(0)
})

/** Page by page, in order. */
async function capcomIdsOnline(realm: Realm): Promise<readonly string[]> {
  const found: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const cursor: string = next && `&cursor=${encodeURIComponent(next)}`
    const page = await realm.get<Output<typeof searchPlayers>>(`/v1/players?online=true&limit=100${cursor}`)
    found.push(...page.items.map(({ capcomId }) => capcomId))
    next = page.next
  }
  return found.toSorted()
}
