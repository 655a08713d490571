import type { AnyPacket, Body, Bytes } from '../pat/index.ts'
import type { Log } from './ports.ts'

/**
 * A console on the other end, as handlers see it. Everything here returns at once; after the end of
 * the connection it does nothing.
 */
export interface Peer {
  /** Numbers the connections of this process, for logs. */
  readonly id: number
  /** Stands for where the console comes from, and is not its address; null for the node's own network. */
  readonly source?: string | null
  /** False from the moment the connection ends or is being ended. Ask again after an `await`. */
  readonly alive: boolean
  /** Carries the ids of this connection. */
  readonly log: Log
  send<P extends AnyPacket>(packet: P, sequence: number, body: Body<P>): void
  /** A frame that was encoded once for many receivers. To a console that reads too slowly it may be left out. */
  sendFrame(frame: Bytes, worth?: Worth): void
  /** Ends the session with words for the player: NtcShut, then the connection closes (login.md 2.4). */
  shut(text: string): void
  /** Ends the connection without a word, after what was sent has gone out. */
  close(): void
  /** Adds ids, such as the Capcom ID, to every further log line of this connection. */
  identify(ids: Readonly<Record<string, string | number>>): void
}

/** What is left out first when a console reads too slowly: positions, then chat. State never is. */
export type Worth = 'position' | 'chat' | 'state'

/**
 * How a session ended: `left` with ReqShut 1 (online mode is over), `travelling` with another
 * ReqShut (on to the next server), `lost` in every other way.
 */
export type Ending = 'left' | 'travelling' | 'lost'
