/**
 * A program of this repository as a process of its own, without a starter in between: it can be stopped, killed and
 * started again. It ends when this process does.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

export class Program {
  /** Resolves with its first message, or when it ends. */
  readonly firstWord: Promise<unknown>
  readonly #process: ChildProcess
  #said = ''

  /** @param script path in the repository */
  constructor(script: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.#process = spawn(process.execPath, [join(root, script), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...environment },
    })
    this.firstWord = Promise.race([once(this.#process, 'message'), this.ended()])
    const keep = (chunk: Buffer): void => {
      this.#said = (this.#said + chunk.toString()).slice(-8000)
    }
    this.#process.stdout?.on('data', keep)
    this.#process.stderr?.on('data', keep)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  get exitCode(): number | null {
    return this.#process.exitCode
  }

  /** The end of what it has printed. */
  get said(): string {
    return this.#said
  }

  async ended(): Promise<void> {
    if (!this.hasEnded) await once(this.#process, 'exit')
  }

  /** SIGSTOP and SIGCONT: a machine that is suspended, and woken. */
  pause(): void {
    this.#process.kill('SIGSTOP')
  }

  resume(): void {
    this.#process.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.ended()
  }

  /** Asks it to end; gives the exit code. */
  async end(): Promise<number | null> {
    this.#process.kill('SIGTERM')
    await this.ended()
    return this.#process.exitCode
  }
}
