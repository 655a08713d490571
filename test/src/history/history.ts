/**
 * What clients saw of central, as they saw it: one record for each call, with the moments before it was sent and
 * after its answer came, by the machine's monotonic clock, which all its processes share.
 */

/** Of one hunter: who claimed, wrote, used, released and saw him. `value` is the number that a write put into his settings. */
export type PlayerCall =
  | {
      readonly kind: 'claim'
      readonly node: string
      readonly epoch: number
      /** Names this one call. */
      readonly attempt: string
    }
  | {
      readonly kind: 'write'
      readonly node: string
      readonly epoch: number
      readonly fence: number
      readonly value: number
    }
  | { readonly kind: 'release'; readonly node: string; readonly epoch: number; readonly fence: number }
  /** Something that only the live holder may do, and that changes nothing. */
  | { readonly kind: 'use'; readonly node: string; readonly epoch: number; readonly fence: number }
  | { readonly kind: 'read' }
  /** The public answer: is he online, and on whose game server? */
  | { readonly kind: 'see' }

/** Of one node: its starts, and the syncs that renew its lease. */
export type NodeCall = { readonly kind: 'register' } | { readonly kind: 'renew'; readonly epoch: number }

export type Answer =
  | { readonly kind: 'claimed'; readonly fence: number; readonly value: number }
  | { readonly kind: 'record'; readonly version: number; readonly value: number }
  /** The node on whose game server he is; null when he is offline. */
  | { readonly kind: 'seen'; readonly node: string | null }
  | { readonly kind: 'registered'; readonly epoch: number }
  | { readonly kind: 'done' }

/** `unknown`: no answer came, so that it may have been done, at any time since, or not. */
export type Outcome =
  | { readonly is: 'done'; readonly answer: Answer }
  | { readonly is: 'refused'; readonly code: string }
  | { readonly is: 'unknown' }

export interface Operation<C> {
  /** Of whom or of what: a Capcom ID or a node's id. */
  readonly key: string
  readonly client: string
  readonly call: C
  /** Milliseconds of the monotonic clock. */
  readonly start: number
  /** Infinity where no answer came. */
  readonly end: number
  readonly outcome: Outcome
}

/** Every accepted write of a hunter in its order, as central keeps them beside him. */
export interface Kept {
  readonly version: number
  readonly value: number
}

/** Every claim that was done, in its order, as the database notes it beside the lease. */
export interface Granted {
  readonly attempt: string
  readonly fence: number
}

export interface History {
  readonly players: readonly Operation<PlayerCall>[]
  readonly nodes: readonly Operation<NodeCall>[]
  readonly kept: ReadonlyMap<string, readonly Kept[]>
  readonly granted: ReadonlyMap<string, readonly Granted[]>
  /** How long a node's lease lives after a renewal, in milliseconds. */
  readonly leaseMs: number
}
