/** The times of an operator’s own choice are in force wherever they count. */
import { armTicket, syncNode } from '@citygate/schema/contract'
import { expect, onTestFinished, test } from 'vitest'
import { startCentral } from './adapters/node.ts'
import { testCentral } from './testing/central.ts'
import { newHunter, newTicket, syncBody } from './testing/hunters.ts'

/** A hold that nothing ends fails its test. */
const shorterThanHold = 20_000

test('lease, ticket, seat, and no hold longer than a third of a lease', {
  timeout: shorterThanHold,
}, async () => {
  const times = { nodeLease: 3000, ticketInTransit: 11_000, seat: 7000 }
  const central = await testCentral('embedded', (databaseUrl, log) =>
    startCentral({ ...{ databaseUrl, log, times }, host: '127.0.0.1', port: 0 }),
  )
  onTestFinished(() => central[Symbol.asyncDispose]())
  const node = await central.node()
  expect(node.registration.leaseMs).toBe(3000)
  const { ticketHash } = await newTicket(central, node, await newHunter(central, node))
  const left = async () => {
    const [row] =
      await central.sql`select t.expires_at - t.issued_at as ticket, e.expires_at - e.renewed_at as lease
      from tickets t, node_epochs e where t.hash = ${ticketHash} and e.node_id = ${node.nodeId}`
    return row
  }
  expect(await left()).toEqual({
    ticket: expect.stringMatching(/^00:00:1[01]/),
    lease: expect.stringMatching(/^00:00:0[23]/),
  })
  await central.call(armTicket, { body: { ticketHash, serverId: 1 } }, node.key)
  const [seat] =
    await central.sql`select expires_at - clock_timestamp() between interval '1 s' and interval '7 s' as kept from seats`
  expect(seat).toEqual({ kept: true })

  const first = await central.call(syncNode, { body: syncBody(node.epoch, 1) }, node.key)
  const idle = {
    ...{ holdMs: 25_000, directoryVersion: first.directory.version },
    presence: { generation: first.presence.generation, full: false, set: [], gone: [] },
  }
  const held = await central.call(syncNode, { body: syncBody(node.epoch, 2, idle) }, node.key)
  expect(held).toMatchObject({ number: 2, leaseMs: 3000 })
})
