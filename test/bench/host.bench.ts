/** One node of one host: the first log-in after a start, log-ins for a second of processor time. */
import { rm } from 'node:fs/promises'
import { startBots } from '../src/bots/index.ts'
import { Console } from '../src/console/index.ts'
import { HostProcess } from './host-process.ts'

const players = 60

async function loginsPerCpuSecond(host: HostProcess) {
  const before = host.cpuSeconds
  const begun = performance.now()
  const bots = startBots({ count: players, opn: host.at.opn, tls: true, atOnce: 20, moveEveryMs: 600_000 })
  const { arrived } = await bots.settled
  const seconds = (performance.now() - begun) / 1000
  const after = host.cpuSeconds
  await bots.stop('vanish')
  const program = after.program - before.program
  const database = after.database - before.database
  return {
    logins: arrived,
    perSecond: round(arrived / seconds),
    perCpuSecond: round(arrived / (program + database)),
    cpuSeconds: { centralAndNode: round(program), database: round(database) },
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

const folder = await HostProcess.folder()
// The first start makes the database and the certificates.
await (await HostProcess.start(folder))[Symbol.asyncDispose]()
const begun = performance.now()
const results: Record<string, unknown> = {}
{
  await using host = await HostProcess.start(folder)
  const listensMs = Math.round(performance.now() - begun)
  const first = await Console.logIn({ opn: host.at.opn, tls: true, name: 'First', patience: 20_000 })
  const firstLogInMs = Math.round(performance.now() - begun)
  results.start = { listensMs, firstLogInMs }
  await first.logOut()
  const cold = await loginsPerCpuSecond(host)
  const warm = await loginsPerCpuSecond(host)
  results.coldLogins = cold
  results.warmLogins = warm
  results.ratios = {
    firstLogInToListening: round(firstLogInMs / listensMs),
    warmToCold: round(warm.perCpuSecond / cold.perCpuSecond),
  }
}
await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
const caveats = [
  'everything on one machine, consoles beside the server: its two cores are shared',
  '`citygate up` from the source: one process is central and node; a log-in is a new console over TLS with a new hunter',
]
process.stdout.write(`${JSON.stringify({ bench: 'host', results, caveats })}\n`)
