/** The journal of a node. */
export type { DeadLetter } from './entry.ts'
export { type Files, systemFiles } from './files.ts'
export { type Journal, type JournalOptions, openJournal } from './journal.ts'
export { readJournal } from './show.ts'
export type { Pending } from './stream.ts'
