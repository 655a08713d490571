/** A worker that does as its name says, in a thread: serves, with much to do or nothing, and then gets stuck, crashes, or refuses from the start. */
import { parentPort } from 'node:worker_threads'
import type { FromWorker } from '../messages.ts'

const tell = (message: FromWorker): void => parentPort?.postMessage(message)
const idle = { opn: 0, lmp: 0, fmp: 0, rfp: 0 }
const busy = { opn: 1, lmp: 2, fmp: 7, rfp: 3 }

parentPort?.on('message', (message: { type: string; identity?: { name: string } }) => {
  if (message.type === 'stop') process.exit(0)
  const name = message.identity?.name ?? ''
  if (name === 'refused') {
    tell({ type: 'failed', why: 'settings', message: 'lmp-port: it is taken' })
    process.exit(1)
  }
  const load = name === 'busy' ? busy : idle
  setInterval(() => tell({ type: 'beat', load }), 50)
  const node = { id: name, name, pid: process.pid, roles: [], servers: [] }
  tell({ type: 'serving', node, rootFile: null })
  if (name === 'stuck') setTimeout(() => spin(), 50)
  if (name === 'crashing') setTimeout(() => crash(), 50)
  if (name === 'superseded')
    tell({ type: 'stopped', reason: 'superseded', words: 'a newer start has taken over' })
  if (name === 'superseded') setImmediate(() => process.exit(0))
})

function spin(): void {
  for (;;) Math.random()
}

function crash(): void {
  throw new Error('an odd one')
}
