/** A real Postgres of our own as a child process: nothing to install, and nothing that outlives us. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import postgres from 'postgres'
import type { Log } from '../log.ts'
import { type Binaries, findBinaries } from './postgres/binaries.ts'
import { buffersFor } from './postgres/buffers.ts'
import { type Cluster, openCluster, superuser } from './postgres/cluster.ts'
import { cleanEnvironment } from './postgres/environment.ts'
import { stopOrphan } from './postgres/orphan.ts'
import { chooseUser, type RunAs } from './postgres/user.ts'
import { watchOver } from './postgres/watcher.ts'

export { runningPostgres } from './postgres/running.ts'

export interface EmbeddedPostgres {
  /** Of the database `citygate`, on 127.0.0.1, with its password. Stays the same after a crash. */
  readonly url: string
  /** Of the process that runs now. */
  readonly pid: number
  /** A fast, clean stop. */
  close(): Promise<void>
}

/** Small: a community's database fits in it, and an old PC has other work. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '40',
  max_wal_size: '128MB',
  min_wal_size: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  io_method: 'sync',
  jit: 'off',
  log_line_prefix: '',
  cluster_name: 'citygate',
}

const startsAtMost = 5

/**
 * Starts the database in `folder`, making it when it is not there. Comes back by itself, at the same
 * URL, when its process is killed.
 *
 * @throws Error in words when it cannot be made or started
 */
export async function startPostgres(options: {
  readonly folder: string
  readonly log: Log
  /** Bytes of the machine, of which it may keep some as its cache; a small one where nothing is said. */
  readonly memory?: number
  /** Other settings of the server than ours; a benchmark's. */
  readonly tuned?: Readonly<Record<string, string>>
}): Promise<EmbeddedPostgres> {
  const { log } = options
  const tuned = { shared_buffers: buffersFor(options.memory), ...options.tuned }
  const folder = resolve(options.folder)
  mkdirSync(folder, { recursive: true })
  const binaries = findBinaries()
  const as = chooseUser(binaries, folder)
  const cluster = openCluster(binaries, as, folder)
  stopOrphan(binaries, as, cluster.data, log)

  let running = await start(binaries, as, cluster, null, log, tuned)
  let closing = false
  let restarting: Promise<void> = Promise.resolve()
  const { port } = running

  const supervise = (ended: Running) => {
    ended.process.once('exit', (code, signal) => {
      if (closing) return
      log.warn({ code, signal }, 'the database has ended; starting it again')
      restarting = start(binaries, as, cluster, port, log, tuned).then(
        (next) => {
          running = next
          if (closing) return stop(running)
          supervise(running)
        },
        (error: unknown) => log.error({ err: error }, 'the database does not start again'),
      )
    })
  }
  supervise(running)

  const url = `postgres://${superuser}:${cluster.password}@127.0.0.1:${port}/citygate`
  try {
    await createDatabase(url)
  } catch (error) {
    closing = true
    await stop(running)
    throw error
  }
  return {
    url,
    get pid() {
      return running.process.pid ?? 0
    },
    async close() {
      closing = true
      await restarting
      await stop(running)
    },
  }
}

interface Running {
  readonly process: ChildProcess
  readonly port: number
}

/** Another program may take a free port first, and the processes of a killed Postgres need a moment to go. */
async function start(
  binaries: Binaries,
  as: RunAs,
  cluster: Cluster,
  port: number | null,
  log: Log,
  tuned: Readonly<Record<string, string>>,
): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(binaries, as, cluster, port ?? (await freePort()), log, tuned)
    } catch (error) {
      if (attempt === startsAtMost) throw error
      log.warn({ err: error }, 'the database did not start; trying again')
      await new Promise((done) => setTimeout(done, 100 * 2 ** attempt))
    }
  }
}

function startOnce(
  binaries: Binaries,
  as: RunAs,
  cluster: Cluster,
  port: number,
  log: Log,
  tuned: Readonly<Record<string, string>>,
): Promise<Running> {
  const set = Object.entries({ ...settings, ...tuned }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [program = '', ...args] = [
    ...as.prefix,
    ...[binaries.postgres, '-D', cluster.data, '-p', String(port)],
    ...set,
  ]
  const child = spawn(program, args, {
    ...as.options,
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const watcher = child.pid === undefined ? null : watchOver(child.pid, join(cluster.data, 'postmaster.pid'))
  return new Promise((ready, refuse) => {
    const said: string[] = []
    const fail = (why: string) => refuse(new Error(`the database did not start: ${why}`))
    child.once('error', (error) => fail(error.message))
    child.once('exit', () => {
      watcher?.dismiss()
      fail(said.slice(-3).join(' / ') || 'it ended without a word')
    })
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line)
      if (said.length > 20) said.shift()
      if (line.includes('database system is ready to accept connections')) ready({ process: child, port })
      log.debug({ postgres: line }, 'the database says')
    })
  })
}

async function stop({ process: child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGINT')
  const insist = setTimeout(() => child.kill('SIGQUIT'), 10_000)
  await ended
  clearTimeout(insist)
}

function freePort(): Promise<number> {
  return new Promise((found, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => found(port))
    })
  })
}

async function createDatabase(url: string): Promise<void> {
  const client = postgres(url.replace(/citygate$/, 'postgres'), { max: 1, onnotice: () => {} })
  try {
    const [existing] = await client`select 1 from pg_database where datname = 'citygate'`
    if (!existing) await client`create database citygate`
  } finally {
    await client.end()
  }
}
