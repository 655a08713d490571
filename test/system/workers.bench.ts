/**
 * One worker, threads and processes, and each way of accepting, through the front door: log-ins per second
 * and per CPU-second of everything (nodes, central, Postgres), and relayed notifications per CPU-second.
 * The consoles run here, on the same cores.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBots } from '@citygate/test/bots'
import { cpuSeconds } from '../src/cpu.ts'
import { FrontDoor } from '../src/front-door.ts'

const hunters = 240
const warmUp = 40
const relayMs = 8000

const shapes = [
  { name: '1 worker', flags: ['--workers', '1'] },
  { name: '2 threads', flags: ['--workers', 'threads:2'] },
  { name: '2 processes', flags: ['--workers', 'processes:2'] },
  { name: '2 processes, dispatch', flags: ['--workers', 'processes:2', '--accept', 'dispatch'] },
  { name: '2 threads, dispatch (worlds relayed)', flags: ['--workers', 'threads:2', '--accept', 'dispatch'] },
]

async function measure(flags: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'citygate bench '))
  const door = new FrontDoor(folder, [...flags, '--drain-time', '0s'])
  try {
    const { pid, nodes } = await door.ready(180_000)
    const opn = nodes[0]?.opn ?? ''
    await startBots({ count: warmUp, opn, tls: false, seed: 7 }).settled
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

const round = (value: number): number => Math.round(value * 10) / 10

const results = []
for (const { name, flags } of shapes) results.push({ shape: name, ...(await measure(flags)) })
const [one] = results
const ratios = results.map(({ shape, logIns, relay }) => ({
  shape,
  logInsPerSecond: round(logIns.perSecond / (one?.logIns.perSecond ?? 1)),
  logInsPerCpuSecond: round(logIns.perCpuSecond / (one?.logIns.perCpuSecond ?? 1)),
  relayedPerCpuSecond: round(relay.perCpuSecond / (one?.relay.perCpuSecond ?? 1)),
}))
process.stdout.write(
  `${JSON.stringify({
    bench: 'workers',
    results: { shapes: results, toOneWorker: ratios },
    caveats: [
      'from source, not from bundles; the consoles run on the same cores and take their part of them',
      `log-ins: ${hunters} new hunters, 50 at a time, without TLS and without the pause before the hello; CPU is that of nodes, central and Postgres together`,
      'relay: 120 hunters, ten in one gate of each server, each moves every 60 ms on average; frames that came to consoles, answers among them',
    ],
  })}\n`,
)
