/**
 * What the handlers of a node see of the central API. Behind it stands the one consistency policy;
 * nobody else knows whether an answer came from central or from this node's own memory.
 *
 * Every method that returns a promise rejects with a `Problem` whose code its endpoint lists, with
 * `CentralUnreachable` when central gave no answer in time, or with `JournalUnavailable`.
 */
import type { Directory, ServerAssignment } from '@citygate/schema/contract'
import type { Bytes } from '../pat/index.ts'
import type { Acquaintances } from './social.ts'

export interface Slot {
  /** 1 to 6. */
  readonly slot: number
  readonly capcomId: string
  readonly name: Bytes
}

/** A ticket (16 random bytes, made here) that central knows, and the log-in that it is of. */
export interface Issued {
  readonly ticket: Bytes
  readonly login: string
}

export interface ConsoleRecord {
  readonly consoleId: string
  readonly supportCode: string
  readonly created: boolean
  /** Used slots only. */
  readonly slots: readonly Slot[]
  /** Begins a log-in; null where central has made none. */
  readonly issued: Issued | null
}

export interface ChosenHunter extends Slot {
  readonly created: boolean
  /** Of the log-in that was named; null where central has made none. */
  readonly issued: Issued | null
}

export interface LoginRecord {
  readonly login: string
  readonly consoleId: string
  /** Null until a hunter has been chosen. */
  readonly capcomId: string | null
  readonly slots: readonly Slot[]
}

export interface Target {
  readonly serverId: number
  readonly host: string
  readonly port: number
}

/** A player that this node holds, from the claim to the release or the loss. */
export interface Hold {
  readonly capcomId: string
  readonly name: Bytes
  readonly fence: number
  /** The game server that the player chose. */
  readonly serverId: number
  /** 256 bytes as shown last; null before the first time. */
  readonly settings: Bytes | null
}

export interface Claimed {
  readonly hold: Hold
  /** As of the claim; null where central has not told. */
  readonly acquaintances: Acquaintances | null
}

export interface Whereabouts {
  readonly serverId: number
  readonly gate: number | null
  readonly city: number | null
  readonly inQuest: boolean
  readonly leader: boolean
  /** What he publishes for searches, as `number:value`; of a leader also what his city does. */
  readonly fields?: readonly string[]
  readonly cityFields?: readonly string[]
}

/** For entry servers. A node without the `entry` role is refused by central. */
export interface EntryLink {
  /** As of the last sync, with this node's own servers as populated now, and travellers where they go; never waits. */
  readonly directory: Directory
  /** `source`: where the console comes from, for limits on what is created. */
  identifyConsole(
    supportCode: string | null,
    mediaVersion: string,
    source?: string | null,
  ): Promise<ConsoleRecord>
  chooseHunter(
    consoleId: string,
    slot: number,
    name: Bytes | null,
    create: boolean,
    login: string | null,
    source?: string | null,
  ): Promise<ChosenHunter>
  /** Makes a ticket of a log-in; `login` null starts one. */
  issueTicket(login: string | null, consoleId: string, capcomId: string | null): Promise<Issued>
  readTicket(ticket: Bytes): Promise<LoginRecord>
  armTicket(ticket: Bytes, serverId: number): Promise<Target>
  /** Ends a log-in that has not reached a game server, with all its tickets. */
  endTicket(ticket: Bytes): Promise<void>
}

/**
 * A hold has been lost to a newer claim, here or on another node. `words`: an operator has ended the session, and says so to
 * the player. `over`: this start of the node is over, and with it all that it held.
 */
export type LossListener = (hold: Hold, words?: string, over?: boolean) => void

/** For game servers. */
export interface WorldLink {
  /** As of the last sync, with this node's own servers as populated now, and travellers where they go; never waits. */
  readonly directory: Directory
  /** The game servers that this node carries in this epoch. */
  readonly servers: readonly ServerAssignment[]
  /**
   * Rejects also with `fence_lost`, when the player was taken over elsewhere before the answer came. A connection
   * that ended meanwhile has to release what it gets.
   */
  claim(ticket: Bytes): Promise<Hold>
  /** A server change of a held player. */
  arm(hold: Hold, serverId: number): Promise<Target>
  /** Tells where a held player stands; sent with the next sync. Never waits. */
  present(hold: Hold, at: Whereabouts): void
  /** The settings that a held player shows now (256 bytes). Resolves when they are kept; rejected, they are not. */
  settings(hold: Hold, settings: Bytes): Promise<void>
  /** Ends a hold. Never waits; a second call for the same hold does nothing. */
  release(hold: Hold, reason: 'left' | 'travelling' | 'lost'): void
  onLost(listener: LossListener): void
  /** An operator says something to all players here, or to those of one game server. */
  onAnnounce(listener: (text: string, serverId: number | null) => void): void
}

/** What a player wrote could not be kept on this node: its disk is full or fails, or too much waits for central. */
export class JournalUnavailable extends Error {
  override readonly name = 'JournalUnavailable'
}

/** Central gave no answer: it is down, unreachable or too slow. */
export class CentralUnreachable extends Error {
  override readonly name = 'CentralUnreachable'
}
