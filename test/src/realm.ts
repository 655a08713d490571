/** A whole realm for a test: the central API on a real database, and nodes with real sockets. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Central, startCentral } from '@citygate/central-api/node'
import { createCentral, enrol, type Identity } from '@citygate/nodes/central'
import { type NodeOptions, type RunningNode, silentLog, startNode } from '@citygate/nodes/host'
import { createEnrolToken } from '@citygate/schema/contract'

export interface RealmOptions {
  /** `postgres://…`: an empty database, or one that a realm has used before. */
  readonly databaseUrl: string
  /** Each with both roles; 1 unless told. */
  readonly nodes?: number
  /** TLS on OPN; off unless told. */
  readonly tls?: boolean
  /** Milliseconds before a server's first packet; 0 unless told. */
  readonly helloDelayMs?: number
  /** Where all of it writes; nowhere unless told. */
  readonly log?: NodeOptions['log']
}

export class Realm implements AsyncDisposable {
  readonly #options: RealmOptions
  readonly #folder: string
  readonly #identities: Identity[] = []
  #central: Central | undefined
  #nodes: RunningNode[] = []

  private constructor(options: RealmOptions, folder: string) {
    this.#options = options
    this.#folder = folder
  }

  static async start(options: RealmOptions): Promise<Realm> {
    const realm = new Realm(options, await mkdtemp(join(tmpdir(), 'citygate realm ')))
    await realm.start()
    return realm
  }

  get central(): Central {
    if (!this.#central) throw new Error('this realm is not running')
    return this.#central
  }

  get nodes(): readonly RunningNode[] {
    return this.#nodes
  }

  /** OPN of the first node, as `host:port`. */
  get opn(): string {
    const opn = this.#nodes[0]?.opn
    if (!opn) throw new Error('this realm has no entry node')
    return opn
  }

  /** Starts again what {@link stop} has stopped, on the same database and data folders. */
  async start(): Promise<void> {
    this.#central = await startCentral({
      databaseUrl: this.#options.databaseUrl,
      host: '127.0.0.1',
      port: 0,
      dataFolder: this.#folder,
      log: this.#options.log ?? silentLog,
    })
    for (let index = 0; index < (this.#options.nodes ?? 1); index++) await this.#startNode(index)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.splice(0).map((node) => node.close()))
    await this.#central?.close()
    this.#central = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** A public route's answer. Throws where it is not a success. */
  async get<T>(path: string): Promise<T> {
    const response = await fetch(this.central.url + path)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  async #startNode(index: number): Promise<void> {
    const { tls = false, helloDelayMs = 0 } = this.#options
    const { url } = this.central
    const folder = join(this.#folder, `node-${index}`)
    const identity = this.#identities[index] ?? (await this.#enrol(`node-${index}`, folder))
    this.#identities[index] = identity
    this.#nodes.push(
      await startNode({
        central: { url, fetch },
        identity,
        roles: ['entry', 'world'],
        bind: '127.0.0.1',
        advertise: '127.0.0.1',
        ports: { opn: 0, lmp: 0, fmp: 0, rfp: 0 },
        tls: tls ? { folder } : 'off',
        helloDelayMs,
        contentFolder: join(import.meta.dirname, '../../nodes/content'),
        home: folder,
        servers: 'default',
        log: this.#options.log ?? silentLog,
      }),
    )
  }

  async #enrol(name: string, folder: string): Promise<Identity> {
    const { url, operatorKey } = this.central
    const operator = createCentral({ url, fetch, key: operatorKey })
    const { token } = await operator.call(createEnrolToken, {
      body: { roles: ['entry', 'world'], uses: 1, ttlSeconds: 60 },
    })
    return enrol(createCentral({ url, fetch, key: token }).call, name, folder)
  }
}
