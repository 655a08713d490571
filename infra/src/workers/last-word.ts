/**
 * How a thread lets go of its listeners at a sudden end. Without it, its event loop, which turns once more while the thread
 * is taken down, takes one connection out of each queue, and nobody is left to serve it.
 */
import type { Worker } from 'node:worker_threads'

const name = 'citygateLastWord'
/** What is stuck in the system or in a long step of the engine answers when that has ended; nothing else ends it sooner. */
const patienceMs = 2000

/** In a thread: `letGo` is called when an error nobody caught or `process.exit` ends it, or {@link askLastWord} asks. */
export function giveLastWord(letGo: () => void): void {
  process.on('exit', letGo)
  Object.assign(globalThis, { [name]: letGo })
}

/**
 * Asks a thread, whatever it is doing: as a debugger would, between two steps of a loop that does not end. Resolves when it
 * has let go, or when it does not answer.
 */
export async function askLastWord(worker: Worker): Promise<void> {
  try {
    await ask(worker)
  } catch {
    // A Node.js that was built without it.
  }
}

async function ask(worker: Worker): Promise<void> {
  // Not in memory where no thread gets stuck.
  const { Session } = process.getBuiltinModule('node:inspector')
  const session = new Session()
  const { promise, resolve } = Promise.withResolvers<void>()
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
    if (!workerInfo.title.startsWith(`[worker ${worker.threadId}]`)) return
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      if (params.sessionId === sessionId) resolve()
    })
    const ask = { id: 1, method: 'Runtime.evaluate', params: { expression: `globalThis.${name}?.()` } }
    session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify(ask) })
  })
  const late = setTimeout(resolve, patienceMs)
  try {
    session.connect()
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
    await promise
  } finally {
    clearTimeout(late)
    session.disconnect()
  }
}
