/**
 * Every kind of worker with every way of accepting, on Linux (what the system shows of processes and
 * sockets is read there): who watches which socket, and what a kill, a stop and a restart cost.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCentral, throughHttp } from '@citygate/nodes/central'
import { latin1 } from '@citygate/nodes/pat'
import { createEnrolToken, drainNode } from '@citygate/schema/contract'
import { startBots } from '@citygate/test/bots'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Console, type ListedServer } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { FrontDoor } from '../src/front-door.ts'
import { NodeProcess } from '../src/node-process.ts'
import { connectionsTo, watchers } from '../src/sockets.ts'

let folder: string
let door: FrontDoor | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate workers '))
})

afterEach(async () => {
  await door?.kill()
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

async function open(...flags: string[]) {
  door = new FrontDoor(folder, flags)
  const here = door
  const status = await here.ready(startMs)
  const [first, second] = status.nodes
  if (!first || !second) throw new Error('there are not two nodes')
  return { here, status, first, second, pids: [status.pid, ...status.nodes.map(({ pid }) => pid)] }
}

const main = join(import.meta.dirname, '../../infra/src/main.ts')
/** A machine that is busy with other things takes its time. */
const startMs = 150_000

const portOf = (address: string | undefined): number => Number(address?.split(':')[1] ?? 0)

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const allGone = (pids: readonly number[], deadlineMs: number): Promise<number[]> =>
  eventually(
    () => Promise.resolve(pids.filter(isAlive)),
    (alive) => alive.length === 0,
    deadlineMs,
  )

const kinds = ['processes:2', 'threads:2']
const ways = ['own-port', 'reuse-port', 'dispatch']

test.each(kinds.flatMap((kind) => ways.map((way) => [kind, way] as const)))(
  '%s, %s: every game server has one host and every socket one event loop',
  async (workers, accept) => {
    const { status, first, pids } = await open('--workers', workers, '--accept', accept)
    expect(status.nodes.flatMap(({ servers }) => servers).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    )
    const bots = startBots({ count: 16, opn: first.opn, tls: false })
    expect(await bots.settled).toMatchObject({ arrived: 16, failures: [] })
    // Entry connections are short: some that stay stand in for them.
    const entries = await Promise.all(
      Array.from({ length: 16 }, (_, index) => greeted(portOf(index % 2 ? first.opn : first.lmp))),
    )
    const ports = status.nodes.flatMap(({ opn, lmp, fmp }) => [opn, lmp, fmp].map(portOf))
    const connections = connectionsTo(ports)
    expect(connections.length).toBeGreaterThanOrEqual(32)
    const watched = watchers(pids)
    const oftenWatched = connections.map((inode) => watched.get(inode)?.length ?? 0)
    expect(oftenWatched).toEqual(connections.map(() => 1))
    for (const { socket } of entries) socket.destroy()
    expect(await bots.stop('log-out')).toMatchObject({ failures: [] })
    expect(await door?.end()).toBe(0)
  },
)

test('reuse-port: the system spreads connections, and a worker that is started anew loses none', async () => {
  const { here, first, second, pids } = await open('--workers', 'processes:2', '--accept', 'reuse-port')
  const port = portOf(first.opn)
  const raw = await Promise.all(Array.from({ length: 200 }, () => greeted(port)))
  const watched = watchers(pids)
  const byPid = new Map<number, number>()
  for (const inode of connectionsTo([port])) {
    const pid = watched.get(inode)?.[0]?.pid ?? 0
    byPid.set(pid, (byPid.get(pid) ?? 0) + 1)
  }
  expect([...byPid.keys()].sort()).toEqual([first.pid, second.pid].sort())
  // Even to within chance: 200 throws of a coin.
  expect(Math.min(...byPid.values())).toBeGreaterThan(60)
  for (const { socket } of raw) socket.destroy()

  let stop = false
  const heard: number[] = []
  const knocking = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!stop) {
        const { socket, bytes } = await greeted(port)
        heard.push(bytes)
        socket.destroy()
        await new Promise((later) => setTimeout(later, 5))
      }
    }),
  )
  process.kill(second.pid, 'SIGTERM')
  await eventually(
    () => Promise.resolve(here.status?.nodes[1]?.pid),
    (pid) => pid !== undefined && pid !== second.pid,
  )
  stop = true
  await knocking
  expect(heard.length).toBeGreaterThan(50)
  expect(heard.filter((bytes) => bytes === 0)).toEqual([])
})

/** A connection after the server's first word. Rejects when it is refused or reset. */
function greeted(port: number): Promise<{ socket: Socket; bytes: number }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', reject)
    socket.once('data', (chunk) => resolve({ socket, bytes: chunk.length }))
    socket.once('close', () => resolve({ socket, bytes: 0 }))
  })
}

