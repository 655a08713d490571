/** A node is shown to consoles when central has reached it, and not before. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Central, startCentral } from '@citygate/central-api/node'
import { createCentral, enrol, type Fetch } from '@citygate/nodes/central'
import { silentLog, startNode } from '@citygate/nodes/host'
import {
  checkReach,
  createEnrolToken,
  type Directory,
  type Input,
  registerNode,
  syncNode,
} from '@citygate/schema/contract'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { eventually } from '../src/eventually.ts'
import { testDatabase } from '../src/postgres.ts'

type TokenWish = Input<typeof createEnrolToken>['body']

class Community implements AsyncDisposable {
  readonly central: Central
  readonly databaseUrl: string
  readonly folder: string
  readonly #stack = new AsyncDisposableStack()

  private constructor(central: Central, databaseUrl: string, folder: string, stack: AsyncDisposableStack) {
    this.central = central
    this.databaseUrl = databaseUrl
    this.folder = folder
    this.#stack = stack
  }

  static async open(dialBack: 'off' | 'on' | 'allow-private'): Promise<Community> {
    const stack = new AsyncDisposableStack()
    const database = stack.use(await testDatabase())
    const folder = await mkdtemp(join(tmpdir(), 'citygate '))
    stack.defer(() => rm(folder, { recursive: true, force: true }))
    const at = { host: '127.0.0.1', port: 0, databaseUrl: database.url, dataFolder: folder }
    const central = await startCentral({ ...at, dialBack, log: silentLog })
    stack.defer(() => central.close())
    return new Community(central, database.url, folder, stack)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }

  async identity(name: string, wish: Partial<TokenWish> = {}) {
    const { url, operatorKey } = this.central
    const operator = createCentral({ url, fetch, key: operatorKey })
    const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'], ...wish } })
    return enrol(createCentral({ url, fetch, key: token }).call, name, join(this.folder, name))
  }

  /** A node without ports of its own: it says of itself what the test wants. */
  async pretender(name: string, wish: Partial<TokenWish> = {}, reach: Fetch = fetch) {
    const { key } = await this.identity(name, wish)
    const { call } = createCentral({ url: this.central.url, fetch: reach, key })
    return {
      call,
      register: (fmp: { host: string; port: number }) =>
        call(registerNode, {
          body: {
            ...{ name, roles: ['world'], software: 'test', opn: null, lmp: null, rfp: null, fmp },
            servers: [{ name, type: 'open' }],
          },
        }),
      check: () => call(checkReach, { body: { opnTls: false } }),
    }
  }
}

const shown = ({ servers }: Directory, name: string) => servers.find((server) => server.name === name)

