/**
 * Central on one host, Postgres on another, three hosts with a node each, and consoles: namespaces of Linux's network. Links
 * are cut, slowed and spoilt, processes are killed; what is promised holds. Needs root and iproute2; takes three minutes,
 * for a node's lease is a minute.
 */
import type { ChildProcess } from 'node:child_process'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { latin1 } from '@citygate/nodes/pat'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { cameTrue, eventually } from '../src/eventually.ts'
import { type Host, Network } from '../src/hosts/network.ts'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'infra/src/main.ts')
/** Milliseconds (docs/decisions/0024-servers-move-on-proof.md). */
const nodeLease = 60_000
/** A sync is told at once; a call that fails is tried again within ten seconds, and has ten for its answer. */
const oneSync = 25_000

interface Running {
  readonly process: ChildProcess
  readonly said: () => string
}

class Cluster implements AsyncDisposable {
  readonly #folder: string
  readonly #all: Running[] = []

  constructor(folder: string) {
    this.#folder = folder
  }

  start(host: Host, args: readonly string[]): Running {
    const child = host.start(process.execPath, args, this.#folder)
    let said = ''
    const keep = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-8000)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    const running = { process: child, said: () => said }
    this.#all.push(running)
    return running
  }

  /** Starts a command and waits for its status file. */
  async command(host: Host, name: string, command: string, flags: readonly string[]) {
    const at = (file: string) => join(this.#folder, `${name}${file}`)
    await rm(at('.json'), { force: true })
    const own = ['--data', at(''), '--status-file', at('.json'), '--log', 'json']
    const running = this.start(host, [main, command, ...own, ...flags])
    await cameTrue(async () => existsSync(at('.json')) || running.process.exitCode !== null)
    if (!existsSync(at('.json'))) throw new Error(`${name} did not start: ${running.said()}`)
    const status = JSON.parse(readFileSync(at('.json'), 'utf8')) as {
      http?: string
      nodes?: { opn: string }[]
    }
    return { ...running, http: status.http ?? '', opn: status.nodes?.[0]?.opn ?? '' }
  }

  async kill({ process: child }: Running): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((running) => this.kill(running)))
  }
}

/** Kills what this process has started, at once: here the database under its supervisor. */
function killChildren(parent: number | undefined): void {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
  for (const pid of children.split(' ').filter(Boolean)) process.kill(Number(pid), 'SIGKILL')
}

/** Logs in by the given door and stands on the game server of this name. */
async function enter(opn: string, server: string, name: string): Promise<Console> {
  const console = await Console.logIn({
    ...{ opn, tls: false, name, patience: 30_000 },
    pick: (servers) => {
      const chosen = servers.find((listed) => latin1(listed.name) === server)
      if (!chosen) throw new Error(`${server} is not in the list: ${servers.map((one) => latin1(one.name))}`)
      return chosen.index
    },
  })
  await console.enterGate(1)
  return console
}

/** Another door hears with its next sync of what has come up or gone. */
async function enterSoon(opn: string, server: string, name: string): Promise<Console> {
  let why = ''
  const again = (error: unknown) => {
    why = String(error)
    return null
  }
  // The game picks where it lands first: for the minute of a lease that may be a host which has just died.
  const console = await eventually(() => enter(opn, server, name).catch(again), Boolean, nodeLease + oneSync)
  if (!console) throw new Error(`${name} did not get into ${server}: ${why}`)
  return console
}

