/** Nobody fills the tables of consoles and hunters: neither a stranger’s node nor who connects to one. */
import { chooseHunter, identifyConsole } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { connect } from '../adapters/database.ts'
import { startCentral } from '../adapters/node.ts'
import { silent } from '../log.ts'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { bytes, media } from '../testing/hunters.ts'
import { purge } from './purge.ts'

const here = 'a'.repeat(32)
const there = 'b'.repeat(32)

/** Few, so that limits are met soon. */
async function limited(perNode: number, perSource: number): Promise<TestCentral> {
  const central = await testCentral('embedded', (databaseUrl, log) =>
    startCentral({ ...{ databaseUrl, log, host: '127.0.0.1', port: 0 }, creations: { perNode, perSource } }),
  )
  onTestFinished(() => central[Symbol.asyncDispose]())
  return central
}

const consoleAt = (
  central: TestCentral,
  node: TestNode,
  source: string | null,
  supportCode: string | null = null,
) => central.call(identifyConsole, { body: { supportCode, mediaVersion: media, source } }, node.key)

async function outcomes(tries: readonly Promise<unknown>[]) {
  const ended = await Promise.allSettled(tries)
  const refusals = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  return { made: ended.length - refusals.length, refusals: [...new Set(refusals)] }
}

test('consoles from one place: as many as allowed, whichever entry node it comes to, and all at once', async () => {
  const central = await limited(0, 5)
  const nodes = [await central.node({ servers: [] }), await central.node({ servers: [] })] as const
  for (let n = 0; n < 5; n++) await consoleAt(central, nodes[n % 2 === 0 ? 0 : 1], here)
  const more = await outcomes(
    Array.from({ length: 10 }, (_, n) => consoleAt(central, nodes[n % 2 === 0 ? 0 : 1], here)),
  )
  expect(more).toEqual({ made: 0, refusals: ['too_many_new'] })
  // Also with a code of its own making; but not from elsewhere, nor from the node's own network.
  await expect(consoleAt(central, nodes[0], here, 'MADEUPCODE')).rejects.toMatchObject({
    code: 'too_many_new',
    status: 429,
  })
  await consoleAt(central, nodes[0], there)
  await consoleAt(central, nodes[0], null)
  expect(await central.sql`select from consoles where support_code = 'MADEUPCODE'`).toHaveLength(0)
})

test('a console that is known comes back from wherever, as often as it likes', async () => {
  const central = await limited(1, 1)
  const node = await central.node({ servers: [] })
  const { supportCode } = await consoleAt(central, node, here)
  for (let n = 0; n < 5; n++) {
    expect(await consoleAt(central, node, here, supportCode)).toMatchObject({ created: false })
  }
})

test('a node creates as many as allowed in an hour, and the operator’s own is not counted', async () => {
  const central = await limited(4, 0)
  const node = await central.node({ servers: [] })
  const tries = () => outcomes(Array.from({ length: 10 }, () => consoleAt(central, node, null)))
  expect(await tries()).toEqual({ made: 4, refusals: ['too_many_new'] })
  await central.sql`update creations set hour = hour - interval '1 hour'`
  expect((await tries()).made).toBe(4)
  await central.sql`update nodes set own_machine = true`
  expect((await tries()).made).toBe(10)
})

test('hunters: six times as many', async () => {
  const central = await limited(0, 1)
  const node = await central.node({ servers: [] })
  const { consoleId } = await consoleAt(central, node, here)
  const other = await consoleAt(central, node, there)
  const create = (id: string, slot: number) =>
    central.call(
      chooseHunter,
      {
        params: { consoleId: id, slot: String(slot) },
        body: { name: bytes('H'), create: true, source: here },
      },
      node.key,
    )
  for (let slot = 1; slot <= 6; slot++) await create(consoleId, slot)
  await expect(create(other.consoleId, 1)).rejects.toMatchObject({ code: 'too_many_new' })
  // One who exists is chosen, not created.
  const again = { params: { consoleId, slot: '1' }, body: { name: null, create: false, source: here } }
  expect(await central.call(chooseHunter, again, node.key)).toMatchObject({ created: false })
})

test('no address is kept, nor the hash that a node made of it', async () => {
  const central = await limited(0, 5)
  const node = await central.node({ servers: [] })
  await consoleAt(central, node, here)
  const kept = await central.sql`select source from creations where source <> ''`
  expect(kept).toHaveLength(1)
  expect(kept[0]?.source).toMatch(/^[0-9a-f]{64}$/)
  expect(JSON.stringify(await central.sql`select * from creations`)).not.toContain(here)
})

test('consoles that never made a hunter are thrown away, and their codes are adopted again', async () => {
  const central = await limited(0, 0)
  const node = await central.node({ servers: [] })
  const { supportCode, consoleId } = await consoleAt(central, node, here)
  const kept = await consoleAt(central, node, here)
  const hunter = {
    params: { consoleId: kept.consoleId, slot: '1' },
    body: { name: bytes('H'), create: true },
  }
  await central.call(chooseHunter, hunter, node.key)
  await central.sql`update consoles set last_login_at = now() - interval '8 days'`
  const { client, db } = connect(central.databaseUrl, 1)
  await purge({ db, log: silent })
  expect(await db.execute(sql`select id from consoles`)).toEqual([{ id: kept.consoleId }])
  await client.end()
  const again = await consoleAt(central, node, here, supportCode)
  expect(again).toMatchObject({ created: true, supportCode })
  expect(again.consoleId).not.toBe(consoleId)
})
