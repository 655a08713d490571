/** `citygate up` as a user starts it: a process of its own, reached only through what it prints and listens on. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cameTrue } from './eventually.ts'

interface Status {
  readonly pid: number
  readonly http: string
  readonly nodes: readonly NodeStatus[]
}

interface NodeStatus {
  readonly id: string
  readonly pid: number
  readonly servers: readonly number[]
  /** Of the first node; others may have their LMP and FMP only. */
  readonly opn: string
  readonly lmp: string
  readonly fmp: string
}

const root = join(import.meta.dirname, '../..')

export class FrontDoor {
  readonly #process: ChildProcess
  readonly #statusFile: string
  #said = ''

  /** Data and status file are in `folder`; any free ports, on this machine alone. */
  constructor(folder: string, flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    this.#statusFile = join(folder, 'status.json')
    const own = ['--data', join(folder, 'data'), '--status-file', this.#statusFile, '--bind', '127.0.0.1']
    const ports = ['--http-port', '--opn-port', '--lmp-port', '--fmp-port', '--rfp-port'].flatMap((flag) => [
      flag,
      '0',
    ])
    const quick = ['--tls', 'off', '--hello-delay', '0']
    this.#process = spawn(
      process.execPath,
      [join(root, 'boot.mjs'), 'infra/src/main.ts', 'up', ...own, ...ports, ...quick, ...flags],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
    )
    const keep = (chunk: Buffer): void => {
      this.#said = (this.#said + chunk.toString()).slice(-4000)
    }
    this.#process.stdout?.on('data', keep)
    this.#process.stderr?.on('data', keep)
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** What it says of itself now; undefined before everything listens. */
  get status(): Status | undefined {
    return this.#ownStatus()
  }

  /** The last that it has printed. */
  get said(): string {
    return this.#said
  }

  /** Resolves when everything listens. Throws what the process said when it ends instead. */
  async ready(deadlineMs = 60_000): Promise<Status> {
    await cameTrue(() => Promise.resolve(this.#ownStatus() !== undefined || this.hasEnded), deadlineMs)
    const status = this.#ownStatus()
    if (!status) throw new Error(`citygate up did not start: ${this.#said}`)
    return status
  }

  /**
   * Kills the starter and the program itself at once, where the system shows who that is, so that
   * nothing is left to say goodbye; waits until everything that they started has ended.
   */
  async kill(): Promise<void> {
    const own = childrenOf(this.#process.pid)
    this.#process.kill('SIGKILL')
    for (const pid of own) process.kill(pid, 'SIGKILL')
    await this.#closed()
  }

  /** As a service manager tells the starter that it is to reload. */
  hangUp(): void {
    this.#process.kill('SIGHUP')
  }

  /** Asks it to end; gives the exit code. */
  async end(): Promise<number | null> {
    this.#process.kill('SIGTERM')
    await this.#closed()
    return this.#process.exitCode
  }

  /** The pipes of its output close when the last process that holds them is gone. */
  async #closed(): Promise<void> {
    const { stdout } = this.#process
    if (stdout && !stdout.closed) await once(this.#process, 'close')
  }

  /** The file may be left from a killed start: it counts when its process lives and is ours. */
  #ownStatus(): Status | undefined {
    if (!existsSync(this.#statusFile)) return undefined
    const status = JSON.parse(readFileSync(this.#statusFile, 'utf8')) as Status
    return this.#said.includes(String(status.http)) ? status : undefined
  }
}

/** On Linux; elsewhere nobody, and the program ends by itself when its starter is gone. */
function childrenOf(pid: number | undefined): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