test('a worker that is stopped does not beat: it is killed and started again, and the others play on', async () => {
  const { here, first, second } = await open('--workers', 'processes:2')
  const staying = await Console.logIn({ opn: first.opn, tls: false, name: 'Stay', pick: () => 1 })
  await staying.enterGate(1)
  process.kill(second.pid, 'SIGSTOP')
  const back = await eventually(
    () => Promise.resolve(here.status?.nodes[1]),
    (node) => node !== undefined && node.pid !== second.pid,
    60_000,
  )
  expect(back).toMatchObject({ id: second.id, servers: second.servers, lmp: second.lmp, fmp: second.fmp })
  expect(isAlive(second.pid)).toBe(false)
  await staying.leaveGate()
  expect(await staying.enterGate(2)).toEqual([staying.capcomId])
  await staying.logOut()
})

test('kill -9 of the supervisor ends its workers, also one that is stopped, and frees the ports', async () => {
  const { here, status, first, second, pids } = await open('--workers', 'processes:2', '--accept', 'dispatch')
  process.kill(second.pid, 'SIGSTOP')
  process.kill(status.pid, 'SIGKILL')
  expect(await allGone(pids, 30_000)).toEqual([])
  await here.kill()
  const ports = (['opn', 'lmp', 'fmp'] as const).flatMap((name) => [
    `--${name}-port`,
    String(portOf(first[name])),
  ])
  const again = await open('--workers', 'processes:2', '--accept', 'dispatch', ...ports)
  expect(again.first).toMatchObject({ id: first.id, servers: first.servers, opn: first.opn })
  expect(again.second).toMatchObject({ id: second.id, servers: second.servers })
})

test('with fewer workers at the next start the game servers go to those that are left, and back again', async () => {
  const three = await open('--workers', 'processes:3')
  expect(three.status.nodes.map(({ servers }) => servers)).toEqual([
    [1, 4, 7, 10],
    [2, 5, 8, 11],
    [3, 6, 9, 12],
  ])
  expect(await three.here.end()).toBe(0)
  const two = await open('--workers', 'threads:2')
  expect(two.first).toMatchObject({ id: three.first.id, servers: [1, 3, 5, 7, 9, 11] })
  expect(two.second).toMatchObject({ id: three.second.id, servers: [2, 4, 6, 8, 10, 12] })
  expect(await two.here.end()).toBe(0)
  door = new FrontDoor(folder, ['--workers', '1'])
  const one = await door.ready(startMs)
  expect(one.nodes).toMatchObject([{ id: three.first.id, pid: one.pid }])
  expect(one.nodes[0]?.servers).toHaveLength(12)
})

test('dispatch: who comes while players leave reads why he cannot stay', async () => {
  const { here, first } = await open(
    '--workers',
    'processes:2',
    '--accept',
    'dispatch',
    '--drain-time',
    '60s',
  )
  const options = { opn: first.opn, tls: false, patience: 30_000 }
  const staying = await Console.logIn({ ...options, name: 'Stay', pick: () => 2 })
  await staying.enterGate(1)
  const ended = here.end()
  // That all game servers are being emptied, the entries hear with their next sync.
  const refusal = await eventually(
    () => Console.logIn({ ...options, name: 'Late' }).then((late) => late.logOut().then(() => ''), String),
    (words) => words.includes('not open right now'),
  )
  expect(refusal).toContain('not open right now')
  await staying.logOut()
  expect(await ended).toBe(0)
})

test.each(['citygate restart', 'SIGHUP to the starter'])(
  '%s: every worker anew, one after the other, with its game servers and ports',
  async (how) => {
    const flags = ['--workers', 'processes:2', '--accept', 'dispatch', '--drain-time', '1s']
    const { here, status, first, second } = await open(...flags)
    const options = { opn: first.opn, tls: false, patience: 30_000 }
    const hunters = await Promise.all(
      [1, 2].map((server) => Console.logIn({ ...options, name: `H${server}`, pick: () => server })),
    )
    await Promise.all(hunters.map((hunter) => hunter.enterGate(1)))
    if (how === 'SIGHUP to the starter') here.hangUp()
    else {
      const command = [main, 'restart', '--data', join(folder, 'data')]
      expect(spawnSync(process.execPath, command, { encoding: 'utf8' })).toMatchObject({ status: 0 })
    }
    /** How many serve, whenever that changes. */
    const serving: number[] = []
    const after = await eventually(
      async () => {
        const nodes = here.status?.nodes ?? []
        if (nodes.length !== serving.at(-1)) serving.push(nodes.length)
        return nodes.map(({ pid }) => pid)
      },
      ([one, two]) => one !== undefined && two !== undefined && one !== first.pid && two !== second.pid,
      startMs,
    )
    expect(serving.filter((count) => count === 0)).toEqual([])
    expect(here.status).toMatchObject({
      pid: status.pid,
      nodes: [first, second].map(({ id, servers, fmp }, index) => ({ id, servers, fmp, pid: after[index] })),
    })
    await Promise.all(hunters.map((hunter) => hunter.game.closed))
    const again = await Promise.all(
      hunters.map(({ supportCode }, index) =>
        Console.logIn({ ...options, supportCode, pick: () => index + 1 }),
      ),
    )
    expect(again.map(({ capcomId }) => capcomId)).toEqual(hunters.map(({ capcomId }) => capcomId))
    await Promise.all(again.map((hunter) => hunter.logOut()))
    expect(await here.end()).toBe(0)
  },
)

