/** A look into a journal's folder, for people: nothing is changed. */
import { readDeadLetters } from './dead-letters.ts'
import type { DeadLetter, Written } from './entry.ts'
import { systemFiles } from './files.ts'
import { readJournalFiles } from './read.ts'

export interface JournalShown {
  /** Records that wait for central, in order. A running node may be ahead of its files by a second. */
  readonly waiting: readonly Omit<Written, 'kind'>[]
  /** Oldest first. */
  readonly deadLetters: readonly DeadLetter[]
  /** Files that are not whole. */
  readonly damaged: readonly string[]
}

export async function readJournal(folder: string): Promise<JournalShown> {
  const files = await readJournalFiles(systemFiles, folder)
  return {
    waiting: files.flatMap(({ records }) => records.map(({ kind: _kind, ...record }) => record)),
    deadLetters: await readDeadLetters(systemFiles, folder),
    damaged: files.filter(({ rottenBytes, unread }) => rottenBytes > 0 || unread > 0).map(({ path }) => path),
  }
}
