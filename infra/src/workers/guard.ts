/**
 * Ends this process when its supervisor has ended, also while its own event loop is stuck: a thread beside it looks. For
 * systems whose kernel does not do that (process-unit.ts).
 */
import type { WorkerOptions } from 'node:worker_threads'

const lookEveryMs = 250

/** In words, so that no further file has to lie beside a bundle. Who is adopted has lost his parent, where there is adoption. */
const look = `
  const { supervisor, lookEveryMs } = require('node:worker_threads').workerData
  const isThere = () => {
    try {
      return process.kill(supervisor, 0)
    } catch (error) {
      return error.code === 'EPERM'
    }
  }
  setInterval(() => {
    if (process.ppid !== supervisor || !isThere()) process.kill(process.pid, 'SIGKILL')
  }, lookEveryMs)
`

/** `supervisor`: the process that started this one. */
export function endWith(supervisor: number): void {
  // Not in memory where the kernel looks.
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const options: WorkerOptions = { eval: true, execArgv: [], workerData: { supervisor, lookEveryMs } }
  new Worker(look, options).unref()
}
