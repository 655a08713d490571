import type { Socket } from 'node:net'
import type { Transferable, Worker } from 'node:worker_threads'
import { type Arrival, type DoorName, relay } from '@citygate/nodes/host'
import { workerFile } from '../worker-file.ts'
import { askLastWord } from './last-word.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import type { Hear, Unit } from './unit.ts'

/** Not in memory where nobody starts a thread. */
const threads = () => process.getBuiltinModule('node:worker_threads')

export function startThread(hear: Hear, logLine: (line: string) => void): Unit {
  const worker = new (threads().Worker)(workerFile, { name: 'citygate worker' })
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'log') logLine(message.line)
    else hear(message)
  })
  return new ThreadUnit(worker)
}

class ThreadUnit implements Unit {
  readonly pid = process.pid
  readonly ended: Promise<string>
  readonly #worker: Worker
  #listensOnShared = false

  constructor(worker: Worker) {
    this.#worker = worker
    this.ended = endOf(worker)
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  hand(door: DoorName, socket: Socket): void {
    try {
      // The types do not know yet that a socket moves; it was tried at the start.
      this.#worker.postMessage({ type: 'socket', door, socket }, [socket as unknown as Transferable])
    } catch {
      // The peer has left meanwhile.
      socket.destroy()
    }
  }

  /** A socket that was read from stays here, and its bytes are relayed. */
  handArrival({ socket, head }: Arrival): void {
    const { port1, port2 } = new (threads().MessageChannel)()
    const message: ToWorker = {
      ...{ type: 'relay', door: 'fmp', port: port2, head },
      address: socket.remoteAddress ?? '',
    }
    this.#worker.postMessage(message, [port2])
    relay(socket, port1)
  }

  /** Gives it away: where the queue is to outlive the thread, `socket` is a copy. */
  share(door: DoorName, socket: object): void {
    this.#listensOnShared = true
    this.#worker.postMessage({ type: 'shared', door, socket }, [socket as Transferable])
  }

  kill(): void {
    void this.#kill()
  }

  async #kill(): Promise<void> {
    if (this.#listensOnShared) await askLastWord(this.#worker)
    await this.#worker.terminate()
  }
}

function endOf(worker: Worker): Promise<string> {
  let words: string | undefined
  worker.on('error', (error) => {
    words = `it failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  })
  return new Promise((resolve) => worker.once('exit', (code) => resolve(words ?? `exit code ${code}`)))
}
