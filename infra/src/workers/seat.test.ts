/** A seat keeps its place filled: with real threads that crash, hang or refuse. */
import { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { silentLog } from '@citygate/nodes/host'
import { afterEach, expect, it } from 'vitest'
import { eventually } from '../../../test/src/eventually.ts'
import { ConfigError } from '../config.ts'
import type { NodeConfig, NodeJob } from '../hosted-node.ts'
import { Seat, type SeatParts } from './seat.ts'
import type { Hear, Unit } from './unit.ts'

const file = new URL('./testing/odd-worker.ts', import.meta.url)

let seat: Seat | undefined
afterEach(() => seat?.stop(true))

/** What the threads are, one after the other; the last kind stays. */
function seatOf(kinds: readonly string[], over: Partial<SeatParts> = {}) {
  const served: string[] = []
  const startedAt: number[] = []
  const waiting: (() => void)[] = []
  seat = new Seat({
    log: silentLog,
    timing: { stuckBeats: 3, loadingBeats: 20, firstPauseMs: 40, longestPauseMs: 200, wellMs: 60_000 },
    start: (hear) => {
      startedAt.push(performance.now())
      return startOdd(hear)
    },
    prepare: async () => {
      const kind = kinds[Math.min(startedAt.length, kinds.length - 1)] ?? ''
      const identity = { nodeId: '', name: kind, key: '', roles: [] }
      const start = { worker: 1, config: {} as NodeConfig, job: {} as NodeJob, identity }
      return { start: { type: 'start', ...start }, shared: [] }
    },
    enrolAnew: async () => undefined,
    portsAnew: () => undefined,
    onServing: ({ name }) => {
      served.push(name)
      for (const go of waiting.splice(0)) go()
    },
    onGone: () => undefined,
    onArmed: () => undefined,
    onOver: () => {
      for (const go of waiting.splice(0)) go()
    },
    inTurn: (run) => run(),
    stopMs: 5000,
    ...over,
  })
  const next = () => new Promise<void>((resolve) => waiting.push(resolve))
  return { seat, served, startedAt, next }
}

function startOdd(hear: Hear): Unit {
  const worker = new Worker(file)
  worker.on('message', hear)
  worker.on('error', () => undefined)
  return {
    pid: process.pid,
    ended: new Promise((resolve) => worker.once('exit', (code) => resolve(`exit code ${code}`))),
    send: (message) => worker.postMessage(message),
    hand: (_door, socket) => socket.destroy(),
    handArrival: ({ socket }) => socket.destroy(),
    share: () => undefined,
    kill: () => void worker.terminate(),
  }
}

it('starts a worker again whose event loop is stuck', async () => {
  const { seat, served, next } = seatOf(['stuck', 'well'])
  const again = next().then(next)
  await seat.start()
  await again
  expect(served).toEqual(['stuck', 'well'])
  expect(seat.node?.name).toBe('well')
})

it('starts a worker again that crashes, with longer and longer pauses', async () => {
  const { seat, served, startedAt, next } = seatOf(['crashing', 'crashing', 'crashing', 'crashing', 'well'])
  const all = [1, 2, 3, 4, 5].reduce((before) => before.then(next), Promise.resolve())
  await seat.start()
  await all
  expect(served).toHaveLength(5)
  const pauses = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0))
  // 40, 80, 160 and, at most, 200 ms: timers are never early by more than one.
  for (const [index, least] of [40, 80, 160, 200].entries()) expect(pauses[index]).toBeGreaterThan(least - 2)
})

it('tells why the first start cannot be, as a node in this process would', async () => {
  const { seat } = seatOf(['refused'])
  await expect(seat.start()).rejects.toEqual(new ConfigError('lmp-port: it is taken'))
})

it('leaves a node alone that another start of it has taken over', async () => {
  const { seat, startedAt, next } = seatOf(['superseded'])
  const over = next().then(next)
  await seat.start()
  await over
  expect(seat.isOver).toBe(true)
  await seat.restart()
  expect(startedAt).toHaveLength(1)
})

it('knows what its worker has to do: what that tells, and what it was given since', async () => {
  const { seat } = seatOf(['busy'])
  await seat.start()
  const told = () =>
    eventually(
      async () => [seat.entryLoad, seat.worldLoad],
      ([entry]) => entry === 6,
    )
  expect(await told()).toEqual([6, 7])
  seat.hand('opn', new Socket())
  seat.hand('lmp', new Socket())
  expect([seat.entryLoad, seat.worldLoad]).toEqual([8, 7])
  expect(await told()).toEqual([6, 7])
})

it('is ending while its players leave for a restart, and stays afterwards', async () => {
  const { seat, served } = seatOf(['well'])
  await seat.start()
  expect(seat.isEnding).toBe(false)
  const restarted = seat.restart()
  expect(seat.isEnding).toBe(true)
  await restarted
  expect([seat.isEnding, served]).toEqual([false, ['well', 'well']])
})

it('ends a worker that does not heed it', async () => {
  const { seat } = seatOf(['stuck'], {
    stopMs: 50,
    timing: { stuckBeats: 1000, loadingBeats: 0, firstPauseMs: 1, longestPauseMs: 1, wellMs: 1 },
  })
  await seat.start()
  await seat.stop(false)
  expect(seat.node).toBeNull()
})
