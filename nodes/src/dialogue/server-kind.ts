import type { ConnectionData } from '../pat/index.ts'
import type { Routes } from './handlers.ts'
import type { Ending, Peer } from './peer.ts'

/** The environment that a console tells in AnsConnection. */
export type Connection = ReturnType<typeof ConnectionData.of>

/** What becomes of a console that has introduced itself. */
export type Opening<S> =
  /** NtcLogin with this status (login.md 2.2); the session begins. */
  | { readonly status: number; readonly session: S }
  /** No session: the text is shown and the connection ends. */
  | { readonly refused: string }

/** One of the four servers of the game, as a conversation needs to know it. */
export interface ServerKind<S> {
  readonly name: 'opn' | 'lmp' | 'fmp' | 'rfp'
  /**
   * Decides on a console; may ask central. A `Problem` or `CentralUnreachable` that it raises is put
   * into words and refuses the console. When the connection has ended meanwhile, `closed` follows at once.
   */
  open(peer: Peer, connection: Connection): Opening<S> | Promise<Opening<S>>
  readonly routes: Routes<S>
  /**
   * What a refusal that no handler put into words does: `alert` refuses the request and goes on,
   * `shut` ends the session, where the client has no dialog for an Alert (login.md 2.7).
   */
  readonly refusal: 'alert' | 'shut'
  /**
   * Called once for every session, as soon as its end is known and always in a turn of its own,
   * never from inside a handler or a `send`. Handlers of this session may still be waiting then.
   */
  closed(session: S, ending: Ending, peer: Peer): void
}
