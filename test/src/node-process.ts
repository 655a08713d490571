/** `citygate node` as a host starts it: a process of its own that knows central by its URL alone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cameTrue } from './eventually.ts'

export interface NodeProcessOptions {
  /** Data, servers and status file go there. */
  readonly folder: string
  readonly central: string
  readonly enrolToken: string
  readonly name: string
  /** Both, unless told. */
  readonly roles?: readonly ('entry' | 'world')[]
  readonly servers: readonly { readonly id?: number; readonly name: string; readonly type: string }[]
  /** Further ones, as on a command line. */
  readonly flags?: readonly string[]
}

interface Status {
  readonly nodes: readonly { readonly pid: number; readonly opn?: string }[]
}

const root = join(import.meta.dirname, '../..')

export class NodeProcess implements AsyncDisposable {
  /** Where consoles begin, as `host:port`; empty without the role `entry`. */
  readonly opn: string
  readonly pid: number
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, { nodes: [node] }: Status) {
    if (!node) throw new Error('the status file names no node')
    this.#process = process
    this.opn = node.opn ?? ''
    this.pid = node.pid
  }

  /** Resolves when everything listens. Throws what the process said when it ends instead. */
  static async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const { folder, central, enrolToken, name, roles = ['entry', 'world'] } = options
    await mkdir(folder, { recursive: true })
    const at = (file: string) => join(folder, file)
    const world = roles.includes('world')
    if (world) await writeFile(at('servers.json'), JSON.stringify(options.servers))
    const flags = {
      ...{ central, enrol: enrolToken, roles: roles.join(','), name, bind: '127.0.0.1', tls: 'off' },
      ...{ 'hello-delay': '0', 'opn-port': '0', 'lmp-port': '0', 'fmp-port': '0', 'rfp-port': '0' },
      ...{ data: at('data'), 'status-file': at('status.json') },
      ...(world ? { servers: at('servers.json') } : {}),
    }
    const child = spawn(
      process.execPath,
      [
        join(root, 'boot.mjs'),
        'infra/src/main.ts',
        'node',
        ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
        ...(options.flags ?? []),
      ],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let said = ''
    const keep = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-4000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    await cameTrue(async () => existsSync(at('status.json')) || child.exitCode !== null, 150_000)
    if (!existsSync(at('status.json'))) {
      child.kill('SIGKILL')
      throw new Error(`citygate node did not start: ${said}`)
    }
    return new NodeProcess(child, JSON.parse(readFileSync(at('status.json'), 'utf8')) as Status)
  }

  /** The pipes of its output close when the last process that holds them is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { stdout } = this.#process
    this.#process.kill('SIGTERM')
    if (stdout && !stdout.closed) await once(this.#process, 'close')
  }
}
