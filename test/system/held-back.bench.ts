/**
 * What a second worker adds for a second of the clock, where everybody else has the cores that he needs: each worker, a
 * process, is held back to a small part of one core, and central, Postgres and the consoles have the rest of the machine.
 * Linux with control groups that we may write (root), for `citygate up --workers processes:N`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBots } from '@citygate/test/bots'
import { cpuSeconds } from '../src/cpu.ts'
import { holdBack } from '../src/cpu-share.ts'
import { FrontDoor } from '../src/front-door.ts'

const share = 0.2
const warmUp = 150
const hunters = 250
const turns = 2

async function measure(workers: number) {
  const folder = await mkdtemp(join(tmpdir(), 'citygate bench '))
  const door = new FrontDoor(folder, ['--workers', `processes:${workers}`, '--drain-time', '0s'])
  let shares: ReturnType<typeof holdBack>[] = []
  try {
    const { pid, nodes } = await door.ready(180_000)
    const opn = nodes[0]?.opn ?? ''
    const first = startBots({ count: warmUp * workers, opn, tls: false, seed: 7 })
    await first.settled
    await first.stop('vanish')
    shares = nodes.map((node) => holdBack(node.pid, share))
    if (shares.includes(null)) throw new Error('no control groups here that we may write')
    const before = { all: cpuSeconds(pid), nodes: nodes.map((node) => cpuSeconds(node.pid)) }
    const crowd = startBots({ count: hunters * workers, opn, tls: false, gates: 1, moveEveryMs: 60_000 })
    const { arrived, arrivalMs } = await crowd.settled
    const seconds = arrivalMs / 1000
    const result = {
      arrived,
      perSecond: round(arrived / seconds),
      perCpuSecond: round(arrived / (cpuSeconds(pid) - before.all)),
      workersOfOneCore: nodes.map((node, index) =>
        round((cpuSeconds(node.pid) - (before.nodes[index] ?? 0)) / seconds),
      ),
    }
    await crowd.stop('vanish')
    return result
  } finally {
    await door.end()
    for (const one of shares) one?.[Symbol.dispose]()
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

const runs = []
for (let turn = 0; turn < turns; turn++) runs.push({ one: await measure(1), two: await measure(2) })
const results = runs.map(({ one, two }) => ({
  ...{ one, two },
  perSecond: round(two.perSecond / one.perSecond),
  perCpuSecond: round(two.perCpuSecond / one.perCpuSecond),
}))
process.stdout.write(
  `${JSON.stringify({
    bench: 'workers, held back',
    share,
    results,
    caveats: [
      `each worker has ${share} of one core, in slices of 10 ms; central, Postgres and the consoles share what is left of the machine`,
      `${hunters} new hunters for each worker, 50 at a time, without TLS and without the pause before the hello`,
      'perSecond, perCpuSecond: two workers to one; CPU is that of nodes, central and Postgres together',
    ],
  })}\n`,
)
