/** Schedules of issue 5 that need processes to be killed and stopped, each by its name (docs/proof.md). Linux and macOS. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Call, createCentral } from '@citygate/nodes/central'
import {
  armTicket,
  chooseHunter,
  claimSession,
  enrolNode,
  type Input,
  identifyConsole,
  issueTicket,
  registerNode,
  writeSettings,
} from '@citygate/schema/contract'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { CentralProcess } from '../src/faults/central-process.ts'
import { NodeHost } from '../src/faults/node-host.ts'
import { sha256 } from '../src/history/orders.ts'
import { testDatabase } from '../src/postgres.ts'
import { patience } from './hunters.ts'

test('a worker of central killed between lock and commit', { timeout: 300_000 }, async () => {
  await using database = await testDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'citygate schedules '))
  const sql = postgres(database.url, { max: 2, onnotice: () => {} })
  const first = await CentralProcess.start({ databaseUrl: database.url, folder, name: 'first' })
  const { operatorKey } = first
  const third = await CentralProcess.start({
    ...{ databaseUrl: database.url, folder, name: 'third', operatorKey },
  })
  await using second = await CentralProcess.start({
    ...{ databaseUrl: database.url, folder, name: 'second', operatorKey },
  })
  try {
    const key = `cgn_${crypto.randomUUID()}`
    const enrolling = createCentral({ url: second.url, fetch, key: await second.enrolToken() })
    await enrolling.call(enrolNode, { body: { name: 'node', keyHash: sha256(key) } })
    const through = (central: CentralProcess) => createCentral({ url: central.url, fetch, key }).call
    const at = { host: '127.0.0.1', port: 8200 }
    const servers: Input<typeof registerNode>['body']['servers'] = [{ id: 7, name: 'Seven', type: 'open' }]
    const { epoch } = await through(second)(registerNode, {
      body: {
        ...{ name: 'node', roles: ['entry', 'world'], software: 'test', servers },
        ...{ opn: at, lmp: at, fmp: at, rfp: at },
      },
    })
    const identified = { supportCode: null, mediaVersion: '1001301045' }
    const { consoleId } = await through(second)(identifyConsole, { body: identified })
    const { capcomId } = await through(second)(chooseHunter, {
      params: { consoleId, slot: '1' },
      body: { name: Buffer.from('Aria').toString('base64'), create: true },
    })
    const ticketHash = sha256(crypto.randomUUID())
    await through(second)(issueTicket, { body: { ticketHash, login: null, consoleId, capcomId } })
    await through(second)(armTicket, { body: { ticketHash, serverId: 7 } })

    // Whatever has its locks stops at its write, for as long as this test holds the gate.
    await sql`create function gate() returns trigger language plpgsql as $$ begin
      perform pg_advisory_xact_lock_shared(4711); return new; end $$`
    const killedAtTheGate = async (central: CentralProcess, ask: (call: Call) => Promise<unknown>) => {
      const gate = await sql.reserve()
      await gate`select pg_advisory_lock(4711)`
      const dying = ask(through(central)).then(
        () => 'done',
        () => 'no answer',
      )
      const waits = async () =>
        (await gate`select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted`)[0]
          ?.n
      await expect.poll(waits, patience).toBe(1)
      await central.kill()
      expect(await dying).toBe('no answer')
      await gate`select pg_advisory_unlock(4711)`
      gate.release()
    }

    // A claim is one statement, which the database ends whoever has asked for it: the same attempt through the other process
    // gets what was done.
    await sql`create trigger gate before update on leases for each row execute function gate()`
    const claiming = { body: { ticketHash, epoch, attempt: crypto.randomUUID() } }
    await killedAtTheGate(first, (call) => call(claimSession, claiming, { deadlineMs: 60_000 }))
    const claim = () => through(second)(claimSession, claiming).then(({ fence }) => fence, String)
    await expect.poll(claim, patience).toBe(1)

    // A write of several statements is rolled back, and its locks go with it: the same write is done, once.
    await sql`create trigger gate before update on players for each row execute function gate()`
    const settings = Buffer.alloc(256, 7).toString('base64')
    const writing = { params: { capcomId }, body: { epoch, fence: 1, settings } }
    await killedAtTheGate(third, (call) => call(writeSettings, writing, { deadlineMs: 60_000 }))
    const versions = () =>
      sql`select version from player_history where capcom_id = ${capcomId} order by version`
    expect(await versions()).toHaveLength(1)
    const write = () => through(second)(writeSettings, writing).then(() => 'done', String)
    await expect.poll(write, patience).toBe('done')
    expect(await versions()).toHaveLength(2)
    const [lease] = await sql`select fence::int, epoch from leases where capcom_id = ${capcomId}`
    expect(lease).toEqual({ fence: 1, epoch })
  } finally {
    await sql.end()
    await Promise.all([first.kill(), third.kill()])
    await rm(folder, { recursive: true, force: true })
  }
})

test('suspended machines', { timeout: 500_000 }, async () => {
  await using database = await testDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'citygate suspended '))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const central = stack.use(
    await CentralProcess.start({ databaseUrl: database.url, folder, name: 'central' }),
  )
  const sql = postgres(database.url, { max: 1 })
  stack.defer(() => sql.end())
  const host = async (name: string, id: number) =>
    stack.use(await NodeHost.start({ folder: join(folder, name), central, name, serverId: id }))
  const [east, west] = [await host('east', 1), await host('west', 2)]
  const online = async () => (await fetch(`${central.url}/v1/players?online=true`)).json()
  const at = (server: number) => ({ items: [{ location: { server: { id: server } } }] })

  const aria = await Console.logIn({
    opn: east.opn,
    tls: false,
    name: 'Aria',
    patience: 30_000,
    pick: () => 1,
  })
  await aria.enterGate(3)
  await expect.poll(online, patience).toMatchObject(at(1))
  east.pause()
  // Its lease runs out: nobody is shown there, and the console may play elsewhere.
  await sql`update node_epochs set expires_at = clock_timestamp() from nodes
    where nodes.id = node_id and nodes.name = 'east'`
  await expect.poll(online, patience).toMatchObject({ items: [] })
  const { supportCode } = aria
  const options = { opn: west.opn, tls: false, supportCode, patience: 8000, pick: () => 2 }
  // West may send him to the LMP that is silent now, until it hears that its lease is over.
  const again = await eventually(
    () => Console.logIn(options).catch(() => null),
    (console) => console !== null,
    90_000,
  )
  if (!again) throw new Error('nobody lets him in')
  await again.enterGate(5)
  await expect.poll(online, patience).toMatchObject(at(2))

  east.resume()
  // The machine that wakes hears of it, and lets go of him in words.
  await expect.poll(() => aria.game.end?.name, patience).toBe('ShutByServer')
  expect(await online()).toMatchObject(at(2))
  await expect
    .poll(async () => (await fetch(`${central.url}/v1/nodes`)).json(), patience)
    .toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ name: 'east', status: 'up' })]),
    })
  await again.logOut()
})
