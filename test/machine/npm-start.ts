/** `npm start` as a user types it, with everything that it starts. Linux: processes are read from /proc. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cameTrue, eventually } from '../src/eventually.ts'

const root = join(import.meta.dirname, '../..')

export interface Process {
  readonly pid: number
  /** Who it is in the family: `postgres` is the database's first process, `watcher` the shell that ends it. */
  readonly role: 'npm' | 'boot' | 'program' | 'postgres' | 'watcher' | 'other'
}

export interface NpmStartOptions {
  /** For data, log and status file. */
  readonly folder: string
  /** The clone; this one unless told. */
  readonly clone?: string
  /** Whoever runs it; this user unless told. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly home: string }
  readonly flags?: readonly string[]
}

interface Status {
  readonly pid: number
  readonly http: string
  readonly nodes: readonly {
    readonly opn: string
    readonly lmp: string
    readonly fmp: string
    readonly rfp: string
  }[]
}

export class NpmStart {
  readonly #process: ChildProcess
  readonly #folder: string
  /** Everybody who was seen, so that nobody who outlives the others is forgotten. */
  readonly #seen = new Map<number, Process>()

  constructor({ folder, clone = root, user, flags = [] }: NpmStartOptions) {
    this.#folder = folder
    const ports = ['http', 'opn', 'lmp', 'fmp', 'rfp'].flatMap((name) => [`--${name}-port`, '0'])
    const own = ['--data', join(folder, 'data'), '--status-file', this.#statusFile, '--bind', '127.0.0.1']
    const log = openSync(this.logFile, 'a')
    this.#process = spawn('npm', ['start', '--', ...own, ...ports, '--hello-delay', '0', ...flags], {
      cwd: clone,
      stdio: ['ignore', log, log],
      env: { ...plainEnvironment(), ...(user ? { HOME: user.home } : {}) },
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
    })
    closeSync(log)
  }

  get logFile(): string {
    return join(this.#folder, 'log.txt')
  }

  get exitCode(): number | null {
    return this.#process.exitCode
  }

  get #statusFile(): string {
    return join(this.#folder, 'status.json')
  }

  /** Resolves when everything listens; throws what it said when it ends instead. */
  async ready(): Promise<Status> {
    await cameTrue(() => Promise.resolve(this.#ended || this.#status() !== undefined), 120_000)
    const status = this.#status()
    if (!status) throw new Error(readFileSync(this.logFile, 'utf8').slice(-3000))
    return status
  }

  /** A killed start leaves its file behind until the next one gets to it. */
  #status(): Status | undefined {
    if (!existsSync(this.#statusFile)) return undefined
    const status = JSON.parse(readFileSync(this.#statusFile, 'utf8')) as Status
    return this.family().some(({ pid }) => pid === status.pid) ? status : undefined
  }

  /** Everybody alive who descends from this start, also those whose parents have gone. */
  family(): readonly Process[] {
    const alive = processes()
    const { pid: npm } = this.#process
    if (npm !== undefined) this.#seen.set(npm, { pid: npm, role: 'npm' })
    for (let found = true; found; ) {
      found = false
      for (const { pid, parent, command } of alive.values()) {
        if (this.#seen.has(pid) || !this.#seen.has(parent)) continue
        this.#seen.set(pid, { pid, role: roleOf(command) })
        found = true
      }
    }
    return [...this.#seen.values()].filter(({ pid }) => alive.has(pid))
  }

  /** Kills one of the family with -9; false when there is no such member at the moment. */
  kill(role: Process['role']): boolean {
    const victim = this.family().find((one) => one.role === role)
    if (!victim) return false
    process.kill(victim.pid, 'SIGKILL')
    return true
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  /** Resolves when nobody of the family is left; throws who it is otherwise. */
  async gone(): Promise<void> {
    await eventually(
      () => Promise.resolve(this.family()),
      (left) => left.length === 0,
    )
    // It may have ended and not been heard of yet.
    if (!this.#ended) await once(this.#process, 'exit')
  }

  /** Ends whatever is left, in no friendly way. */
  async clear(): Promise<void> {
    for (const { pid } of this.family()) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It went by itself meanwhile.
      }
    }
    await this.gone()
  }

  get #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }
}

/** As in a user's shell: the tests run with this project's Node.js on the path, and with npm's variables. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => !part.includes('node_modules'))
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|NODE_|VITEST|CITYGATE_)/.test(name),
  )
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) }
}

function roleOf(command: string): Process['role'] {
  if (/\/postgres -D /.test(command)) return 'postgres'
  if (/is_ours/.test(command)) return 'watcher'
  if (/boot\.mjs/.test(command)) return 'boot'
  if (/infra\/src\/main\.ts up/.test(command)) return 'program'
  return 'other'
}

interface Seen {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** Everybody on this machine who has not ended. */
function processes(): ReadonlyMap<number, Seen> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return new Map(
    pids.flatMap((name) => {
      try {
        const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')
        if (state === 'Z') return []
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [[Number(name), { pid: Number(name), parent: Number(parent), command }] as const]
      } catch {
        return []
      }
    }),
  )
}
