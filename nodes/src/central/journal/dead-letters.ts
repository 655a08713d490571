/**
 * What central did not take of a journal: one JSON line each, with the reason. The file is the operator's to read
 * and to move away; nothing here ever deletes from it.
 */
import { join } from 'node:path'
import { DeadLetter } from './entry.ts'
import type { Files } from './files.ts'

const deadLetterFile = 'dead-letters.jsonl'

export interface DeadLetters {
  readonly count: number
  readonly latest: DeadLetter | null
  /** On the disk when it resolves. What is there already is not written again. */
  add(letters: readonly DeadLetter[]): Promise<void>
}

export async function openDeadLetters(files: Files, folder: string): Promise<DeadLetters> {
  const path = join(folder, deadLetterFile)
  const known = await readDeadLetters(files, folder)
  const keys = new Set(known.map(keyOf))
  let latest = known.at(-1) ?? null
  return {
    get count() {
      return keys.size
    },
    get latest() {
      return latest
    },
    async add(letters) {
      const fresh = letters.filter((letter) => !keys.has(keyOf(letter)))
      if (fresh.length === 0) return
      const file = await files.append(path)
      try {
        // In front, a line end: a line that a crash has cut short costs only itself.
        const text = `\n${fresh.map((letter) => JSON.stringify(letter)).join('\n')}\n`
        await file.write(Buffer.from(text, 'utf8'), 0)
        await file.sync()
      } finally {
        await file.close()
      }
      for (const letter of fresh) keys.add(keyOf(letter))
      latest = fresh.at(-1) ?? latest
    },
  }
}

/** Oldest first; lines that are none are passed over. */
export async function readDeadLetters(files: Files, folder: string): Promise<DeadLetter[]> {
  const bytes = await files.read(join(folder, deadLetterFile))
  if (!bytes) return []
  const letters = Buffer.from(bytes).toString('utf8').split('\n').flatMap(parseLine)
  return [...new Map(letters.map((letter) => [keyOf(letter), letter])).values()]
}

function parseLine(line: string): DeadLetter[] {
  if (line === '') return []
  try {
    const letter = DeadLetter.safeParse(JSON.parse(line))
    return letter.success ? [letter.data] : []
  } catch {
    return []
  }
}

const keyOf = ({ stream, number }: DeadLetter) => `${stream} ${number}`
