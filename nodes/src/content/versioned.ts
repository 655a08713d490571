import { createHash } from 'node:crypto'
import type { Bytes } from '../pat/index.ts'
import { noQuest, type Versioned } from './content.ts'

/** Equal bytes have equal versions, today, after a restart and on every node. */
export function versioned(bytes: Bytes): Versioned {
  const hash = createHash('sha256').update(bytes).digest().readUInt32BE()
  return { bytes, version: hash === 0 || hash === noQuest ? 1 : hash }
}

/**
 * What was handed out last, by version, so that a console gets the rest of what it began to read even
 * when the file has changed meanwhile.
 */
export class HandedOut {
  readonly #items = new Map<number, Versioned>()
  readonly #limit: number

  constructor(limit = 128) {
    this.#limit = limit
  }

  /** `current`, or what had the version that the console names. */
  choose(current: Versioned, version: number | undefined): Versioned {
    if (version !== undefined && version !== current.version) return this.#items.get(version) ?? current
    this.#remember(current)
    return current
  }

  #remember(item: Versioned): void {
    if (item.bytes.length === 0 || this.#items.has(item.version)) return
    this.#items.set(item.version, item)
    if (this.#items.size <= this.#limit) return
    for (const oldest of this.#items.keys()) {
      this.#items.delete(oldest)
      return
    }
  }
}
