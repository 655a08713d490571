/**
 * A Postgres of the operator's own, as the distribution brings it (Debian's 15, older than ours): a community lives on it, is
 * dumped, goes on, and is put back by `pg_restore` under a node that lives (docs/deploy.md). Needs Debian's package `postgresql`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { type Central, startCentral } from '@citygate/central-api/node'
import { createCentral } from '@citygate/nodes/central'
import { silentLog } from '@citygate/nodes/host'
import { AnsUserBinarySet, ReqUserBinarySet } from '@citygate/nodes/pat'
import { createEnrolToken } from '@citygate/schema/contract'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { NodeProcess } from '../src/node-process.ts'

const run = promisify(execFile)
const patience = { timeout: 60_000, interval: 100 }

/** Of the newest release that is installed. */
function programs(): string {
  const releases = '/usr/lib/postgresql'
  const [newest] = existsSync(releases) ? readdirSync(releases).sort((a, b) => Number(b) - Number(a)) : []
  if (newest === undefined) throw new Error('needs the package postgresql')
  return join(releases, newest, 'bin')
}

/** Postgres refuses root. */
const nobody = 65_534
const asNobody = { uid: nobody, gid: nobody, cwd: '/' }

class OwnPostgres implements AsyncDisposable {
  readonly port: number
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, port: number) {
    this.#process = process
    this.port = port
  }

  static async start(folder: string): Promise<OwnPostgres> {
    const data = join(folder, 'own postgres')
    await mkdir(data)
    await chown(data, nobody, nobody)
    const trust = ['--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8']
    await run(join(programs(), 'initdb'), ['-D', data, '-U', 'postgres', ...trust], asNobody)
    const port = await freePort()
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
    const child = spawn(
      join(programs(), 'postgres'),
      ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])],
      { ...asNobody, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.includes('ready to accept connections')) return new OwnPostgres(child, port)
    }
    throw new Error('the Postgres of the distribution did not start')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGINT')
    await ended
  }

  url(user = 'citygate'): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${user}`
  }

  /** As docs/deploy.md says it, with the superuser's own connection. */
  async makeDatabase(): Promise<void> {
    await this.#asSuperuser('postgres', 'create database citygate owner citygate template template0')
    await this.#asSuperuser('citygate', 'create extension if not exists pg_trgm')
  }

  async makeOwner(): Promise<void> {
    await this.#asSuperuser('postgres', 'create role citygate login')
  }

  async dropDatabase(): Promise<void> {
    await this.#asSuperuser('postgres', 'drop database citygate with (force)')
  }

  async #asSuperuser(database: string, statement: string): Promise<void> {
    const client = postgres({ host: '127.0.0.1', port: this.port, user: 'postgres', database, max: 1 })
    try {
      await client.unsafe(statement)
    } finally {
      await client.end()
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

const ofRank = (rank: number) => Uint8Array.of(rank >> 8, rank & 255)

function showRank(console: Console, rank: number): Promise<unknown> {
  return console.game.call(ReqUserBinarySet, { offset: 0, data: ofRank(rank) }, AnsUserBinarySet)
}

test('a dump of the distribution’s Postgres is put back under a living node', {
  timeout: 240_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'citygate own '))
  // Postgres runs as somebody else, who has to get in.
  await chown(folder, nobody, nobody)
  await using own = await OwnPostgres.start(folder)
  await own.makeOwner()
  await own.makeDatabase()
  const start = (port: number) =>
    startCentral({
      databaseUrl: own.url(),
      host: '127.0.0.1',
      port,
      dataFolder: join(folder, 'central'),
      log: silentLog,
    })
  let central: Central = await start(0)
  const { url } = central
  const operator = createCentral({ url, fetch, key: central.operatorKey })
  const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'] } })
  const node = await NodeProcess.start({
    folder: join(folder, 'host'),
    ...{ central: url, enrolToken: token, name: 'attic', servers: [{ id: 1, name: 'Valor1', type: 'open' }] },
  })
  const logIn = (name: string, supportCode?: string) =>
    Console.logIn({ opn: node.opn, tls: false, name, pick: () => 1, ...(supportCode ? { supportCode } : {}) })
  const players = async () =>
    ((await (await fetch(`${url}/v1/players?sort=name`)).json()) as { items: Record<string, unknown>[] })
      .items
  try {
    const aria = await logIn('Aria')
    await aria.enterGate(3)
    await showRank(aria, 44)
    await expect.poll(players, patience).toMatchObject([{ name: 'Aria', rank: 44, online: true }])

    const dump = join(folder, 'community.dump')
    await run(join(programs(), 'pg_dump'), ['-Fc', '-f', dump, own.url()])
    // What comes after the dump is lost with it, and nothing else.
    await showRank(aria, 45)
    const bela = await logIn('Bela')
    await expect.poll(players, patience).toMatchObject([{ rank: 45 }, { name: 'Bela' }])

    await central.close()
    await own.dropDatabase()
    await own.makeDatabase()
    await run(join(programs(), 'pg_restore'), ['--no-owner', '--no-comments', '-d', own.url(), dump])
    central = await start(Number(new URL(url).port))
    // A new incarnation: who was in the game is told so and logs in again.
    await Promise.all([aria, bela].map(({ game }) => game.closed))
    await expect
      .poll(
        async () => ((await (await fetch(`${url}/readyz`)).json()) as { status?: string }).status,
        patience,
      )
      .toBe('ready')
    await expect.poll(players, patience).toMatchObject([{ name: 'Aria', rank: 44, online: false }])
    const again = await logIn('Aria', aria.supportCode)
    expect(again.capcomId).toBe(aria.capcomId)
    await again.enterGate(3)
    await showRank(again, 46)
    await expect.poll(players, patience).toMatchObject([{ name: 'Aria', rank: 46, online: true }])
  } finally {
    await node[Symbol.asyncDispose]()
    await central.close()
    await rm(folder, { recursive: true, force: true })
  }
})
