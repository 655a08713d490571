/** The journal of a node. */
export { type Files, systemFiles } from './files.ts'
export { type Journal, openJournal } from './journal.ts'
export { readJournal } from './show.ts'
export type { Pending } from './stream.ts'
