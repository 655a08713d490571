/** Each line of the doctor, well and failing, on hosts that run and that do not. */
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCentral } from '@citygate/central-api/node'
import { createCentral, enrol } from '@citygate/nodes/central'
import { silentLog, startNode, tlsFiles } from '@citygate/nodes/host'
import { checkReach, createEnrolToken, registerNode } from '@citygate/schema/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../../test/src/eventually.ts'
import { testDatabase } from '../../../test/src/postgres.ts'
import { resolve } from '../config.ts'
import { runningFile } from '../status-file.ts'
import { examine } from './examine.ts'
import { type Line, printed } from './line.ts'
import { patientKeys } from './patient.ts'

let folder = ''
const closers: (() => unknown)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate '))
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  await rm(folder, { recursive: true, force: true })
})

const quick = {
  opnPort: '0',
  lmpPort: '0',
  fmpPort: '0',
  rfpPort: '0',
  bind: '127.0.0.1',
  advertise: '8.8.8.8',
}
/** A port on which nobody listens. */
const nobody = 'http://127.0.0.1:9'

function examined(
  flags: Record<string, string>,
  names: Record<string, readonly string[]> = {},
): Promise<Line[]> {
  const sources = { flags: { ...quick, data: folder, central: nobody, ...flags }, env: {}, file: {} }
  return examine(resolve(patientKeys, sources), async (name) => names[name] ?? [])
}

const of = (lines: readonly Line[], check: string) => lines.filter((line) => line.check === check)
const statuses = (lines: readonly Line[], check: string) => of(lines, check).map(({ status }) => status)