async function openPort() {
  const server = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-other\r\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

test('a node that answers is listed, with TLS and all, as soon as central has met it', async () => {
  await using community = await Community.open('allow-private')
  const identity = await community.identity('attic')
  const node = await startNode({
    central: { url: community.central.url, fetch },
    identity,
    roles: ['entry', 'world'],
    ...{ bind: '127.0.0.1', advertise: '127.0.0.1', ports: { opn: 0, lmp: 0, fmp: 0, rfp: 0 } },
    tls: { folder: community.folder },
    helloDelayMs: 0,
    contentFolder: join(import.meta.dirname, '../../nodes/content'),
    home: community.folder,
    servers: [{ name: 'Attic', type: 'open' }],
    log: silentLog,
  })
  try {
    const looker = await community.pretender('looker')
    const { epoch, directory } = await looker.register({ host: '127.0.0.1', port: 9 })
    const first = shown(directory, 'Attic')?.status
    expect(['up', 'down']).toContain(first)
    let number = 0
    const status = await eventually(
      async () => {
        const answer = await looker.call(syncNode, {
          body: {
            ...{ epoch, number: ++number, holdMs: 0, draining: false, releases: [], settings: [] },
            ...{
              presence: { generation: null, full: true, set: [], gone: [] },
              mailSeen: 0,
              directoryVersion: 0,
            },
          },
        })
        return [shown(answer.directory, 'Attic')?.status, answer.directory.entries.length]
      },
      ([server, entries]) => server === 'up' && entries === 1,
    )
    expect(status).toEqual(['up', 1])
  } finally {
    await node.close()
  }
})

test('a node behind which another service answers is not listed, and reads what was found', async () => {
  await using community = await Community.open('allow-private')
  const { server, port } = await openPort()
  try {
    const node = await community.pretender('cellar')
    expect(shown((await node.register({ host: '127.0.0.1', port })).directory, 'cellar')?.status).toBe('down')
    expect(await node.check()).toMatchObject({
      dialled: true,
      listed: false,
      from: '127.0.0.1',
      findings: [{ port: 'fmp', address: { host: '127.0.0.1', port }, finding: 'other-service' }],
    })
    // Within the minute nobody is dialled: the same is told again, and other ports are not looked at.
    server.close()
    expect(await node.check()).toMatchObject({ findings: [{ finding: 'other-service' }] })
    const ports = { opn: null, lmp: null, rfp: null, fmp: { host: '127.0.0.1', port } }
    await expect(node.call(checkReach, { body: { opnTls: false, ports } })).rejects.toMatchObject({
      code: 'rate_limited',
    })
  } finally {
    server.close()
  }
})

test('what was proven at an address holds for the next start there, and nowhere else', async () => {
  await using community = await Community.open('allow-private')
  const node = await community.pretender('hall')
  const here = { host: '127.0.0.1', port: 4001 }
  await node.register(here)
  await node.check()
  const client = postgres(community.databaseUrl, { max: 1, onnotice: () => {} })
  try {
    const ports = { opn: null, lmp: null, rfp: null, fmp: here }
    await client`update node_reach set listed = true, proven = ${client.json(ports)}, proven_at = clock_timestamp()`
    expect(shown((await node.register(here)).directory, 'hall')?.status).toBe('up')
    expect(shown((await node.register({ ...here, port: 4002 })).directory, 'hall')?.status).toBe('down')
    expect(shown((await node.register(here)).directory, 'hall')?.status).toBe('up')
    await client`update node_reach set proven_at = clock_timestamp() - interval '2 hours'`
    expect(shown((await node.register(here)).directory, 'hall')?.status).toBe('down')
  } finally {
    await client.end()
  }
})

test('one bad moment hides nobody, the second does', async () => {
  await using community = await Community.open('allow-private')
  const node = await community.pretender('tower')
  const here = { host: '127.0.0.1', port: 4001 }
  await node.register(here)
  const client = postgres(community.databaseUrl, { max: 1, onnotice: () => {} })
  try {
    const good = [{ port: 'fmp', address: here, finding: 'ok' }]
    await client`update node_reach set listed = true, findings = ${client.json(good)}`
    expect(await node.check()).toMatchObject({ listed: true, findings: [{ finding: 'unreachable' }] })
    await client`update node_reach set dialled_at = clock_timestamp() - interval '2 minutes'`
    expect(await node.check()).toMatchObject({ listed: false, findings: [{ finding: 'unreachable' }] })
  } finally {
    await client.end()
  }
})

test('without private addresses a node inside of the house is told that nobody reaches it', async () => {
  await using community = await Community.open('on')
  const node = await community.pretender('shed')
  await node.register({ host: '127.0.0.1', port: 4001 })
  expect(await node.check()).toMatchObject({ listed: false, findings: [{ finding: 'private-address' }] })
})

test('central takes the word of a node of its own machine, and everybody’s where it does not dial', async () => {
  const port = { host: '127.0.0.1', port: 4001 }
  const taken = { dialled: false, listed: true, findings: [] }
  await using strict = await Community.open('on')
  const own = await strict.pretender('own', { ownMachine: true })
  expect(shown((await own.register(port)).directory, 'own')?.status).toBe('up')
  expect(await own.check()).toMatchObject(taken)
  const inside = await strict.pretender('inside', {}, strict.central.fetch)
  expect(shown((await inside.register(port)).directory, 'inside')?.status).toBe('up')
  expect(await inside.check()).toMatchObject(taken)

  await using trusting = await Community.open('off')
  const anybody = await trusting.pretender('anybody')
  expect(shown((await anybody.register(port)).directory, 'anybody')?.status).toBe('up')
  expect(await anybody.check()).toMatchObject(taken)
})
