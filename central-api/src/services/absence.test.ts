/** Central was away, and nobody’s lease could be renewed meanwhile. */
import { getPlayer, listNodes, listServers, syncNode } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { connect } from '../adapters/database.ts'
import { silent } from '../log.ts'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { logIn, newHunter, syncBody } from '../testing/hunters.ts'
import { purge } from './purge.ts'

/** As if everything in the database were older by so many seconds: nobody called in that time. */
async function absence({ sql }: TestCentral, seconds: number): Promise<void> {
  await sql`update heartbeat set at = at - make_interval(secs => ${seconds})`
  await sql`update node_epochs set renewed_at = renewed_at - make_interval(secs => ${seconds}),
    expires_at = expires_at - make_interval(secs => ${seconds})`
  await sql`update tickets set expires_at = expires_at - make_interval(secs => ${seconds})`
}

function caller(central: TestCentral, node: TestNode) {
  let number = 0
  return (changes: Parameters<typeof syncBody>[2] = {}) =>
    central.call(syncNode, { body: syncBody(node.epoch, ++number, changes) }, node.key)
}

async function realm() {
  const central = await testCentral()
  const nodes = [
    await central.node({ name: 'A', servers: [{ name: 'A', type: 'open' }] }),
    await central.node({ name: 'B', servers: [{ name: 'B', type: 'open' }] }),
  ] as const
  const sync = [caller(central, nodes[0]), caller(central, nodes[1])] as const
  const hold = await logIn(central, nodes[1], nodes[1], await newHunter(central, nodes[1]))
  const serverId = nodes[1].registration.servers[0]?.id ?? 0
  const { capcomId, fence } = hold
  const where = { capcomId, fence, serverId, gate: 1, city: null, inQuest: false, leader: false }
  await sync[0]()
  await sync[1]({ presence: { generation: null, full: true, set: [where], gone: [] } })
  const statusOf = async (name: string) => {
    const { items } = await central.call(listNodes, {})
    return items.find((node) => node.name === name)?.status
  }
  return { central, nodes, sync, hold, serverId, statusOf }
}

test('who was alive when central went away has one lease more to come back, and then is gone', async () => {
  const { central, sync, hold, serverId, statusOf } = await realm()
  await using _ = central
  await absence(central, 600)
  expect(await statusOf('B')).toBe('down')
  await sync[0]()
  expect(central.log.lines.filter((line) => line.startsWith('central was away'))).toHaveLength(1)
  expect(await statusOf('A')).toBe('up')
  expect(await statusOf('B')).toBe('stale')
  const player = () => central.call(getPlayer, { params: { capcomId: hold.capcomId } })
  expect(await player()).toMatchObject({ online: true, location: { server: { id: serverId } } })
  const server = async () => (await central.call(listServers, {})).items.find(({ id }) => id === serverId)
  expect(await server()).toMatchObject({ status: 'up', population: 1 })

  // He does not come back: after one lease, with the other calling all the while, it is as ever.
  await central.sql`update node_epochs set expires_at = expires_at - interval '61 seconds'
    from nodes where nodes.id = node_id and nodes.name = 'B'`
  await sync[0]()
  expect(await statusOf('B')).toBe('down')
  expect(await player()).toMatchObject({ online: false })
})

test('who was gone before central went away stays gone', async () => {
  const { central, sync, statusOf } = await realm()
  await using _ = central
  await central.sql`update node_epochs set expires_at = clock_timestamp() - interval '20 seconds'
    from nodes where nodes.id = node_id and nodes.name = 'B'`
  await absence(central, 600)
  await sync[0]()
  expect(await statusOf('B')).toBe('down')
})

test('who gave his lease back with his last word is gone at once, and no absence brings him back', async () => {
  const { central, sync, serverId, statusOf } = await realm()
  await using _ = central
  await sync[1]({ draining: true })
  const server = async () => (await central.call(listServers, {})).items.find(({ id }) => id === serverId)
  expect(await server()).toMatchObject({ status: 'draining' })
  const { version } = (await sync[0]()).directory
  await sync[1]({ draining: true, ending: true })
  expect(await statusOf('B')).toBe('down')
  expect(await server()).toMatchObject({ status: 'down', population: 0 })
  const told = (await sync[0]()).directory
  expect(told.servers.find(({ id }) => id === serverId)?.status).toBe('down')
  // Consoles fetch their lists anew.
  expect(told.version).not.toBe(version)

  await absence(central, 600)
  await sync[0]()
  expect(await statusOf('A')).toBe('up')
  expect(await statusOf('B')).toBe('down')
})

test('a silence shorter than half a lease is none', async () => {
  const { central, sync } = await realm()
  await using _ = central
  await absence(central, 25)
  await sync[0]()
  expect(central.log.lines.filter((line) => line.startsWith('central was away'))).toEqual([])
})

test('many who come back at once give the grace once, and each is answered', async () => {
  const { central, sync, nodes } = await realm()
  await using _ = central
  const more = await Promise.all(
    [1, 2, 3, 4].map((n) => central.node({ servers: [{ name: `C${n}`, type: 'open' }] })),
  )
  for (let round = 1; round <= 4; round++) {
    await absence(central, 600)
    const answers = await Promise.all(
      [
        ...sync,
        ...more.map(
          (node) => (body: Parameters<typeof syncBody>[2]) =>
            central.call(syncNode, { body: syncBody(node.epoch, round, body) }, node.key),
        ),
      ].map((call) => call({})),
    )
    expect(answers).toHaveLength(nodes.length + more.length)
    const said = central.log.lines.filter((line) => line.startsWith('central was away'))
    expect(said).toHaveLength(round)
  }
})

test('what a clean-up would throw away is kept for those who come back', async () => {
  const { central, sync, hold } = await realm()
  await using _ = central
  await absence(central, 2 * 3600)
  const { client, db } = connect(central.databaseUrl, 1)
  await purge({ db, log: silent })
  const tickets = await db.execute(sql`select from tickets where hash = ${hold.ticketHash}`)
  expect(tickets).toHaveLength(1)
  await client.end()
  expect((await sync[1]()).refused).toEqual([])
})

test('starts that were superseded long ago are thrown away; what anybody may still name is not', async () => {
  await using central = await testCentral()
  let node = await central.node({ servers: [{ name: 'A', type: 'open' }] })
  const hold = await logIn(central, node, node, await newHunter(central, node))
  for (let start = 0; start < 3; start++) node = await node.again()
  await central.sql`update node_epochs set expires_at = expires_at - interval '2 days' where epoch < ${node.epoch}`
  const { client, db } = connect(central.databaseUrl, 1)
  await purge({ db, log: silent })
  await client.end()
  const left = await central.sql`select epoch from node_epochs where node_id = ${node.nodeId} order by epoch`
  // The first still holds somebody in the eyes of central: late writes under his fence are taken.
  expect(left.map(({ epoch }) => epoch)).toEqual([1, node.epoch])
  expect(hold.fence).toBe(1)
})
