/** Log-ins beside hostile strangers: the same log-ins, one after the other, alone and with each kind of them. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Console } from '../src/console/index.ts'
import { HostProcess } from './host-process.ts'

const logins = 25

async function load(kind: string, address: string, count: number): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'load.ts'), [kind, address, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
  })
  if (child.stdout) await once(child.stdout, 'data')
  return child
}

let named = 0
async function measure(opn: string) {
  const times: number[] = []
  let failed = 0
  for (let i = 0; i < logins; i++) {
    const begun = performance.now()
    try {
      const console = await Console.logIn({ opn, tls: true, name: `H${++named}`, patience: 20_000 })
      times.push(performance.now() - begun)
      await console.logOut()
    } catch {
      failed++
    }
  }
  times.sort((a, b) => a - b)
  const at = (part: number) => Math.round(times[Math.floor(times.length * part)] ?? Number.NaN)
  return { medianMs: at(0.5), p95Ms: at(0.95), failed }
}

const folder = await HostProcess.folder()
const results = []
{
  await using host = await HostProcess.start(folder)
  const { opn, lmp, fmp } = host.at
  await measure(opn)
  const alone = await measure(opn)
  const kinds = [
    ['silent in the TLS handshake', 'silent-tls', opn, 500],
    ['a TLS record begun', 'half-tls', opn, 500],
    ['a frame begun', 'half-frame', lmp, 500],
    ['a thousand idle on FMP', 'idle', fmp, 1000],
    ['scanning with HTTP', 'scan', lmp, 4],
    ['a flood of connects', 'flood', opn, 8],
  ] as const
  for (const [name, kind, address, count] of kinds) {
    const child = await load(kind, address, count)
    const beside = await measure(opn)
    const residentMiB = Math.round(host.resident / 1024)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const timesAlone = Math.round((beside.medianMs / alone.medianMs) * 100) / 100
    results.push({ name, connections: count, ...beside, timesAlone, residentMiB })
  }
  const after = await measure(opn)
  results.unshift({ name: 'alone', connections: 0, ...alone, timesAlone: 1, residentMiB: 0 })
  results.push({
    name: 'alone again',
    connections: 0,
    ...after,
    timesAlone: 1,
    residentMiB: Math.round(host.resident / 1024),
  })
}
await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
const caveats = [
  'everything on one machine: those who disturb take processor time of their own, which a real server would not pay',
  'central, node and Postgres in `citygate up` from the source; each log-in is a new console over TLS, from OPN to a game server',
]
process.stdout.write(`${JSON.stringify({ bench: 'hostile edge', results, caveats })}\n`)
