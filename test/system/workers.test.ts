/** Workers through the front door: what breaks in one of them costs its own players only. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBots } from '@citygate/test/bots'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { FrontDoor } from '../src/front-door.ts'

let folder: string
let door: FrontDoor | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate workers '))
})

afterEach(async () => {
  await door?.kill()
  // The database ends by itself, a moment after its parent.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('two processes behind one set of ports: one is killed, the other’s players play on; all end with their supervisor', {
  timeout: 180_000,
}, async () => {
  door = new FrontDoor(folder, ['--workers', 'processes:2', '--accept', 'dispatch', '--drain-time', '600s'])
  const here = door
  const { pid, nodes } = await here.ready(120_000)
  const [first, second] = nodes
  if (!first || !second) throw new Error('there are not two nodes')
  expect(new Set([pid, first.pid, second.pid]).size).toBe(3)
  expect([first.servers, second.servers]).toEqual([
    [1, 3, 5, 7, 9, 11],
    [2, 4, 6, 8, 10, 12],
  ])
  expect([second.opn, second.lmp, second.fmp]).toEqual([first.opn, first.lmp, first.fmp])

  const options = { opn: first.opn, tls: false, patience: 30_000 }
  const staying = await Console.logIn({ ...options, name: 'Stay', pick: () => 1 })
  const lost = await Console.logIn({ ...options, name: 'Lost', pick: () => 2 })
  await Promise.all([staying.enterGate(1), lost.enterGate(1)])

  process.kill(second.pid, 'SIGKILL')
  await lost.game.closed
  const back = await eventually(
    () => Promise.resolve(here.status?.nodes[1]),
    (node) => node !== undefined && node.pid !== second.pid,
  )
  expect(back).toMatchObject({ id: second.id, servers: second.servers, fmp: second.fmp })
  await staying.leaveGate()
  expect(await staying.enterGate(2)).toEqual([staying.capcomId])
  const { supportCode } = lost
  const again = await Console.logIn({ ...options, supportCode, pick: () => 2 })
  expect(again.capcomId).toBe(lost.capcomId)
  await Promise.all([staying.logOut(), again.logOut()])

  const bots = startBots({ count: 10, opn: first.opn, tls: false })
  expect(await bots.settled).toMatchObject({ arrived: 10, failures: [] })
  const pids = [pid, first.pid, back?.pid ?? 0]
  process.kill(pid, 'SIGKILL')
  await eventually(
    () => Promise.resolve(pids.filter(isAlive)),
    (alive) => alive.length === 0,
  )
  expect(pids.filter(isAlive)).toEqual([])
  await bots.stop('vanish')
})
