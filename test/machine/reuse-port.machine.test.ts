/**
 * Threads that share their ports, on Linux: whoever connects while one of them ends, by its own will or not, waits and is
 * served.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../src/eventually.ts'
import { FrontDoor } from '../src/front-door.ts'
import { inspectable, runInThread } from '../src/run-in-thread.ts'
import { connectionsTo, listenersOn, watchers } from '../src/sockets.ts'

/** A machine that is busy with other things takes its time. */
const startMs = 150_000
const main = join(import.meta.dirname, '../../infra/src/main.ts')

let folder: string
let door: FrontDoor

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate ports '))
})

afterEach(async () => {
  await door.kill()
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

async function open() {
  const flags = ['--workers', 'threads:2', '--accept', 'reuse-port', '--drain-time', '1s']
  door = new FrontDoor(folder, flags, inspectable)
  const { pid, nodes } = await door.ready(startMs)
  const [first] = nodes
  if (!first) throw new Error('there is no node')
  const ports = [first.opn, first.lmp].map((address) => Number(address.split(':')[1]))
  return { pid, ports }
}

const serving = (count: number) =>
  eventually(
    () => Promise.resolve(door.status?.nodes.length),
    (nodes) => nodes === count,
    startMs,
  )

test('connections are spread evenly, a rolling restart resets nobody, and each socket is watched by one event loop', async () => {
  const { pid, ports } = await open()
  const guests = await Promise.all(Array.from({ length: 200 }, () => greeted(ports[0] ?? 0)))
  const loops = connectionsTo(ports).map((inode) => watchers([pid]).get(inode)?.[0]?.set)
  const shares = [...new Set(loops)].map((loop) => loops.filter((one) => one === loop).length)
  // Even to within chance: 200 throws of a coin.
  expect(shares).toHaveLength(2)
  expect(Math.min(...shares)).toBeGreaterThan(60)
  for (const guest of guests) guest.destroy()

  const watched = () => listenersOn(ports).map((inode) => watchers([pid]).get(inode)?.length)
  expect(watched()).toEqual([1, 1, 1, 1])
  const crowd = new Crowd(ports, 5)
  // The first thread may end before the command does: consoles arrive, and it is looked for, all the while.
  const restarted = promisify(execFile)(process.execPath, [main, 'restart', '--data', join(folder, 'data')])
  for (const count of [1, 2, 1, 2]) await serving(count)
  await restarted
  expect(await crowd.unserved()).toEqual([])
  expect(watched()).toEqual([1, 1, 1, 1])
})

/** What comes until then waits in the thread's queue. */
const busy = 'for (const until = Date.now() + 3000; Date.now() < until; );'

test.each([
  ['throws', `${busy} throw new Error('an odd one')`],
  ['exits', `${busy} process.exit(3)`],
  ['is stuck, and killed for it', 'for (;;);'],
])('a thread %s: who waits at its sockets is served by the one that comes after it', async (_, end) => {
  const { pid, ports } = await open()
  await runInThread(door, pid, 'citygate worker', `setTimeout(() => { ${end} })`)
  const crowd = new Crowd(ports, 20)
  await serving(1)
  await serving(2)
  expect(await crowd.unserved()).toEqual([])
})

/** Consoles that connect one after the other, whatever became of those before them. */
class Crowd {
  readonly #answers: Promise<string>[] = []
  readonly #arriving: NodeJS.Timeout

  constructor(ports: readonly number[], everyMs: number) {
    this.#arriving = setInterval(() => {
      for (const port of ports) this.#answers.push(firstWord(port))
    }, everyMs)
  }

  /** Nobody comes any more; gives what those heard who were not greeted. */
  async unserved(): Promise<string[]> {
    clearInterval(this.#arriving)
    expect(this.#answers.length).toBeGreaterThan(300)
    return (await Promise.all(this.#answers)).filter((answer) => answer !== 'a word')
  }
}

function greeted(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('data', () => resolve(socket))
  })
}

function firstWord(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    socket.once('close', () => resolve('closed without a word'))
    socket.once('data', () => {
      resolve('a word')
      socket.destroy()
    })
  })
}
