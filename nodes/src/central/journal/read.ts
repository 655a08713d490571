/** What the files of a journal hold, for the node that goes on with it and for whoever looks into it. */
import { join } from 'node:path'
import { Entry, type Head, type Written } from './entry.ts'
import type { Files } from './files.ts'
import { readFrames } from './frames.ts'

/** The stream stands in the name too: two starts never write to one file, whatever became of their folder. */
const fileName = /^journal-(\d{6,})-[0-9a-f-]{36}\.log$/

export const pathOf = (folder: string, index: number, stream: string) =>
  join(folder, `journal-${String(index).padStart(6, '0')}-${stream}.log`)

export interface FileRead {
  readonly index: number
  readonly path: string
  readonly head: Head
  /** Without those that are settled. */
  readonly records: readonly Written[]
  readonly tornBytes: number
  readonly rottenBytes: number
  /** Entries that this release cannot read. */
  readonly unread: number
  readonly bytes: Uint8Array
}

/** A file without a head never held a record that counted: it is passed over, and its place is used again. */
export async function readJournalFiles(files: Files, folder: string): Promise<FileRead[]> {
  const names = (await files.list(folder))
    .flatMap((name) => ({ name, index: fileName.exec(name)?.[1] }))
    .filter(({ index }) => index !== undefined)
    .sort((a, b) => Number(a.index) - Number(b.index))
  const found: FileRead[] = []
  for (const { name, index: digits } of names) {
    const [path, index] = [join(folder, name), Number(digits)]
    const bytes = await files.read(path)
    const read = bytes && parse(bytes)
    if (bytes && read) found.push({ index, path, bytes, ...read })
  }
  return found
}

function parse(bytes: Uint8Array) {
  const { entries, tornBytes, rottenBytes } = readFrames(bytes)
  let head: Head | null = null
  let settled = 0
  let unread = 0
  const byNumber = new Map<number, Written>()
  for (const raw of entries) {
    const { data: entry } = Entry.safeParse(raw)
    if (!entry) unread++
    else if (entry.kind === 'journal') head = entry
    else if (entry.kind === 'settled') settled = Math.max(settled, entry.upTo)
    else byNumber.set(entry.number, entry)
  }
  if (!head) return null
  const records = [...byNumber.values()]
    .filter(({ number }) => number > settled)
    .sort((a, b) => a.number - b.number)
  return { head, records, tornBytes, rottenBytes, unread }
}
