/** `citygate up` in a process of its own, for benchmarks: what it takes of memory and time. Linux only. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const main = join(import.meta.dirname, '../../infra/src/main.ts')
/** The system's: hundredths of a second. */
const ticksPerSecond = 100

interface Addresses {
  readonly http: string
  readonly opn: string
  readonly lmp: string
  readonly fmp: string
}

export class HostProcess implements AsyncDisposable {
  readonly folder: string
  readonly #process: ChildProcess
  readonly at: Addresses

  private constructor(folder: string, child: ChildProcess, at: Addresses) {
    this.folder = folder
    this.#process = child
    this.at = at
  }

  static folder(): Promise<string> {
    return mkdtemp(join(tmpdir(), 'citygate bench '))
  }

  /** Resolves when everything listens. */
  static async start(folder: string, flags: readonly string[] = []): Promise<HostProcess> {
    const statusFile = join(folder, 'status.json')
    await rm(statusFile, { force: true })
    const ports = ['http', 'opn', 'lmp', 'fmp', 'rfp'].flatMap((name) => [`--${name}-port`, '0'])
    const own = ['--data', join(folder, 'data'), '--status-file', statusFile, '--bind', '127.0.0.1', ...ports]
    const quick = ['--hello-delay', '0', '--log', 'json', '--drain-time', '0']
    const child = spawn(process.execPath, [main, 'up', ...own, ...quick, ...flags], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    while (!existsSync(statusFile)) {
      if (child.exitCode !== null) throw new Error(`citygate up ended with ${child.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const { http, nodes } = JSON.parse(readFileSync(statusFile, 'utf8'))
    return new HostProcess(folder, child, { http, ...nodes[0] })
  }

  /** KiB, of the program alone. */
  get resident(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#process.pid}/status`, 'utf8'))?.[1])
  }

  /** Processor time so far: of the program (central and node), and of Postgres with all of its processes. */
  get cpuSeconds(): { readonly program: number; readonly database: number } {
    const own = this.#process.pid ?? 0
    let database = 0
    for (const pid of descendants(own)) database += cpuOf(pid)
    return { program: cpuOf(own), database }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return
    this.#process.kill('SIGTERM')
    await once(this.#process, 'exit')
  }
}

/** With what its ended children took. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0) / ticksPerSecond
  } catch {
    return 0
  }
}

function descendants(parent: number): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      parents.set(Number(entry), Number(stat[1]))
    } catch {
      // It has ended meanwhile.
    }
  }
  const found = [parent]
  for (const one of found) for (const [pid, of] of parents) if (of === one) found.push(pid)
  return found.slice(1)
}
