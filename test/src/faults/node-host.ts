/** `citygate node` as a process that may be stopped, killed and cut off, and comes back at the same ports. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cameTrue } from '../eventually.ts'
import type { CentralProcess } from './central-process.ts'
import { freePort } from './free-port.ts'
import { Line } from './line.ts'
import { Program } from './program.ts'

interface Place {
  readonly folder: string
  readonly central: CentralProcess
  readonly name: string
  readonly serverId: number
}

const doors = ['opn', 'lmp', 'fmp', 'rfp'] as const

export class NodeHost implements AsyncDisposable {
  /** Between it and central. */
  readonly line: Line
  readonly name: string
  readonly folder: string
  readonly #args: readonly string[]
  readonly #ports: ReadonlyMap<string, number>
  #program: Program

  private constructor(place: Place, line: Line, ports: ReadonlyMap<string, number>, args: readonly string[]) {
    this.line = line
    this.name = place.name
    this.folder = place.folder
    this.#args = args
    this.#ports = ports
    this.#program = this.#spawn()
  }

  static async start(place: Place): Promise<NodeHost> {
    const { folder, central, name, serverId } = place
    await mkdir(folder, { recursive: true })
    const servers = join(folder, 'servers.json')
    await writeFile(servers, JSON.stringify([{ id: serverId, name: `Valor${serverId}`, type: 'open' }]))
    const line = await Line.open(central.port)
    const ports = new Map(await Promise.all(doors.map(async (door) => [door, await freePort()] as const)))
    const flags = {
      ...{ central: `http://127.0.0.1:${line.port}`, enrol: await central.enrolToken(), name },
      ...{ roles: 'entry,world', workers: '1', bind: '127.0.0.1', tls: 'off', 'hello-delay': '0', servers },
      ...{ data: join(folder, 'data'), 'status-file': join(folder, 'status.json'), log: 'json' },
      ...Object.fromEntries([...ports].map(([door, port]) => [`${door}-port`, String(port)])),
    }
    const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
    const host = new NodeHost(place, line, ports, args)
    await host.ready()
    return host
  }

  /** Where consoles begin. */
  get opn(): string {
    return `127.0.0.1:${this.#ports.get('opn')}`
  }

  get said(): string {
    return this.#program.said
  }

  /** Resolves when everything listens. Throws what it said when it ends instead. */
  async ready(): Promise<void> {
    const isThere = () => {
      const file = join(this.folder, 'status.json')
      if (!existsSync(file)) return false
      return readFileSync(file, 'utf8').includes(String(this.#program.pid))
    }
    const listens = await cameTrue(() => Promise.resolve(isThere() || this.#program.hasEnded), 180_000)
    if (!listens || this.#program.hasEnded) throw new Error(`citygate node did not start: ${this.said}`)
  }

  pause(): void {
    this.#program.pause()
  }

  resume(): void {
    this.#program.resume()
  }

  kill(): Promise<void> {
    return this.#program.kill()
  }

  /** At the same ports, with the same data folder. Killed, it waits for central's word first. */
  async startAgain(): Promise<void> {
    await rm(join(this.folder, 'status.json'), { force: true })
    this.#program = this.#spawn()
    await this.ready()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.kill()
    await this.line[Symbol.asyncDispose]()
  }

  #spawn(): Program {
    return new Program('infra/src/main.ts', ['node', ...this.#args])
  }
}
