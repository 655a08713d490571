import type { SecureContextOptions } from 'node:tls'
import { Conversation } from '../../dialogue/conversation.ts'
import type { Clock, Log } from '../../dialogue/ports.ts'
import type { ServerKind } from '../../dialogue/server-kind.ts'
import type { Timing } from '../../dialogue/timing.ts'
import { type Limits, Listener } from '../listener.ts'

export interface ServerParts<S> {
  readonly kind: ServerKind<S>
  readonly bind: string
  /** 0 takes any free port. */
  readonly port: number
  /** Null for plain TCP. */
  readonly tls: SecureContextOptions | null
  readonly clock: Clock
  readonly log: Log
  readonly timing?: Partial<Timing>
  readonly limits?: Limits
  readonly handshakeMs?: number
}

/** One of the game's servers on a port of its own. */
export function openServer<S>({ kind, clock, log, timing, ...port }: ServerParts<S>): Promise<Listener> {
  return Listener.open({
    ...port,
    log: log.child({ server: kind.name }),
    accept: (line) => new Conversation({ kind, line, clock, log, ...(timing ? { timing } : {}) }),
  })
}
