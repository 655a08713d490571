import { pbkdf2 } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '@citygate/nodes/host'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../../test/src/eventually.ts'
import type { Lifecycle } from './lifecycle.ts'
import { isHeard, onRestartWish, survivingHangUp, wishForRestart } from './rolling.ts'

let folder = ''
const closers: (() => unknown)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate '))
})
afterEach(async () => {
  for (const close of closers.splice(0)) close()
  await rm(folder, { recursive: true, force: true })
})

const life: Lifecycle = {
  ending: new AbortController().signal,
  onEnd: (close) => closers.push(() => close({ hurry: false })),
  fail: () => {},
}

test('a wish in the data folder is heard once, and one of an earlier time is not', async () => {
  wishForRestart(folder)
  let restarts = 0
  // All threads that look at files are busy when it begins to listen.
  for (let thread = 0; thread < 4; thread++) pbkdf2('busy', 'salt', 100_000, 32, 'sha256', () => {})
  onRestartWish({ folder, life, log: silentLog }, async () => {
    restarts++
  })
  expect(isHeard(folder)).toBe(true)
  wishForRestart(folder)
  expect(
    await eventually(
      async () => restarts,
      (count) => count === 1,
    ),
  ).toBe(1)
  expect(existsSync(join(folder, 'restart.wanted'))).toBe(false)
})

test.skipIf(process.platform === 'win32')(
  'SIGHUP is the same, and a second one meanwhile counts for nothing',
  async () => {
    let restarts = 0
    let finish = () => {}
    onRestartWish({ folder, life, log: silentLog }, () => {
      restarts++
      return new Promise<void>((resolve) => {
        finish = resolve
      })
    })
    process.emit('SIGHUP', 'SIGHUP')
    process.emit('SIGHUP', 'SIGHUP')
    expect(restarts).toBe(1)
    finish()
    await new Promise((resolve) => setImmediate(resolve))
    process.emit('SIGHUP', 'SIGHUP')
    expect(restarts).toBe(2)
    finish()
  },
)

test.skipIf(process.platform === 'win32')(
  'a single node survives SIGHUP, and says why nothing comes of it',
  () => {
    const said: string[] = []
    const before = process.listenerCount('SIGHUP')
    survivingHangUp({ life, log: { warn: (_: object, words: string) => said.push(words) } as never })
    expect(process.listenerCount('SIGHUP')).toBe(before + 1)
    process.emit('SIGHUP', 'SIGHUP')
    expect(said).toEqual([expect.stringContaining('stop it and start it again')])
  },
)
