/** `citygate nodes drain` as players see it: a count-down, a message, and the way back when it is taken back. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCentral } from '@citygate/central-api/node'
import { createCentral, enrol } from '@citygate/nodes/central'
import { silentLog, startNode } from '@citygate/nodes/host'
import { latin1, NtcLayerChatRelayed } from '@citygate/nodes/pat'
import { createEnrolToken, drainNode, listNodes } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { testDatabase } from '../src/postgres.ts'

test('a node is emptied with a count-down, stays, and takes players again', {
  timeout: 120_000,
}, async () => {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await testDatabase())
  const folder = await mkdtemp(join(tmpdir(), 'citygate '))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const at = { host: '127.0.0.1', port: 0, databaseUrl: database.url, dataFolder: folder }
  const central = await startCentral({ ...at, log: silentLog })
  stack.defer(() => central.close())
  const { url, operatorKey } = central
  const operator = createCentral({ url, fetch, key: operatorKey })
  const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'] } })
  const home = join(folder, 'node')
  const identity = await enrol(createCentral({ url, fetch, key: token }).call, 'attic', home)
  const node = await startNode({
    central: { url, fetch },
    ...{ identity, home, roles: ['entry', 'world'], bind: '127.0.0.1', advertise: '127.0.0.1' },
    ...{ ports: { opn: 0, lmp: 0, fmp: 0, rfp: 0 }, tls: 'off', helloDelayMs: 0, servers: 'default' },
    contentFolder: join(import.meta.dirname, '../../nodes/content'),
    drainMs: 4000,
    log: silentLog,
  })
  stack.defer(() => node.close())
  const opn = node.opn ?? ''
  const order = (drain: boolean) =>
    operator.call(drainNode, { params: { nodeId: identity.nodeId }, body: { drain } })
  const status = async () => (await operator.call(listNodes, {})).items[0]?.status

  // Taken back in time: nobody has to go.
  const anna = await Console.logIn({ opn, tls: false, name: 'Anna', patience: 20_000 })
  await anna.enterGate(1)
  const hears = (words: string) =>
    anna.next(NtcLayerChatRelayed, ({ message }) => latin1(message).includes(words))
  await order(true)
  await hears('closes for you')
  await order(false)
  await hears('stays open')
  await anna.leaveGate()
  await anna.enterGate(2)

  // And then in earnest: she reads why, and the node stays, empty.
  await order(true)
  await anna.game.closed
  expect(await eventually(status, (is) => is === 'draining')).toBe('draining')
  await expect(Console.logIn({ opn, tls: false, name: 'Bert', patience: 20_000 })).rejects.toThrow(
    /not open right now/,
  )

  await order(false)
  expect(await eventually(status, (is) => is === 'up')).toBe('up')
  const bert = await eventually(
    () => Console.logIn({ opn, tls: false, name: 'Bert', patience: 20_000 }).catch(() => null),
    Boolean,
  )
  expect(bert?.capcomId).toMatch(/^[0-9A-Z]{6}$/)
  await bert?.logOut()
})
