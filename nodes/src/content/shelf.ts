/** The content files as read: the operator's own in front of those that the project brings. */
import type { Dirent } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bytes, equalBytes } from '../pat/index.ts'
import type { Language } from './content.ts'
import { Source } from './source.ts'

/** By path inside the content folder, with `/`. */
export type Files = ReadonlyMap<string, Bytes>

/** Content files stand in the folder itself and in `quests`; anything else there is none of ours. */
const folders = ['', 'quests/']
const endings = /\.(txt|toml|json|bin)$/

/** Every file of a content folder; a folder that is not there is empty. */
export async function readFiles(folder: string): Promise<Files> {
  const files = new Map<string, Bytes>()
  for (const inside of folders) {
    for (const entry of await list(join(folder, inside))) {
      if (entry.isDirectory() || !endings.test(entry.name) || entry.name.startsWith('.')) continue
      const bytes = await readFile(join(folder, inside, entry.name)).catch(goneMeanwhile)
      if (bytes) files.set(inside + entry.name, new Uint8Array(bytes))
    }
  }
  return files
}

async function list(folder: string): Promise<Dirent[]> {
  return (await readdir(folder, { withFileTypes: true }).catch(goneMeanwhile)) ?? []
}

function goneMeanwhile(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
  throw error
}

/** Names of the files that differ. */
export function changes(before: Files, after: Files): string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => {
    const [old, now] = [before.get(name), after.get(name)]
    return !old || !now || !equalBytes(old, now)
  })
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
   * Null when there is neither.
   */
  find(file: string, language: Language): Source | null {
    const translated = file.replace(/\.\w+$/, `.${language}$&`)
    const japanese = language === 'ja'
    for (const { files, label } of this.#layers) {
      for (const name of [translated, file]) {
        const bytes = files.get(name)
        if (bytes) return new Source(label + name, bytes, japanese, japanese && name === file)
      }
    }
    return null
  }
}
