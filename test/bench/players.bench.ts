/** What 4, 40 and 400 players take of one machine that runs everything: memory, and processor time while they play. */
import { rm } from 'node:fs/promises'
import { startBots } from '../src/bots/index.ts'
import { HostProcess } from './host-process.ts'

const crowds = [4, 40, 400]
const settleMs = 3000
const measuredMs = 10_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const round = (value: number) => Math.round(value * 10) / 10

const folder = await HostProcess.folder()
// The first start makes the database and the certificates.
await (await HostProcess.start(folder))[Symbol.asyncDispose]()
const results = []
{
  await using host = await HostProcess.start(folder, ['--profile', 'modest'])
  await pause(settleMs)
  results.push({ players: 0, residentMiB: round(host.resident / 1024), corePercent: 0 })
  for (const count of crowds) {
    const bots = startBots({ count, opn: host.at.opn, tls: true, gates: 8, atOnce: 20, seed: count })
    const { arrived } = await bots.settled
    await pause(settleMs)
    const before = host.cpuSeconds
    const begun = performance.now()
    await pause(measuredMs)
    const after = host.cpuSeconds
    const seconds = (performance.now() - begun) / 1000
    const used = after.program - before.program + after.database - before.database
    results.push({
      players: arrived,
      residentMiB: round(host.resident / 1024),
      corePercent: round((100 * used) / seconds),
    })
    await bots.stop('vanish')
  }
}
await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
const caveats = [
  '`citygate up` from the source with --profile modest, heap bounds not set by a launcher; Postgres is counted in the processor time and not in the memory',
  'each hunter acts once a second: positions, chat, walks; the consoles run on the same machine',
]
process.stdout.write(`${JSON.stringify({ bench: 'players', results, caveats })}\n`)
