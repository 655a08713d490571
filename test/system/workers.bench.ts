/**
 * One worker, threads and processes, and each way of accepting, through the front door: log-ins per second
 * and per CPU-second of everything (nodes, central, Postgres), and relayed notifications per CPU-second.
 * The consoles run here, on the same cores. Two workers are compared with one of their own kind: one that is in the same
 * process as central (`1 worker`) asks it without a connection.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBots } from '@citygate/test/bots'
import { cpuSeconds } from '../src/cpu.ts'
import { FrontDoor } from '../src/front-door.ts'

const hunters = 240
/** For each worker: the code of each is compiled by itself. */
const warmUp = 120
const relayMs = 8000

const shapes = [
  { name: '1 worker', flags: ['--workers', '1'], workers: 1, like: '1 worker' },
  { name: '1 thread', flags: ['--workers', 'threads:1'], workers: 1, like: '1 thread' },
  { name: '1 process', flags: ['--workers', 'processes:1'], workers: 1, like: '1 process' },
  { name: '2 threads', flags: ['--workers', 'threads:2'], workers: 2, like: '1 thread' },
  { name: '2 processes', flags: ['--workers', 'processes:2'], workers: 2, like: '1 process' },
  {
    name: '2 processes, dispatch',
    flags: ['--workers', 'processes:2', '--accept', 'dispatch'],
    ...{ workers: 2, like: '1 process' },
  },
  {
    name: '2 threads, dispatch (worlds relayed)',
    flags: ['--workers', 'threads:2', '--accept', 'dispatch'],
    ...{ workers: 2, like: '1 thread' },
  },
]

async function measure({ flags, workers }: (typeof shapes)[number]) {
  const folder = await mkdtemp(join(tmpdir(), 'citygate bench '))
  const door = new FrontDoor(folder, [...flags, '--drain-time', '0s'])
  try {
    const { pid, nodes } = await door.ready(180_000)
    const opn = nodes[0]?.opn ?? ''
    const first = startBots({ count: warmUp * workers, opn, tls: false, seed: 7 })
    await first.settled
    await first.stop('vanish')
    const cpuBefore = cpuSeconds(pid)
    const crowd = startBots({ count: hunters, opn, tls: false, gates: 1, moveEveryMs: 60_000 })
    const { arrived, arrivalMs } = await crowd.settled
    const cpuOfLogIns = cpuSeconds(pid) - cpuBefore
    const logIns = {
      arrived,
      perSecond: round(arrived / (arrivalMs / 1000)),
      perCpuSecond: round(arrived / cpuOfLogIns),
    }
    await crowd.stop('vanish')
    const talkers = startBots({ count: 120, opn, tls: false, gates: 1, moveEveryMs: 60, seed: 3 })
    await talkers.settled
    const framesBefore = talkers.statistics.framesIn
    const relayCpuBefore = cpuSeconds(pid)
    await new Promise((later) => setTimeout(later, relayMs))
    const notifications = talkers.statistics.framesIn - framesBefore
    const relayCpu = cpuSeconds(pid) - relayCpuBefore
    await talkers.stop('vanish')
    return {
      logIns,
      relay: {
        perSecond: round((notifications * 1000) / relayMs),
        perCpuSecond: round(notifications / relayCpu),
      },
    }
  } finally {
    await door.end()
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

const only = process.env.CITYGATE_BENCH_SHAPES?.split(',')
const chosen = shapes.filter(({ name }) => !only || only.includes(name))

const measured = async (shape: (typeof shapes)[number]) => ({
  ...{ shape: shape.name, like: shape.like },
  ...(await measure(shape)),
})
const results: Awaited<ReturnType<typeof measured>>[] = []
for (const shape of chosen) results.push(await measured(shape))
const ratios = results.map(({ shape, like, logIns, relay }) => {
  const one = results.find((other) => other.shape === like)
  return {
    shape,
    like,
    logInsPerSecond: round(logIns.perSecond / (one?.logIns.perSecond ?? 1)),
    logInsPerCpuSecond: round(logIns.perCpuSecond / (one?.logIns.perCpuSecond ?? 1)),
    relayedPerCpuSecond: round(relay.perCpuSecond / (one?.relay.perCpuSecond ?? 1)),
  }
})
process.stdout.write(
  `${JSON.stringify({
    bench: 'workers',
    results: { shapes: results, toOneOfItsKind: ratios },
    caveats: [
      'from source, not from bundles; the consoles run on the same cores and take their part of them',
      `log-ins: ${hunters} new hunters, 50 at a time, without TLS and without the pause before the hello; CPU is that of nodes, central and Postgres together`,
      'relay: 120 hunters, ten in one gate of each server, each moves every 60 ms on average; frames that came to consoles, answers among them',
    ],
  })}\n`,
)
