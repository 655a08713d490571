/**
 * A minute of spoilt conversations on all four ports of a running node, beside one hunter who plays on and
 * must not notice. Needs Linux.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AnsServerTime, type Bytes, ReqServerTime } from '@citygate/nodes/pat'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { NpmStart } from './npm-start.ts'

const attackMs = 60_000
const attackers = 40

let folder: string
let realm: NpmStart | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate besieged '))
})

afterEach(async () => {
  await realm?.clear()
  await rm(folder, { recursive: true, force: true })
})

test('spoilt conversations cost nobody but themselves', { timeout: 200_000 }, async () => {
  realm = new NpmStart({ folder, flags: ['--tls', 'off', '--log', 'json'] })
  const { pid, http, nodes } = await realm.ready()
  const { opn = '', lmp = '', fmp = '', rfp = '' } = nodes[0] ?? {}

  const said = new Map<string, Bytes[]>()
  const hunter = await Console.logIn({
    opn,
    tls: false,
    name: 'Steady',
    pick: () => 1,
    onPassed: ({ server, direction, spec, sequence, payload }) => {
      if (!spec || direction === 'in') return
      said.set(server, [...(said.get(server) ?? []), frame(spec.id, sequence, payload)])
    },
  })
  await hunter.enterGate(1)

  const until = performance.now() + attackMs
  const attack = async (): Promise<void> => {
    while (performance.now() < until) {
      const [server, address] = pick([
        ['opn', opn],
        ['lmp', lmp],
        ['fmp', fmp],
        ['opn', rfp],
      ] as const)
      await conversation(address, spoil(said.get(server) ?? []))
    }
  }
  const memoryBefore = await memoryOf(pid)
  const attacks = Promise.all(Array.from({ length: attackers }, attack))
  while (performance.now() < until) {
    await hunter.game.call(ReqServerTime, { convertedCountryCode: 0 }, AnsServerTime)
    await new Promise((next) => setTimeout(next, 100))
  }
  await attacks

  expect(await hunter.listUsers()).toContain(hunter.capcomId)
  const newcomer = await Console.logIn({ opn, tls: false, name: 'Newcomer', pick: () => 1 })
  await newcomer.logOut()
  // That he has left is told with the next sync.
  const online = await eventually(
    async () => (await (await fetch(`${http}/v1/players?online=true`)).json()) as { items: unknown[] },
    ({ items }) => items.length === 1,
  )
  expect(online.items).toEqual([expect.objectContaining({ name: 'Steady' })])
  // What a minute of this leaves behind is far below what a leak of each conversation would.
  expect((await memoryOf(pid)) - memoryBefore).toBeLessThan(200)

  const log = await readFile(realm.logFile, 'latin1')
  expect(log.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([])
  expect(log).not.toContain(hunter.supportCode)
  expect(log).not.toContain(Buffer.from(hunter.ticket ?? []).toString('latin1'))
  expect(log).not.toContain(Buffer.from(hunter.ticket ?? []).toString('hex'))
})

function frame(id: number, sequence: number, payload: Bytes): Bytes {
  const bytes = new Uint8Array(8 + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, payload.length)
  view.setUint16(2, sequence)
  view.setUint32(4, id)
  bytes.set(payload, 8)
  return bytes
}

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)] as T
}

/** A run of frames with some of their bytes changed, some frames twice, and an end anywhere. */
function spoil(frames: readonly Bytes[]): Bytes {
  const start = Math.random() < 0.7 ? 0 : Math.floor(Math.random() * frames.length)
  const chosen = frames.slice(start, start + 1 + Math.floor(Math.random() * 12))
  const run = Math.random() < 0.3 ? [...chosen, ...chosen] : chosen
  const bytes = new Uint8Array(Buffer.concat(run))
  for (let change = Math.floor(Math.random() * 6); change > 0; change--) {
    bytes[Math.floor(Math.random() * bytes.length)] = Math.floor(Math.random() * 256)
  }
  return Math.random() < 0.3 ? bytes.subarray(0, Math.floor(Math.random() * bytes.length)) : bytes
}

/** Sends the bytes in pieces and leaves in one of the ways of leaving, or is made to. */
async function conversation(address: string, bytes: Bytes): Promise<void> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  socket.on('error', () => undefined)
  socket.on('data', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const pieces = 1 + Math.floor(Math.random() * 5)
  const length = Math.ceil(bytes.length / pieces) || 1
  for (let at = 0; at < bytes.length && !socket.destroyed; at += length) {
    socket.write(bytes.subarray(at, at + length))
    await new Promise((next) => setTimeout(next, Math.random() * 30))
  }
  setTimeout(() => leave(socket), Math.random() * 300)
  await closed
}

function leave(socket: Socket): void {
  if (Math.random() < 0.5) socket.resetAndDestroy()
  else socket.destroy()
}

/** Megabytes of a process. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}