test('whatever breaks between hosts, the promises hold', { timeout: 290_000 }, async () => {
  using network = new Network()
  const [base, centralHost, ...nodeHosts] = [
    network.host('pg', 2),
    network.host('ct', 3),
    ...['a', 'b', 'c'].map((name, index) => network.host(name, 11 + index)),
  ]
  if (!base || !centralHost) throw new Error('hosts are missing')
  const folder = await mkdtemp(join(tmpdir(), 'citygate hosts '))
  await chmod(folder, 0o755)
  await using cluster = new Cluster(folder)

  const script = join(root, 'test/src/hosts/postgres-host.ts')
  const database = cluster.start(base, [script, join(folder, 'pg'), join(folder, 'hba'), base.address])
  await eventually(async () => database.said().includes('"url"'), Boolean, 60_000)
  const { url } = JSON.parse(
    database
      .said()
      .split('\n')
      .find((line) => line.includes('"url"')) ?? '{}',
  )

  const centralFlags = ['--http-bind', centralHost.address, '--http-port', '8080', '--database', url]
  const startCentral = () =>
    cluster.command(centralHost, 'central', 'central', [...centralFlags, '--dial-back', 'allow-private'])
  let central = await startCentral()
  const { http } = central
  const ask = async <T>(path: string): Promise<T> => (await (await fetch(http + path)).json()) as T
  const online = async () =>
    (await ask<{ playersOnline: number }>('/v1/stats').catch(() => ({ playersOnline: -1 }))).playersOnline
  const onlineBecomes = async (wanted: number, withinMs: number) => {
    const begun = performance.now()
    expect(await eventually(online, (players) => players === wanted, withinMs)).toBe(wanted)
    return performance.now() - begun
  }

  const operator = ['--central', http, '--key-file', join(folder, 'central', 'operator.key')]
  const made = spawnSync(
    process.execPath,
    [main, 'admin', 'enrol-token', '--roles', 'entry,world', '--uses', '3', ...operator],
    { encoding: 'utf8', cwd: folder },
  )
  const token = made.stdout.trim()
  expect(made.stderr).toBe('')

  const serverNames = ['Attic', 'Barn', 'Cellar']
  const startNode = async (index: number) => {
    const [host, name = ''] = [nodeHosts[index], serverNames[index]]
    if (!host) throw new Error('no such host')
    const servers = join(folder, `${name}-servers.json`)
    await writeFile(servers, JSON.stringify([{ name, type: 'open' }]))
    return cluster.command(host, name, 'node', [
      ...[
        '--central',
        http,
        '--enrol',
        token,
        '--roles',
        'entry,world',
        '--servers',
        servers,
        '--name',
        name,
      ],
      ...['--bind', host.address, '--advertise', host.address, '--tls', 'off', '--hello-delay', '0'],
    ])
  }
  const [a, b] = [await startNode(0), await startNode(1)]
  let c = await startNode(2)
  const [hostA, hostB] = nodeHosts
  if (!hostA || !hostB) throw new Error('hosts are missing')

  // Dial-back has found each: all three are offered by any door.
  const up = async () =>
    (await ask<{ items: { name: string; status: string }[] }>('/v1/servers')).items
      .filter(({ status }) => status === 'up')
      .map(({ name }) => name)
  expect(await eventually(up, (names) => names.length === 3, oneSync)).toEqual(serverNames)
  const inAttic = [await enterSoon(a.opn, 'Attic', 'Anna'), await enterSoon(b.opn, 'Attic', 'Axel')]
  const inBarn = [await enterSoon(a.opn, 'Barn', 'Bert'), await enterSoon(c.opn, 'Barn', 'Bea')]
  const inCellar = [await enterSoon(a.opn, 'Cellar', 'Carl')]
  await onlineBecomes(5, oneSync)

  // A node is cut off from central, another one is killed, and the third one's link is bad.
  hostB.lose(centralHost)
  await cluster.kill(c)
  process.stdout.write(`a bad link by ${hostA.spoil()}\n`)
  const cutAt = performance.now()
  for (const console of inBarn) await console.leaveGate()
  for (const console of inBarn) await console.enterGate(2)
  const late = await enterSoon(a.opn, 'Attic', 'Late')
  for (const console of [...inAttic, late]) {
    await console.leaveGate()
    await console.enterGate(3)
    console.chat('Does anybody hear me through this rain?')
  }
  await onlineBecomes(3, nodeLease + oneSync)
  expect(performance.now() - cutAt).toBeLessThan(nodeLease + oneSync)
  process.stdout.write(`packets that the bad link has lost: ${hostA.lost()}\n`)
  const statuses = async () =>
    Object.fromEntries(
      (await ask<{ items: { name: string; status: string }[] }>('/v1/nodes')).items.map((node) => [
        node.name,
        node.status,
      ]),
    )
  expect(await statuses()).toEqual({ Attic: 'up', Barn: 'down', Cellar: 'down' })
  // Who is cut off plays on; the dead server is offered to nobody.
  for (const console of inBarn) expect((await console.listUsers()).length).toBeGreaterThan(0)
  expect(await up()).toEqual(['Attic'])

  // Back again, by themselves: the cut node with its players, the killed one empty.
  hostA.heal()
  hostB.find(centralHost)
  await onlineBecomes(5, oneSync)
  c = await startNode(2)
  expect(await eventually(up, (names) => names.length === 3, oneSync)).toEqual(serverNames)
  const back = await enterSoon(b.opn, 'Cellar', 'Carl2')
  await onlineBecomes(6, oneSync)

  // Central is cut off, then killed, then its database: players play on, and nobody is lost.
  const everybody = [...inAttic, ...inBarn, late, back]
  centralHost.cut()
  for (const console of everybody) await console.leaveGate()
  for (const console of everybody) await console.enterGate(4)
  centralHost.mend()
  await cluster.kill(central)
  for (const console of everybody) await console.leaveGate()
  central = await startCentral()
  for (const console of everybody) await console.enterGate(5)
  killChildren(database.process.pid)
  for (const console of everybody) expect((await console.listUsers()).length).toBeGreaterThan(0)
  await onlineBecomes(6, 60_000)

  // Each hunter once, by one live lease.
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const twice = await client`select capcom_id from live_presence group by capcom_id having count(*) > 1`
    expect(twice).toEqual([])
  } finally {
    await client.end({ timeout: 1 })
  }
  for (const console of everybody) await console.logOut()
  for (const console of inCellar) console.kill()
  await onlineBecomes(0, oneSync)
  await cluster[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})
