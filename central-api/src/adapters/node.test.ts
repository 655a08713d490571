import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/src/postgres.ts'
import { silent } from '../log.ts'
import { startCentral } from './node.ts'

let folder: string
let database: TestDatabase

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate central '))
  database = await testDatabase({ migrated: false })
})
afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

const start = (more: { operatorKey?: string; dataFolder?: string; port?: number } = {}) =>
  startCentral({ databaseUrl: database.url, host: '127.0.0.1', port: 0, log: silent, ...more })

const tokenWith = (url: string, key: string | null) =>
  fetch(`${url}/v1/enrol-tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: '{}',
  })

test('an empty database gets its form and an owner’s key, which the next start finds in the folder', async () => {
  const first = await start({ dataFolder: folder })
  const file = join(folder, 'operator.key')
  expect((await readFile(file, 'utf8')).trim()).toBe(first.operatorKey)
  expect((await stat(file)).mode & 0o077).toBe(0)
  expect((await tokenWith(first.url, first.operatorKey)).status).toBe(200)
  await first.close()

  const second = await start({ dataFolder: folder })
  expect(second.operatorKey).toBe(first.operatorKey)
  await second.close()
})

test('a key of the operator’s own works beside the first', async () => {
  const first = await start({ dataFolder: folder })
  const second = await start({ operatorKey: 'the-operators-own-key' })
  expect(second.operatorKey).toBe('the-operators-own-key')
  expect((await tokenWith(second.url, first.operatorKey)).status).toBe(200)
  await first.close()
  await second.close()
})

test('a database that acknowledges before anything is on its disk is refused in words', async () => {
  const name = new URL(database.url).pathname.slice(1)
  const client = postgres(database.url, { max: 1 })
  try {
    await client.unsafe(`alter database ${name} set synchronous_commit = off`)
    await expect(start()).rejects.toThrow(/synchronous_commit is off.*ALTER DATABASE/)
    await client.unsafe(`alter database ${name} set synchronous_commit = local`)
  } finally {
    await client.end()
  }
  await (await start()).close()
})

test('without the folder the key stays unknown, and nobody gets a new one', async () => {
  await (await start()).close()
  const second = await start()
  expect(second.operatorKey).toBeNull()
  await second.close()
})

test('a key file of another database becomes no key of this one', async () => {
  await (await start()).close()
  await writeFile(join(folder, 'operator.key'), 'cgo_of_another\n')
  const second = await start({ dataFolder: folder })
  expect(second.operatorKey).toBeNull()
  expect((await tokenWith(second.url, 'cgo_of_another')).status).toBe(401)
  await second.close()
})

test('two instances that start at once on an empty database agree on one key', async () => {
  const both = await Promise.all([start(), start()])
  const keys = both.map(({ operatorKey }) => operatorKey)
  expect(keys.filter((key) => key !== null)).toHaveLength(1)
  await Promise.all(both.map((central) => central.close()))
})

test('a taken port is refused, and nothing stays open', async () => {
  const other = createServer()
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
  const address = other.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  other.close()
})
