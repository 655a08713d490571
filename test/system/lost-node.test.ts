/** Everything is killed at once: those who were online are shown until the node's lease is over, and not longer. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCentral } from '@citygate/central-api/node'
import { silentLog } from '@citygate/nodes/host'
import type { getStats, Output } from '@citygate/schema/contract'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { FrontDoor } from '../src/front-door.ts'
import { testDatabase } from '../src/postgres.ts'

/** Milliseconds (shared-state.md, "Time"). */
const nodeLease = 60_000

async function playersOnline(http: string): Promise<number> {
  const response = await fetch(`${http}/v1/stats`)
  return ((await response.json()) as Output<typeof getStats>).playersOnline
}

test('a killed node’s players are offline with its lease', { timeout: 120_000 }, async () => {
  await using database = await testDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'citygate '))
  const door = new FrontDoor(folder, ['--database', database.url])
  try {
    const { http, nodes } = await door.ready()
    const opn = nodes[0]?.opn ?? ''
    const hunter = await Console.logIn({ opn, tls: false, name: 'Aria', patience: 30_000 })
    await hunter.enterGate(3)
    expect(
      await eventually(
        () => playersOnline(http),
        (players) => players === 1,
      ),
    ).toBe(1)
  } finally {
    await door.kill()
    // The database ends by itself, a moment after its parent.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }

  const central = await startCentral({
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    log: silentLog,
  })
  const client = postgres(database.url, { max: 1 })
  try {
    expect(await playersOnline(central.url)).toBe(1)
    const [epoch] = await client`
      select extract(epoch from max(expires_at) - clock_timestamp()) * 1000 as left from node_epochs`
    expect(Number(epoch?.left)).toBeLessThanOrEqual(nodeLease)
    // Time passes in the database alone: nobody has to wait for it.
    await client`update node_epochs set expires_at = clock_timestamp()`
    expect(await playersOnline(central.url)).toBe(0)
  } finally {
    await client.end()
    await central.close()
  }
})
