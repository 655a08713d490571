/** No orphan: a process whose event loop is stuck ends with the one that started it, where no kernel sees to that. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'

const guard = JSON.stringify(new URL('./guard.ts', import.meta.url).href)
const stuck = `
  import { endWith } from ${guard}
  endWith(Number(process.argv[1]))
  process.stdout.write(process.pid + '\\n', () => { for (;;) Math.random() })`
const starter = `
  import { spawn } from 'node:child_process'
  const child = ['--input-type=module-typescript', '-e', ${JSON.stringify(stuck)}, String(process.pid)]
  spawn(process.execPath, child, { stdio: ['ignore', 'inherit', 'inherit'] })
  setInterval(() => {}, 1000)`

let orphan = 0
afterEach(() => {
  try {
    if (orphan) process.kill(orphan, 'SIGKILL')
  } catch {
    // As it should be.
  }
})

test('a stuck process is ended when its starter has been killed', async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', starter], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(parent.stdout, 'data')
  orphan = Number(String(said))
  expect(process.kill(orphan, 0)).toBe(true)
  parent.kill('SIGKILL')
  // The pipe ends with the last process that has it: this waits for ever where the stuck one stays.
  expect(await once(parent, 'close')).toEqual([null, 'SIGKILL'])
})