test('SIGHUP costs a single node nothing', async () => {
  door = new FrontDoor(folder, ['--workers', '1'])
  const { nodes, pid } = await door.ready(startMs)
  const hunter = await Console.logIn({ opn: nodes[0]?.opn ?? '', tls: false, name: 'Stay', pick: () => 1 })
  await hunter.enterGate(1)
  door.hangUp()
  process.kill(pid, 'SIGHUP')
  await hunter.leaveGate()
  expect(await hunter.enterGate(2)).toEqual([hunter.capcomId])
  await hunter.logOut()
  expect(await door.end()).toBe(0)
})

test.each(
  kinds.flatMap((kind) =>
    (
      [
        ['own-port', 'own-port'],
        ['reuse-port', 'dispatch'],
        ['dispatch', 'dispatch'],
      ] as const
    ).map(([entry, world]) => [kind, entry, world] as const),
  ),
)('%s, roles apart: entries by %s, worlds by %s', async (workers, entry, world) => {
  door = new FrontDoor(folder, ['--workers', '1'])
  const home = await door.ready(startMs)
  const key = readFileSync(join(folder, 'data', 'operator.key'), 'utf8').trim()
  const operator = createCentral({ url: home.http, send: throughHttp(), key })
  const start = async (role: 'entry' | 'world', accept: string) => {
    const { token } = await operator.call(createEnrolToken, { body: { roles: [role], uses: 2 } })
    return NodeProcess.start({
      folder: join(folder, role),
      central: home.http,
      enrolToken: token,
      name: role,
      roles: [role],
      servers: ['North', 'South'].map((name) => ({ name, type: 'open' })),
      flags: ['--workers', workers, '--accept', accept],
    })
  }
  // So that nobody is led to another entry than the guest's.
  const [own] = home.nodes
  await operator.call(drainNode, { params: { nodeId: own?.id ?? '' }, body: { drain: true } })
  await using worlds = await start('world', world)
  await using entries = await start('entry', entry)
  expect(worlds.opn).toBe('')
  for (const server of ['North', 'South']) {
    const pick = (servers: readonly ListedServer[]) =>
      servers.find(({ name }) => latin1(name) === server)?.index ?? 0
    // Central shows a host to consoles when it has dialled him, once a minute at most.
    const hunter = await eventually(
      () => Console.logIn({ opn: entries.opn, tls: false, name: server, pick }).catch(() => null),
      Boolean,
      150_000,
    )
    if (!hunter) throw new Error(`nobody gets to ${server}`)
    expect(await hunter.enterGate(1)).toEqual([hunter.capcomId])
    await hunter.logOut()
  }
})

test('a second signal ends everything at once, with exit code 1', async () => {
  const { here, first, status, pids } = await open('--workers', 'processes:2', '--drain-time', '60s')
  const staying = await Console.logIn({ opn: first.opn, tls: false, name: 'Stay', pick: () => 2 })
  await staying.enterGate(1)
  const ended = here.end()
  // Two signals within a moment count as one wish.
  await new Promise((later) => setTimeout(later, 400))
  process.kill(status.pid, 'SIGTERM')
  expect(await ended).toBe(1)
  expect(await allGone(pids, 30_000)).toEqual([])
})

test('a guest with two processes behind one port: consoles that chose elsewhere find the right one; each takes one use of the token', async () => {
  door = new FrontDoor(folder, ['--workers', '1'])
  const home = await door.ready(startMs)
  const key = readFileSync(join(folder, 'data', 'operator.key'), 'utf8').trim()
  const operator = createCentral({ url: home.http, send: throughHttp(), key })
  const token = (uses: number) =>
    operator.call(createEnrolToken, { body: { roles: ['entry', 'world'], uses } })
  const guest = async (uses: number) =>
    NodeProcess.start({
      folder: join(folder, 'guest'),
      central: home.http,
      enrolToken: (await token(uses)).token,
      name: 'guest',
      servers: ['North', 'South'].map((name) => ({ name, type: 'open' })),
      flags: ['--workers', 'processes:2', '--accept', 'dispatch'],
    })
  await expect(guest(1)).rejects.toThrow(/enrol: node 2 of 2 was not enrolled: .*--uses 1/)
  await using running = await guest(1)
  const options = { opn: home.nodes[0]?.opn ?? '', tls: false, patience: 30_000 }
  for (const round of [1, 2, 3]) {
    for (const server of ['North', 'South']) {
      const pick = (servers: readonly ListedServer[]) =>
        servers.find(({ name }) => latin1(name) === server)?.index ?? 0
      // Central shows a guest to consoles when it has dialled him, once a minute at most.
      const hunter = await eventually(
        () => Console.logIn({ ...options, name: `${server}${round}`, pick }).catch(() => null),
        (arrived) => arrived !== null,
        150_000,
      )
      if (!hunter) throw new Error(`nobody gets to ${server}`)
      expect(await hunter.enterGate(round)).toEqual([hunter.capcomId])
      await hunter.logOut()
    }
  }
  expect(running.pid).toBeGreaterThan(0)
})
