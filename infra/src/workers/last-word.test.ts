/** A stuck thread that is asked to let go. With its listeners, under load: test/machine/reuse-port.machine.test.ts. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test, vi } from 'vitest'
import { askLastWord } from './last-word.ts'

let worker: Worker | undefined
afterEach(async () => {
  vi.restoreAllMocks()
  await worker?.terminate()
})

/** Resolves when the thread is in a loop that does not end. */
async function stuck() {
  const letGo = new Int32Array(new SharedArrayBuffer(4))
  worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
    globalThis.citygateLastWord = () => Atomics.add(workerData, 0, 1)
    parentPort.postMessage('stuck')
    for (;;);`,
    { eval: true, workerData: letGo },
  )
  await once(worker, 'message')
  return { worker, times: () => Atomics.load(letGo, 0) }
}

test('a thread in a loop that does not end lets go, once, and no other does', async () => {
  const other = await stuck()
  const one = await stuck()
  await askLastWord(one.worker)
  expect([one.times(), other.times()]).toEqual([1, 0])
  await other.worker.terminate()
})

test.each([
  ['has no such module', () => undefined],
  [
    'refuses it',
    () => {
      throw new Error('Inspector is not available')
    },
  ],
])('a Node.js that was built without its inspector and %s: nobody is asked', async (_, module) => {
  const { worker, times } = await stuck()
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(module)
  await askLastWord(worker)
  expect(times()).toBe(0)
})
