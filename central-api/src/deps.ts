/** What an adapter gives to the app: everything that depends on the runtime, and nothing else. */
import type { NodeLoad } from '@citygate/schema/contract'
import type { Context } from 'hono'
import type { Database, Transaction } from './db/database.ts'
import type { Log } from './log.ts'
import type { Times } from './times.ts'

/**
 * How a held call hears that there is news. Topics: `node:<id>` (a letter), `directory` (its version).
 * Where there is no lasting connection there are no wakeups, and central does not hold calls.
 */
export interface Wakeups {
  /** `wake` may also be called without news (after a reconnect). Returns the end of the subscription. */
  subscribe(topics: readonly string[], wake: () => void): () => void
  /** After a commit. Never rejects: who misses it finds the news when his hold ends. */
  publish(topics: readonly string[]): Promise<void>
  /** Wakes those in this process only. */
  wakeHere(topic: string): void
}

/** Strangers by address, nodes by id, and addresses that show keys which nobody has. */
export type LimitKind = 'public' | 'node' | 'wrong-key'

export interface Limits {
  /** Counts one request. Null, or the seconds after which the next will do. */
  take(kind: LimitKind, key: string): Promise<number | null>
  /** The same without counting. */
  blocked(kind: LimitKind, key: string): Promise<number | null>
}

/** New consoles in an hour; of hunters six times as many. 0 is no limit. */
export interface CreationLimits {
  /** Of one entry node that is not the operator's own. */
  readonly perNode: number
  /** From one place. */
  readonly perSource: number
}

/** Of the whole community, as the database has it. Ages in seconds. */
export interface Figures {
  readonly playersOnline: number
  readonly liveLeases: number
  readonly travellers: number
  /** Sessions of the database that wait for a lock now, and for how long. */
  readonly lockWaits: readonly { readonly rows: string; readonly waiting: number; readonly longest: number }[]
  readonly letters: number
  readonly mailLag: number
  readonly nodes: Readonly<Record<string, number>>
  readonly syncAges: readonly { readonly node: string; readonly seconds: number }[]
  /** Of the nodes that live, as each has told it last. */
  readonly loads: readonly { readonly node: string; readonly load: NodeLoad }[]
}

/** What this process counts. */
export interface Metrics {
  /** `route` as in the contract, with its placeholders. */
  request(route: string, status: number, seconds: number): void
  transaction(outcome: 'committed' | 'refused' | 'busy' | 'failed', seconds: number): void
  repeat(): void
  /** A transaction begins (1) or is over (-1): what is under way beyond the connections waits for one. */
  underWay(change: 1 | -1): void
  /** Something that an operator has to look at. */
  alarm(kind: 'node-ahead'): void
  /** In the text format of Prometheus. */
  render(figures: Figures): Promise<string>
}

/** What central met behind a port. */
export type Met =
  | { readonly kind: 'answered'; readonly bytes: Uint8Array }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'tls-refused' }
  /** It speaks a console's TLS; who it is was not asked, for this runtime's own TLS does not. */
  | { readonly kind: 'speaks-tls' }

/** Outgoing connections, as the runtime makes them. Nothing here rejects for what a peer does. */
export interface Dialler {
  /** The addresses of a name, IPv4 first; none where there are none. */
  resolve(name: string): Promise<readonly string[]>
  /**
   * Connects to exactly this address, sends the bytes, and reads until `done` is content with what has arrived, the peer
   * closes, or a few seconds are over. Reads a few kilobytes at most.
   */
  exchange(
    at: { readonly address: string; readonly port: number; readonly tls: boolean },
    bytes: Uint8Array,
    done: (received: Uint8Array) => boolean,
  ): Promise<Met>
}

/** The `Idempotency-Key` of a request. */
export interface Once {
  /** Runs the work of a transaction at most once for the key; what it gives is the answer that is kept, and so the whole answer. */
  run<T>(tx: Transaction, work: () => Promise<T>): Promise<T>
  /** For work of more than one transaction, in the first: throws the answer where there is one. */
  look(tx: Transaction): Promise<void>
}

export interface Deps {
  readonly db: Database
  readonly log: Log
  readonly wakeups?: Wakeups
  /** Aborted when the process is asked to end: held calls end. */
  readonly ending?: AbortSignal
  /** None where the runtime's own limits stand before central. */
  readonly limits?: Limits
  readonly creations?: CreationLimits
  /** Where they are not the usual ones. */
  readonly times?: Times
  /** Whom a request comes from; null for a caller in this process. */
  readonly addressOf?: (context: Context) => string | null
  /** The address itself that a request comes from; null for a caller in this process. */
  readonly sourceOf?: (context: Context) => string | null
  /** None: every node is listed as it says. `private`: addresses inside of a house are dialled as well. */
  readonly dialBack?: { readonly dialler: Dialler; readonly private: boolean } | undefined
  readonly metrics?: Metrics
  /** Statements of `work`, now and later, name the route; where nothing is told they do not. */
  readonly inRoute?: <T>(route: string, work: () => T) => T
  /** Of one request, when it came with an `Idempotency-Key`. */
  readonly once?: Once
}
