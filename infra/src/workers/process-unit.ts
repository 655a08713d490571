import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Arrival, DoorName } from '@citygate/nodes/host'
import { workerFile } from '../worker-file.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import type { Hear, Unit } from './unit.ts'

/**
 * Every worker ends by itself when the channel to its supervisor ends. Where this tool is there, the
 * system ends it even if it is stopped or stuck just then.
 */
const setpriv = '/usr/bin/setpriv'
const tie = ['--pdeathsig', 'KILL']

/** Tried once: it knows the option from util-linux 2.33 on, and others have a program of this name too. */
let tied: boolean | undefined
function isTied(): boolean {
  tied ??=
    process.platform === 'linux' && spawnSync(setpriv, [...tie, process.execPath, '--version']).status === 0
  return tied
}

export function startProcess(hear: Hear, logLine: (line: string) => void): Unit {
  // Elsewhere a thread of the worker looks whether this process is there (guard.ts).
  const child = fork(fileURLToPath(workerFile), isTied() ? [] : [String(process.pid)], {
    ...(isTied() ? { execPath: setpriv, execArgv: [...tie, process.execPath, ...process.execArgv] } : {}),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  child.on('message', (message: FromWorker) => hear(message))
  // Not in memory where nobody starts a process.
  const { createInterface } = process.getBuiltinModule('node:readline')
  if (child.stdout) createInterface({ input: child.stdout }).on('line', logLine)
  return new ProcessUnit(child)
}

class ProcessUnit implements Unit {
  readonly ended: Promise<string>
  readonly #child: ChildProcess

  constructor(child: ChildProcess) {
    this.#child = child
    this.ended = endOf(child)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  send(message: ToWorker): void {
    this.#send(message)
  }

  hand(door: DoorName, socket: Socket): void {
    this.#send({ type: 'socket', door }, socket)
  }

  handArrival({ socket, head }: Arrival): void {
    this.#send({ type: 'socket', door: 'fmp', head: Buffer.from(head).toString('base64') }, socket)
  }

  share(door: DoorName, socket: object): void {
    // The types know sockets and servers only; a bare handle goes as well (node:cluster lives by it).
    this.#send({ type: 'shared', door }, socket as Socket, true)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #send(message: ToWorker, socket?: Socket, keepOpen = false): void {
    const failed = (): void => {
      if (!keepOpen) socket?.destroy()
    }
    if (!this.#child.connected) {
      failed()
      return
    }
    this.#child.send(message, socket, { keepOpen }, (error) => {
      if (error) failed()
    })
  }
}

async function endOf(child: ChildProcess): Promise<string> {
  child.on('error', () => undefined)
  const failed = new Promise<string>((resolve) =>
    child.once(
      'error',
      (error) => child.pid === undefined && resolve(`it could not be started: ${error.message}`),
    ),
  )
  const exited = once(child, 'exit').then(([code, signal]) =>
    signal ? `killed by ${signal}` : `exit code ${code}`,
  )
  return Promise.race([failed, exited])
}
