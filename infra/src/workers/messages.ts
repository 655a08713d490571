/**
 * What a supervisor and a worker say to each other: start, stop and status of a node, and the sockets
 * that an acceptor hands over. Everything about players goes through central, as between any two nodes.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Identity } from '@citygate/nodes/central'
import type { DoorName } from '@citygate/nodes/host'
import type { NodeConfig, NodeJob } from '../hosted-node.ts'
import type { NodeStatus } from '../status-file.ts'

export type ToWorker =
  | {
      readonly type: 'start'
      /** From 1. */
      readonly worker: number
      readonly config: NodeConfig
      readonly job: NodeJob
      readonly identity: Identity
    }
  | { readonly type: 'stop'; readonly hurry: boolean }
  /** The socket comes beside it. `head` in base64: it was greeted, and read that far. */
  | { readonly type: 'socket'; readonly door: DoorName; readonly head?: string }
  /** In place of a socket that cannot be moved any more: its bytes come through the port. */
  | {
      readonly type: 'relay'
      readonly door: DoorName
      readonly port: MessagePort
      readonly address: string
      readonly head: Uint8Array
    }
  /** A bound socket for a door, beside it. */
  | { readonly type: 'shared'; readonly door: DoorName }

export type FromWorker =
  /** The event loop turns. */
  | { readonly type: 'beat'; readonly load: Readonly<Record<DoorName, number>> | null }
  | { readonly type: 'serving'; readonly node: NodeStatus; readonly rootFile: string | null }
  | { readonly type: 'failed'; readonly why: Failure; readonly message: string }
  /** The node had to stop by itself. */
  | { readonly type: 'stopped'; readonly reason: string; readonly words: string }
  | { readonly type: 'armed'; readonly ticketHash: string; readonly serverId: number }
  /** Somebody has sent this process a SIGTERM of its own. */
  | { readonly type: 'asked-to-end' }
  | { readonly type: 'log'; readonly line: string }

/** `settings`: nothing will help but another setting. `unknown-node`: central does not know the identity. */
export type Failure = 'settings' | 'unknown-node' | 'other'

export const beatMs = 500
