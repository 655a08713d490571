/** What a run tells its clients, what they write down, and how a number travels in a hunter's settings. */
import { createHash } from 'node:crypto'
import type { NodeCall, Outcome, PlayerCall } from './history.ts'

export interface ClientOrders {
  readonly client: string
  readonly seed: number
  /** Rises with every start of the same client. */
  readonly run: number
  readonly url: string
  readonly key: string
  readonly operatorKey: string
  readonly nodeId: string
  readonly hunters: readonly { readonly capcomId: string; readonly consoleId: string }[]
  readonly servers: readonly { readonly serverId: number; readonly nodeId: string }[]
  /** Where it writes down what it asks and is answered. */
  readonly file: string
  /** No other client, and no other run of this one, writes numbers from here on. */
  readonly firstValue: number
  readonly actors: number
  /** Of each actor, at most. */
  readonly operations: number
  /** How long it waits for an answer. */
  readonly patienceMs: number
  /** Between two operations, on average. */
  readonly pauseMs: number
}

export interface Line {
  readonly id: number
  readonly run: number
  readonly key: string
  readonly call: PlayerCall | NodeCall
  readonly at: number
  /** In the second line of a call only. */
  readonly outcome?: Outcome
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const at = 100

/** 256 bytes of settings in base64 that carry a number. */
export function settingsWith(value: number): string {
  const bytes = Buffer.alloc(256)
  bytes.writeUInt16BE(1 + (value % 999), 0)
  bytes[5] = 7
  bytes.writeUInt32BE(value, at)
  return bytes.toString('base64')
}

/** 0 where nothing was written yet. */
export function numberOf(settings: string | null): number {
  return settings === null ? 0 : Buffer.from(settings, 'base64').readUInt32BE(at)
}
