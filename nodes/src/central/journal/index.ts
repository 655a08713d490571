/** The journal of a node. */
export { readDeadLetters } from './dead-letters.ts'
export type { DeadLetter } from './entry.ts'
export { type Files, systemFiles } from './files.ts'
export { type Journal, type JournalOptions, openJournal } from './journal.ts'
export { readJournalFiles } from './read.ts'
export type { Pending } from './stream.ts'
