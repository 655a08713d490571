/** The content files as read: the operator's own in front of those that the project brings. */
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bytes, equalBytes } from '../pat/index.ts'
import type { Language } from './content.ts'
import { ContentProblem } from './problem.ts'
import { Source } from './source.ts'

/** By path inside the content folder, with `/`. What could not be read is a problem for whoever wants it. */
export type Files = ReadonlyMap<string, Bytes | ContentProblem>

/** Far beyond every limit of the game. */
const largestFile = 0x10000

/** Content files stand in the folder itself and in `quests`; anything else there is none of ours. */
const folders = ['', 'quests/']
const endings = /\.(txt|toml|json|bin)$/

/** Every file of a content folder; a folder that is not there is empty. */
export async function readFiles(folder: string): Promise<Files> {
  const files = new Map<string, Bytes | ContentProblem>()
  for (const inside of folders) {
    for (const entry of await list(join(folder, inside))) {
      if (entry.isDirectory() || !endings.test(entry.name) || entry.name.startsWith('.')) continue
      const found = await read(join(folder, inside, entry.name), inside + entry.name)
      if (found) files.set(inside + entry.name, found)
    }
  }
  return files
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

/** Null for a file that has gone since the folder was listed. */
async function read(path: string, name: string): Promise<Bytes | ContentProblem | null> {
  try {
    const { size } = await stat(path)
    if (size > largestFile) return new ContentProblem(name, `${size} bytes, at most ${largestFile} are read`)
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if (isGone(error)) return null
    return new ContentProblem(name, `cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** Names of the files that differ. */
export function changes(before: Files, after: Files): string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => !same(before.get(name), after.get(name)))
}

function same(a: Bytes | ContentProblem | undefined, b: Bytes | ContentProblem | undefined): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return equalBytes(a, b)
  return a instanceof ContentProblem && b instanceof ContentProblem && a.message === b.message
}

export class Shelf {
  readonly #layers: readonly { readonly files: Files; readonly label: string }[]

  constructor(own: Files, defaults: Files) {
    this.#layers = [
      { files: own, label: '' },
      { files: defaults, label: 'defaults/' },
    ]
  }

  /**
   * The file for a language: `terms.fr.txt`, else `terms.txt`; the operator's before the project's own.
   * Null when there is neither. Throws the ContentProblem of a file that could not be read.
   */
  find(file: string, language: Language): Source | null {
    const translated = file.replace(/\.\w+$/, `.${language}$&`)
    const japanese = language === 'ja'
    for (const { files, label } of this.#layers) {
      for (const name of [translated, file]) {
        const found = files.get(name)
        if (found instanceof ContentProblem) throw found
        if (found) return new Source(label + name, found, japanese, japanese && name === file)
      }
    }
    return null
  }
}
