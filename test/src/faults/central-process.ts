/** `citygate central` on a real database, as a process that may be killed and comes back at the same port. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createCentral } from '@citygate/nodes/central'
import { createEnrolToken } from '@citygate/schema/contract'
import { cameTrue } from '../eventually.ts'
import { freePort } from './free-port.ts'
import { Program } from './program.ts'

interface Place {
  readonly databaseUrl: string
  readonly folder: string
  readonly name: string
  /** Flags of `citygate central` besides. */
  readonly flags?: readonly string[]
  /** Several processes on one database share the operator's key. */
  readonly operatorKey?: string
}

export class CentralProcess implements AsyncDisposable {
  readonly port: number
  readonly operatorKey: string
  readonly #place: Place
  #program: Program

  private constructor(place: Place, port: number, operatorKey: string) {
    this.#place = place
    this.port = port
    this.operatorKey = operatorKey
    this.#program = this.#spawn()
  }

  static async start(place: Place): Promise<CentralProcess> {
    const key = place.operatorKey ?? `cgo_${randomBytes(24).toString('base64url')}`
    const central = new CentralProcess(place, await freePort(), key)
    await central.ready()
    return central
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get said(): string {
    return this.#program.said
  }

  /** Resolves when it answers. Throws what it said when it ends instead. */
  async ready(): Promise<void> {
    const answers = await cameTrue(async () => this.#program.hasEnded || (await this.#isHealthy()), 120_000)
    if (!answers || this.#program.hasEnded) throw new Error(`citygate central did not start: ${this.said}`)
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

  /** At the same address. */
  async startAgain(): Promise<void> {
    this.#program = this.#spawn()
    await this.ready()
  }

  async enrolToken(): Promise<string> {
    const operator = createCentral({ url: this.url, fetch, key: this.operatorKey })
    const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'] } })
    return token
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.kill()
  }

  async #isHealthy(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/healthz`)
      await response.arrayBuffer()
      return response.ok
    } catch {
      return false
    }
  }

  #spawn(): Program {
    const { databaseUrl, folder, name, flags = [] } = this.#place
    return new Program(
      'infra/src/main.ts',
      [
        ...['central', '--database', databaseUrl, '--http-port', String(this.port)],
        ...['--data', join(folder, name), '--log', 'json', '--dial-back', 'off', ...flags],
      ],
      { CITYGATE_OPERATOR_KEY: this.operatorKey },
    )
  }
}
