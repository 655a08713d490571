/**
 * What a node takes of a small machine's memory: resident size of `citygate node`, started by the launcher
 * of its bundle, by plain Node.js, and from the source: empty, with 100 players, and with 10,000 connections that say
 * nothing. Linux only.
 */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startBots } from '@citygate/test/bots'
import { build, bundles } from './bundles.ts'

const root = join(import.meta.dirname, '..', '..')
const players = 100
const idle = 10_000
/** After a start or an arrival, for what is done once and for the collector. */
const settleMs = 5000

const folder = await mkdtemp(join(tmpdir(), 'citygate-memory-'))
const processes: ChildProcess[] = []
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

function start(command: readonly string[], name: string, flags: readonly string[]): Promise<ChildProcess> {
  const statusFile = join(folder, `${name}.json`)
  const [program = '', ...args] = command
  const own = ['--data', join(folder, name), '--status-file', statusFile, '--log', 'json']
  const child = spawn(program, [...args, ...flags, ...own], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      CITYGATE_LOG_LEVEL: 'warn',
    },
  })
  processes.push(child)
  return new Promise((ready, refuse) => {
    child.once('exit', (code) => refuse(new Error(`${name} ended with ${code}`)))
    const look = setInterval(() => {
      if (!existsSync(statusFile)) return
      clearInterval(look)
      ready(child)
    }, 50)
  })
}

function stop(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  return ended
}

const statusOf = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))

/** MiB: in all; of its own; of the programs' files, which processes of one machine share. */
function resident({ pid }: ChildProcess) {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]) / 102.4) / 10
  return { all: field('VmRSS'), own: field('RssAnon'), files: field('RssFile') }
}

/** What one connection to a game server takes that was greeted and says nothing. Kernel buffers are not counted. */
async function idleConnections(node: ChildProcess, fmp: string) {
  const before = resident(node).all
  const child = fork(join(root, 'test/bench/load.ts'), ['idle', fmp, String(idle)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
  })
  processes.push(child)
  const [said] = child.stdout ? await once(child.stdout, 'data') : ['0']
  await pause(settleMs)
  const connections = Number(String(said).trim())
  const allMiB = resident(node).all
  await stop(child)
  return { connections, allMiB, kibEach: Math.round(((allMiB - before) * 10_240) / connections) / 10 }
}

try {
  // In the repository, where the embedded database is found.
  const [whole, thin] = await Promise.all(bundles.map((bundle) => build(bundle, join(root, 'dist'))))
  if (!whole || !thin) throw new Error('there are two bundles')
  const ways: readonly (readonly [name: string, command: readonly string[]])[] = [
    ['launcher', [thin.program.replace(/\.mjs$/, ''), 'node']],
    ['bundle', [process.execPath, thin.program, 'node']],
    ['source', [process.execPath, join(root, 'infra/src/main.ts'), 'node']],
  ]
  const anyPort = ['opn', 'lmp', 'fmp', 'rfp'].flatMap((server) => [`--${server}-port`, '0'])
  const here = ['--bind', '127.0.0.1', '--advertise', '127.0.0.1', '--hello-delay', '0', ...anyPort]
  const results = []
  for (const [name, command] of ways) {
    // A central for each: game servers stay with the node that brought them.
    const api = `central-${name}`
    await start([process.execPath, whole.program, 'central'], api, ['--http-port', '0', '--dial-back', 'off'])
    const central: string = statusOf(api).http
    const operator = ['--central', central, '--key-file', join(folder, api, 'operator.key')]
    const enrolToken = ['admin', 'enrol-token', '--roles', 'entry,world', ...operator]
    const token = spawnSync(process.execPath, [whole.program, ...enrolToken], {
      encoding: 'utf8',
    }).stdout.trim()
    const flags = ['--central', central, '--roles', 'entry,world', '--profile', 'modest', ...here]
    // The first start makes certificates.
    await stop(await start(command, name, [...flags, '--enrol', token]))
    await rm(join(folder, `${name}.json`))
    const node = await start(command, name, flags)
    await pause(settleMs)
    const empty = resident(node)
    const bots = startBots({
      count: players,
      opn: statusOf(name).nodes[0].opn,
      tls: true,
      server: 1,
      gates: 4,
    })
    const { arrived } = await bots.settled
    await pause(settleMs)
    const withPlayers = resident(node)
    await bots.stop('vanish')
    await stop(node)
    await rm(join(folder, `${name}.json`))
    // A fresh one: what players left free would hide what a connection takes.
    const fresh = await start(command, name, flags)
    await pause(settleMs)
    const withIdle = await idleConnections(fresh, statusOf(name).nodes[0].fmp)
    await stop(fresh)
    results.push({ started: name, emptyMiB: empty, players: arrived, withPlayersMiB: withPlayers, withIdle })
  }
  const caveats = [
    'resident size as the system counts it, with the pages of the programs’ files, most of them Node.js itself: 33 MiB of a bare one',
    'the launcher sets options of Node.js and of the C library; glibc alone knows the latter',
    'an idle connection is one to FMP that was greeted and has said nothing, without what the system keeps for it; from the source they fit into what the start has left free',
    'each hunter acts once a second; profile modest, TLS on, both roles, 12 game servers of 40 gates',
  ]
  process.stdout.write(`${JSON.stringify({ bench: 'memory', results, caveats })}\n`)
} finally {
  await Promise.all(processes.map(stop))
  await rm(folder, { recursive: true, force: true })
}
