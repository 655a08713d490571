/**
 * The log-in budget: processor time of node, central and Postgres, each a process of its own, for every step of one
 * log-in. All consoles take a step before anybody takes the next one. Linux only.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuSeconds } from '../src/cpu.ts'
import { LogInByStep, steps } from './login-steps.ts'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'infra/src/main.ts')
const warmUp = 40
const consoles = Number(process.env.CITYGATE_BENCH_CONSOLES ?? 200)
const atOnce = 8

const folder = await mkdtemp(join(tmpdir(), 'citygate bench '))
const running: ChildProcess[] = []

async function start(name: string, flags: Readonly<Record<string, string>>) {
  const statusFile = join(folder, `${name}.json`)
  const all = { ...flags, data: join(folder, name), 'status-file': statusFile, log: 'json' }
  const words = Object.entries(all).flatMap(([flag, value]) => [`--${flag}`, value])
  const child = spawn(process.execPath, [main, name, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })
  running.push(child)
  for (let waits = 0; !existsSync(statusFile); waits++) {
    if (child.exitCode !== null || waits > 6000) throw new Error(`citygate ${name} did not start`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return JSON.parse(readFileSync(statusFile, 'utf8'))
}

async function eachInTurn<T>(of: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...of]
  const worker = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) await run(one)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

try {
  const central = await start('central', { 'http-port': '0', 'dial-back': 'off' })
  const keyFile = join(folder, 'central', 'operator.key')
  const operator = ['--central', central.http, '--key-file', keyFile]
  const made = spawnSync(
    process.execPath,
    [main, 'admin', 'enrol-token', '--roles', 'entry,world', ...operator],
    { encoding: 'utf8' },
  )
  const ports = Object.fromEntries(['opn', 'lmp', 'fmp', 'rfp'].map((name) => [`${name}-port`, '0']))
  const {
    nodes: [node],
  } = await start('node', {
    ...{ central: central.http, enrol: made.stdout.trim(), roles: 'entry,world', bind: '127.0.0.1' },
    ...{ tls: 'off', 'hello-delay': '0', workers: '1', ...ports },
  })

  const lockFile = join(folder, 'central', 'database', 'cluster', 'postmaster.pid')
  const database = Number(readFileSync(lockFile, 'utf8').split('\n')[0])
  const used = () => {
    const ofDatabase = cpuSeconds(database)
    return {
      node: cpuSeconds(node.pid),
      central: cpuSeconds(central.pid) - ofDatabase,
      database: ofDatabase,
    }
  }
  const everybody = (count: number) => Array.from({ length: count }, () => new LogInByStep(node.opn))
  const measure = async (those: readonly LogInByStep[]) => {
    const count = those.length
    const table = []
    for (const step of steps) {
      const before = used()
      const begun = performance.now()
      await eachInTurn(those, (console) => console.take(step))
      const after = used()
      const ms = (part: keyof typeof after) =>
        Math.round(((after[part] - before[part]) * 1_000_000) / count) / 1000
      table.push({
        step,
        ...{ nodeMs: ms('node'), centralMs: ms('central'), postgresMs: ms('database') },
        wallMs: Math.round(((performance.now() - begun) * atOnce) / count),
      })
    }
    return table
  }
  const whole = (table: Awaited<ReturnType<typeof measure>>) => {
    const sum = (part: 'nodeMs' | 'centralMs' | 'postgresMs') =>
      Math.round(table.reduce((all, row) => all + row[part], 0) * 100) / 100
    const all = { nodeMs: sum('nodeMs'), centralMs: sum('centralMs'), postgresMs: sum('postgresMs') }
    const logInsPerCpuSecond = Math.round(10_000 / (all.nodeMs + all.centralMs + all.postgresMs)) / 10
    return [...table, { step: 'all', ...all, logInsPerCpuSecond }]
  }
  await measure(everybody(warmUp))
  const those = everybody(consoles)
  const results = { new: whole(await measure(those)), returning: whole(await measure(those)) }
  const caveats = [
    `${consoles} consoles, ${atOnce} at once, plain OPN; milliseconds of processor time for each log-in`,
    'from the source; what each process does besides (syncs, clean-up) is in the step it falls into',
    'new: console and hunter are made; returning: the same ones once more',
  ]
  process.stdout.write(`${JSON.stringify({ bench: 'log-in budget', results, caveats })}\n`)
} finally {
  for (const child of running.reverse()) {
    if (child.exitCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}
