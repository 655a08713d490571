/**
 * Kill -9 of any process of `npm start` at random moments, while consoles log in and out. What was acknowledged
 * is there afterwards, and nothing is left running. Needs Linux; takes two minutes.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { latin1 } from '@citygate/nodes/pat'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { cameTrue } from '../src/eventually.ts'
import { NpmStart, type Process } from './npm-start.ts'

const rounds = 12
const consoles = 20
/** Who is killed, in turn: what npm started, what that started, and the database's own. */
const victims: readonly Process['role'][] = ['npm', 'boot', 'program', 'postgres', 'watcher']

/** A console that has been told of its hunter. */
interface Acknowledged {
  readonly supportCode: string
  readonly slot: number
  readonly capcomId: string
  readonly name: string
}

let folder: string
let realm: NpmStart | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate killed often '))
})

afterEach(async () => {
  await realm?.clear()
  await rm(folder, { recursive: true, force: true })
})

test('killed at random moments, nothing that was acknowledged is lost', { timeout: 280_000 }, async () => {
  const acknowledged = new Map<string, Acknowledged>()
  for (let round = 0; round < rounds; round++) {
    realm = new NpmStart({ folder, flags: ['--tls', 'off', '--log', 'json'] })
    const { http, nodes } = await realm.ready()
    await expectAll(http, acknowledged)
    const stop = new AbortController()
    const opn = nodes[0]?.opn ?? ''
    const players = Array.from({ length: consoles }, (_, index) =>
      play(opn, index, round, stop.signal, acknowledged),
    )
    const enough = acknowledged.size + 1 + Math.floor(Math.random() * 2 * consoles)
    await cameTrue(() => Promise.resolve(acknowledged.size >= enough))
    const victim = victims[round % victims.length] ?? 'npm'
    expect(realm.kill(victim), victim).toBe(true)
    if (victim === 'postgres' || victim === 'watcher') {
      const isReady = async () => (await fetch(`${http}/readyz`)).status === 200
      expect(await cameTrue(isReady), victim).toBe(true)
      realm.kill('program')
    }
    stop.abort()
    await realm.gone()
    await Promise.all(players)
  }
  realm = new NpmStart({ folder, flags: ['--tls', 'off', '--log', 'json'] })
  const { http, nodes } = await realm.ready()
  await expectAll(http, acknowledged)
  const opn = nodes[0]?.opn ?? ''
  for (const { supportCode, slot, capcomId, name } of [...acknowledged.values()].slice(-5)) {
    const again = await Console.logIn({ opn, tls: false, supportCode, slot, patience: 30_000 })
    expect([again.capcomId, latin1(again.name)]).toEqual([capcomId, name])
    await again.logOut()
  }
  realm.signal('SIGTERM')
  await realm.gone()
  expect(realm.exitCode).toBe(0)
})

/** Logs in with a hunter of its own, enters a gate and leaves, again and again, until the line breaks. */
async function play(
  opn: string,
  index: number,
  round: number,
  stop: AbortSignal,
  acknowledged: Map<string, Acknowledged>,
): Promise<void> {
  let supportCode: string | undefined
  for (let slot = 1; slot <= 6 && !stop.aborted; slot++) {
    const name = `R${round}C${index}S${slot}`
    try {
      const console = await Console.logIn({ opn, tls: false, supportCode, slot, name, patience: 20_000 })
      const { capcomId } = console
      supportCode = console.supportCode
      acknowledged.set(capcomId, { supportCode, slot, capcomId, name })
      await console.enterGate(1 + (index % 40))
      await console.logOut()
    } catch {
      return
    }
  }
}

async function expectAll(http: string, acknowledged: ReadonlyMap<string, Acknowledged>): Promise<void> {
  const { playersOnline } = (await (await fetch(`${http}/v1/stats`)).json()) as { playersOnline: number }
  expect(playersOnline).toBe(0)
  for (const [capcomId, { name }] of acknowledged) {
    const player = await (await fetch(`${http}/v1/players/${capcomId}`)).json()
    expect(player).toMatchObject({ capcomId, name, online: false })
  }
}