async function taken(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

async function http(status: number, headers: Record<string, string> = {}): Promise<string> {
  const server = createHttpServer((_, response) => response.writeHead(status, headers).end('{}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a line is one line, and says what to do', () => {
  const line = printed({ check: 'ports', status: 'trouble', says: 'FMP is taken', mend: 'free it' })
  expect(line).toBe('TROUBLE ports     FMP is taken. What to do: free it')
})

describe('ports', () => {
  test('that are free are well', async () => {
    expect(statuses(await examined({ roles: 'entry,world' }), 'ports')).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('that somebody else has are not', async () => {
    const port = await taken()
    const [line] = of(await examined({ fmpPort: String(port) }), 'ports')
    expect(line).toMatchObject({ status: 'trouble', mend: expect.stringContaining('--fmp-port') })
    expect(line?.says).toContain(`FMP 127.0.0.1:${port} cannot be opened: another program listens there`)
  })

  test('at an address that this machine does not have are not', async () => {
    const [line] = of(await examined({ bind: '192.0.2.1' }), 'ports')
    expect(line).toMatchObject({ status: 'trouble', mend: expect.stringContaining('--bind') })
  })

  test('of the node that runs here are its own, and dead ones are told', async () => {
    const port = await taken()
    const running = (fmp: number) =>
      writeFileSync(
        runningFile(folder),
        JSON.stringify({
          pid: process.pid,
          nodes: [
            { id: 'x', name: 'x', pid: process.pid, roles: ['world'], servers: [], fmp: `8.8.8.8:${fmp}` },
          ],
        }),
      )
    running(port)
    expect(statuses(await examined({}), 'ports')).toEqual(['ok'])
    running(9)
    expect(of(await examined({}), 'ports')).toMatchObject([{ status: 'trouble', mend: expect.any(String) }])
  })
})

test('every node of a host with several is looked at, and a port that they share once', async () => {
  const [shared, own] = [await taken(), await taken()]
  const node = (id: string, fmp: number) => ({
    ...{ id, name: id, pid: process.pid, roles: ['entry', 'world'], servers: [] },
    ...{ lmp: `8.8.8.8:${shared}`, fmp: `8.8.8.8:${fmp}` },
  })
  const nodes = [node('one', own), node('two', 9)]
  writeFileSync(runningFile(folder), JSON.stringify({ pid: process.pid, nodes }))
  const lines = of(await examined({}), 'ports')
  expect(lines.map(({ status, says }) => [status, says.split(' ')[1]])).toEqual([
    ['ok', `127.0.0.1:${shared}`],
    ['ok', `127.0.0.1:${own}`],
    ['trouble', '127.0.0.1:9'],
  ])
})

test('a host with several nodes that rests says which of them is looked at', async () => {
  mkdirSync(join(folder, 'node-2'))
  expect(statuses(await examined({}), 'ports')).toEqual(['ok', 'note'])
})

describe('address', () => {
  const address = async (flags: Record<string, string>, names = {}) =>
    of(await examined(flags, names), 'address')[0]

  test('that is public is well', async () => {
    expect(await address({ bind: '0.0.0.0' })).toMatchObject({ status: 'ok' })
    const named = { bind: '0.0.0.0', advertise: 'hall.example' }
    expect(await address(named, { 'hall.example': ['8.8.8.8'] })).toMatchObject({ status: 'ok' })
  })

  test('within the house is right for those who are there', async () => {
    expect(await address({ bind: '0.0.0.0', advertise: '192.168.1.20' })).toMatchObject({ status: 'note' })
  })

  test.each([
    ['127.0.0.1', 'themselves'],
    ['100.64.3.2', 'shared by your provider'],
    ['0.0.0.0', 'no address of a host'],
    ['gone.example', 'no IPv4 address'],
  ])('%s is told why not', async (advertise, why) => {
    const line = await address({ bind: '0.0.0.0', advertise })
    expect(line).toMatchObject({ status: 'trouble', mend: expect.any(String) })
    expect(line?.says).toContain(why)
  })

  test('that nobody listens on is told', async () => {
    expect(await address({ bind: '127.0.0.1' })).toMatchObject({
      status: 'trouble',
      mend: 'start with --bind 0.0.0.0',
    })
  })
})

describe('tls', () => {
  const entry = { roles: 'entry' }

  test('will be made, fits together, is off, or is not needed', async () => {
    expect(statuses(await examined(entry), 'tls')).toEqual(['note'])
    await tlsFiles(folder)
    expect(statuses(await examined(entry), 'tls')).toEqual(['ok'])
    expect(statuses(await examined({ ...entry, tls: 'off' }), 'tls')).toEqual(['note'])
    expect(statuses(await examined({ roles: 'world' }), 'tls')).toEqual(['ok'])
  })

  test('that is damaged is told, with the file', async () => {
    await tlsFiles(folder)
    writeFileSync(join(folder, 'tls', 'server.pem'), 'nonsense')
    const [line] = of(await examined(entry), 'tls')
    expect(line).toMatchObject({
      status: 'trouble',
      mend: expect.stringContaining('Put the right file back'),
    })
    expect(line?.says).toContain('server.pem')
  })
})

test('dns: names are looked up, and those that are not there are told', async () => {
  const lines = await examined(
    { advertise: 'hall.example', central: 'http://central.example:1' },
    { 'hall.example': ['8.8.8.8'] },
  )
  expect(of(lines, 'dns')).toMatchObject([
    { status: 'ok', says: 'hall.example is 8.8.8.8' },
    { status: 'trouble', says: 'central.example cannot be looked up' },
  ])
  expect(statuses(await examined({}), 'dns')).toEqual(['ok'])
})

describe('central', () => {
  const central = async (flags: Record<string, string>) => {
    const lines = await examined(flags)
    return [...of(lines, 'central'), ...of(lines, 'clock')]
  }

  test('that answers, with a clock like ours', async () => {
    expect((await central({ central: await http(200) })).map(({ status }) => status)).toEqual(['ok', 'ok'])
  })

  test('that nobody is, or that cannot log anybody in, or that is something else', async () => {
    expect(await central({})).toMatchObject([
      { status: 'trouble', mend: expect.any(String) },
      { status: 'note' },
    ])
    expect(await central({ central: await http(503) })).toMatchObject([
      { status: 'trouble' },
      { status: 'ok' },
    ])
    expect(await central({ central: await http(404) })).toMatchObject([
      { status: 'trouble', mend: 'correct --central' },
      { status: 'ok' },
    ])
  })

  test('whose clock is another’s', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString()
    expect(await central({ central: await http(200, { date }) })).toMatchObject([
      { status: 'ok' },
      {
        status: 'trouble',
        says: expect.stringMatching(/^this machine’s clock is 3[56]\d\d s ahead of central’s/),
      },
    ])
  })

  test('that is a part of this host, which rests', async () => {
    writeFileSync(join(folder, 'operator.key'), 'secret-of-the-operator\n')
    expect((await central({ httpPort: '9' })).map(({ status }) => status)).toEqual(['note', 'note'])
  })
})

describe('database', () => {
  const database = async (flags: Record<string, string>) => of(await examined(flags), 'database')[0]

  test('of a node is central’s', async () => {
    expect(await database({})).toMatchObject({ status: 'ok' })
  })

  test('that is embedded is there, or will be', async () => {
    writeFileSync(join(folder, 'operator.key'), 'secret-of-the-operator\n')
    expect(await database({})).toMatchObject({ status: 'note' })
    mkdirSync(join(folder, 'database'))
    expect(await database({})).toMatchObject({ status: 'ok' })
  })

  test('of one’s own answers or not, and its password is told to nobody', async () => {
    await using own = await testDatabase()
    expect(await database({ database: own.url })).toMatchObject({ status: 'ok' })
    const gone = await database({ database: 'postgres://me:hunter2@127.0.0.1:9/citygate' })
    expect(gone).toMatchObject({ status: 'trouble', mend: expect.any(String) })
    expect(JSON.stringify(gone)).not.toContain('hunter2')
  })
})

describe('reach', () => {
  async function community(dialBack: 'off' | 'allow-private') {
    const database = await testDatabase()
    closers.push(() => database[Symbol.asyncDispose]())
    const at = { host: '127.0.0.1', port: 0, databaseUrl: database.url, dataFolder: join(folder, 'central') }
    const central = await startCentral({ ...at, dialBack, log: silentLog })
    closers.push(() => central.close())
    const { url, operatorKey } = central
    const operator = createCentral({ url, fetch, key: operatorKey })
    const { token } = await operator.call(createEnrolToken, { body: { roles: ['world'] } })
    const identity = await enrol(
      createCentral({ url, fetch, key: token }).call,
      'attic',
      join(folder, 'node'),
    )
    return { url, identity }
  }
  const reach = async (flags: Record<string, string>) => of(await examined(flags), 'reach')
  const port = async () => {
    const free = await taken()
    await closers.pop()?.()
    return String(free)
  }

  test('of a host that does not run: ports stand in for it, and no secret is told', async () => {
    const { url, identity } = await community('allow-private')
    const lines = await examined({ central: url, advertise: '127.0.0.1', fmpPort: await port() })
    expect(of(lines, 'reach')).toMatchObject([
      { status: 'ok', says: expect.stringContaining('FMP: central reached') },
    ])
    expect(JSON.stringify(lines)).not.toContain(identity.key)
    expect(await reach({ central: url, advertise: '127.0.0.1', fmpPort: await port() })).toMatchObject([
      { status: 'note', says: expect.stringContaining('a moment ago') },
    ])
  })

  test('of a host that runs, and of one whose port goes elsewhere', async () => {
    const { url, identity } = await community('allow-private')
    // Before it has started once there is nothing to dial.
    writeFileSync(
      runningFile(folder),
      JSON.stringify({
        pid: process.pid,
        nodes: [{ id: 'x', name: 'x', pid: process.pid, roles: ['world'], servers: [], fmp: '127.0.0.1:9' }],
      }),
    )
    expect(await reach({ central: url })).toMatchObject([{ status: 'note' }])

    const node = await startNode({
      central: { url, fetch },
      ...{ identity, roles: ['world'], bind: '127.0.0.1', advertise: '127.0.0.1' },
      ...{ ports: { opn: 0, lmp: 0, fmp: 0, rfp: 0 }, tls: 'off', helloDelayMs: 0, servers: 'default' },
      home: join(folder, 'node'),
      contentFolder: join(import.meta.dirname, '../../../nodes/content'),
      log: silentLog,
    })
    closers.push(() => node.close())
    const { id, name, roles, servers, fmp = '' } = node
    writeFileSync(
      runningFile(folder),
      JSON.stringify({ pid: process.pid, nodes: [{ id, name, pid: process.pid, roles, servers, fmp }] }),
    )
    const { call } = createCentral({ url, fetch, key: identity.key })
    const met = await eventually(
      () => call(checkReach, { body: { opnTls: false } }).catch(() => null),
      (answer) => answer?.listed === true,
    )
    expect(met?.listed).toBe(true)
    const lines = await examined({ central: url })
    expect(of(lines, 'ports')).toMatchObject([
      { status: 'ok', says: expect.stringContaining('served by the node') },
    ])
    expect(of(lines, 'reach')).toMatchObject([
      { status: 'ok', says: `FMP: central reached this node at ${fmp}` },
    ])
  })

  test('of a host whose port somebody else answers', async () => {
    const { url, identity } = await community('allow-private')
    const other = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-other\r\n'))
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    closers.push(() => other.close())
    const { port: fmpPort } = other.address() as AddressInfo
    const { call } = createCentral({ url, fetch, key: identity.key })
    const none = { opn: null, lmp: null, rfp: null }
    await call(registerNode, {
      body: {
        ...{ name: 'attic', roles: ['world'], software: 'test', servers: 'default', ...none },
        fmp: { host: '127.0.0.1', port: fmpPort },
      },
    })
    writeFileSync(
      runningFile(folder),
      JSON.stringify({
        pid: process.pid,
        nodes: [
          {
            id: 'x',
            name: 'x',
            pid: process.pid,
            roles: ['world'],
            servers: [],
            fmp: `127.0.0.1:${fmpPort}`,
          },
        ],
      }),
    )
    expect(await reach({ central: url })).toMatchObject([
      {
        status: 'trouble',
        says: expect.stringContaining('no Citygate'),
        mend: expect.stringContaining('router'),
      },
    ])
  })

  test('where central takes the node’s word', async () => {
    const { url } = await community('off')
    expect(await reach({ central: url, fmpPort: await port() })).toMatchObject([{ status: 'note' }])
  })

  test('of a node that was never enrolled, or whose key nobody knows', async () => {
    expect(await reach({})).toMatchObject([{ status: 'note', says: expect.stringContaining('enrolled') }])
    const { url } = await community('allow-private')
    const file = join(folder, 'node', 'node.json')
    const key = `cgn_${'x'.repeat(43)}`
    writeFileSync(
      file,
      JSON.stringify({
        nodeId: '0f8e4a52-0c7c-4d1e-9a44-0d6a2a0d9a11',
        name: 'attic',
        key,
        roles: ['world'],
      }),
    )
    expect(await reach({ central: url, fmpPort: await port() })).toMatchObject([
      { status: 'trouble', mend: expect.stringContaining('--enrol') },
    ])
  })
})
