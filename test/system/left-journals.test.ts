/** A host that is started with fewer workers: what the others' journals hold reaches central before anybody is let in. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCentral } from '@citygate/central-api/node'
import { createCentral, readJournal } from '@citygate/nodes/central'
import { silentLog } from '@citygate/nodes/host'
import { AnsUserBinarySet, ReqUserBinarySet } from '@citygate/nodes/pat'
import { createEnrolToken } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { NodeProcess } from '../src/node-process.ts'
import { testDatabase } from '../src/postgres.ts'

const rank = 321

test('an edit of a worker that is not run any more is not lost', { timeout: 180_000 }, async () => {
  await using database = await testDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'citygate left '))
  const start = (port: number) =>
    startCentral({ databaseUrl: database.url, host: '127.0.0.1', port, dataFolder: folder, log: silentLog })
  let central = await start(0)
  const { url } = central
  const operator = createCentral({ url, fetch, key: central.operatorKey })
  const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'], uses: 2 } })
  const host = (workers: string) =>
    NodeProcess.start({
      folder: join(folder, 'host'),
      ...{ central: url, enrolToken: token, name: 'attic' },
      servers: [
        { id: 1, name: 'Valor1', type: 'open' },
        { id: 2, name: 'Valor2', type: 'open' },
      ],
      flags: ['--workers', workers, '--drain-time', '0', '--quest-time', '0'],
    })
  const ofSecond = () => readJournal(join(folder, 'host', 'data', 'node-2', 'journal'))
  try {
    const two = await host('processes:2')
    const hunter = await Console.logIn({
      ...{ opn: two.opn, tls: false, patience: 30_000 },
      ...{ name: 'Aria', pick: () => 2 },
    })
    await hunter.enterGate(1)
    await central.close()
    const data = Uint8Array.of(rank >> 8, rank & 255)
    await hunter.game.call(ReqUserBinarySet, { offset: 0, data }, AnsUserBinarySet)
    await two[Symbol.asyncDispose]()
    expect((await ofSecond()).waiting).toMatchObject([{ capcomId: hunter.capcomId }])

    central = await start(Number(new URL(url).port))
    await using _one = await host('1')
    const told = (await (await fetch(`${url}/v1/players/${hunter.capcomId}`)).json()) as object
    expect(told).toMatchObject({ rank })
    expect(await ofSecond()).toMatchObject({ waiting: [], deadLetters: [] })
  } finally {
    await central.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
})
