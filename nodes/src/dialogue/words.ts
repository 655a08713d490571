/** Every "no" that a player reads for a reason outside of the handlers, in one place and in plain words. */
import { Problem, type ProblemCode } from '@citygate/schema/contract'
import { CentralUnreachable, JournalUnavailable } from '../central/link.ts'

export const words = {
  protocol: 'The server did not understand your console. Please try again.',
  bug: 'Something went wrong on the server. Please try again.',
  silent: 'Nothing was heard from your console for too long. Please log in again.',
  notKept: 'This server cannot keep what you write right now. Please try again in a few minutes.',
  unreachable: 'The community server does not answer right now. Please try again in a few minutes.',
  notOffered: 'This server does not offer that.',
  ticketUnknown: 'Your log-in has ended. Please leave online mode and log in again.',
  noSuchSlot: 'There is no such place for a hunter. Please log in again.',
  noName: 'Your hunter has no name. Please log in again.',
  noServers: 'No game server is open right now. Please try again later.',
  serverGone: 'This game server is not open right now. Please choose another one.',
  serverFull: 'This game server is full. Please choose another one.',
} as const

/** Codes that a player can do something about; the others are faults between servers. */
const problemWords: Partial<Record<ProblemCode, string>> = {
  ticket_unknown: words.ticketUnknown,
  ticket_not_armed: words.ticketUnknown,
  ticket_without_hunter: 'Please leave online mode, log in again and choose a hunter.',
  console_not_found: words.ticketUnknown,
  player_not_found: 'This hunter does not exist any more.',
  server_not_found: words.serverGone,
  server_down: words.serverGone,
  server_full: words.serverFull,
  slot_taken: 'Another hunter has this place. Please log in again.',
  slot_empty: 'There is no hunter in this place. Please log in again.',
  friend_refused: 'This hunter takes no friend requests.',
  friend_list_full: 'There is no room for another friend.',
  request_not_found: 'This friend request does not stand any more.',
  blacklist_full: 'There is no room for another blocked hunter.',
  too_many_new: 'Too many new hunters have come from where you are. Please try again in an hour.',
  fence_lost: 'Your hunter has logged in elsewhere.',
  busy: 'The community server is busy right now. Please try again.',
  not_ready: words.unreachable,
}

/** What to tell the player about an error that is nobody's bug here; undefined for anything else. */
export function wordsFor(error: unknown): string | undefined {
  if (error instanceof CentralUnreachable) return words.unreachable
  if (error instanceof JournalUnavailable) return words.notKept
  // Central’s own words for the player: who banned him says why.
  if (error instanceof Problem && error.code === 'player_banned') return error.message
  if (error instanceof Problem) return problemWords[error.code] ?? words.bug
  return undefined
}

/** The same error for the log: a code, never a message that could quote what was asked. */
export function codeOf(error: unknown): string {
  if (error instanceof Problem) return error.code
  return error instanceof Error ? error.name : 'unknown'
}
