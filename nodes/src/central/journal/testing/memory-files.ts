/**
 * A disk in memory that forgets what was not synced when the machine stops, page by page and in any order, and that
 * fails when it is told to.
 */
import type { Files, JournalFile } from '../files.ts'

const pageBytes = 512

interface Kept {
  /** As programs see it. */
  seen: Uint8Array
  /** As it is on the disk. */
  durable: Uint8Array
  /** Of the seen bytes, since the last sync. */
  dirtyPages: Set<number>
}

interface Faults {
  /** No byte more fits. */
  full: boolean
  /** The next fsyncs fail, and what they should have written is lost though later ones succeed. */
  failingSyncs: number
  /** A write of a full disk keeps the bytes that still fitted. */
  partial: boolean
}

export interface MemoryFiles extends Files {
  readonly faults: Faults
  readonly syncs: number
  /** What is on the disk after the machine has stopped: unsynced pages are there or not, as `chance` has it. */
  crash(chance: () => number): MemoryFiles
  /** Spoils one byte that is on the disk. */
  rot(path: string, at: number): void
  names(): string[]
}

export function memoryFiles(start: ReadonlyMap<string, Uint8Array> = new Map()): MemoryFiles {
  const files = new Map<string, Kept>(
    [...start].map(([path, bytes]) => [path, { seen: bytes, durable: bytes, dirtyPages: new Set() }]),
  )
  const faults: Faults = { full: false, failingSyncs: 0, partial: false }
  let syncs = 0

  function handle(kept: Kept, appends: boolean): JournalFile {
    return {
      async write(bytes, place) {
        const at = appends ? kept.seen.length : place
        const fits = faults.full ? (faults.partial ? Math.floor(bytes.length / 2) : 0) : bytes.length
        put(kept, bytes.subarray(0, fits), at)
        if (fits < bytes.length) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      },
      async sync() {
        syncs++
        if (faults.failingSyncs > 0) {
          faults.failingSyncs--
          // As Linux does: the pages count as clean from now on, and are not on the disk.
          kept.dirtyPages.clear()
          throw Object.assign(new Error('i/o error'), { code: 'EIO' })
        }
        kept.durable = merged(kept, () => true)
        kept.dirtyPages.clear()
      },
      close: async () => undefined,
    }
  }

  return {
    faults,
    get syncs() {
      return syncs
    },
    names: () => [...files.keys()],
    makeFolder: async () => undefined,
    list: async (folder) =>
      [...files.keys()]
        .filter((path) => path.startsWith(folder))
        .map((path) => path.slice(folder.length + 1)),
    read: async (path) => files.get(path)?.seen ?? null,
    async create(path) {
      if (faults.full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      const kept: Kept = { seen: new Uint8Array(), durable: new Uint8Array(), dirtyPages: new Set() }
      files.set(path, kept)
      return handle(kept, false)
    },
    async append(path) {
      const kept = files.get(path) ?? {
        seen: new Uint8Array(),
        durable: new Uint8Array(),
        dirtyPages: new Set<number>(),
      }
      files.set(path, kept)
      return handle(kept, true)
    },
    async rename(from, to) {
      const kept = files.get(from)
      if (!kept) throw new Error(`no such file: ${from}`)
      files.delete(from)
      files.set(to, kept)
    },
    async remove(path) {
      files.delete(path)
    },
    crash(chance) {
      const left = [...files].map(([path, kept]) => [path, merged(kept, () => chance() < 0.5)] as const)
      return memoryFiles(new Map(left))
    },
    rot(path, at) {
      const kept = files.get(path)
      if (!kept) throw new Error(`no such file: ${path}`)
      for (const bytes of [kept.seen, kept.durable]) bytes[at] = (bytes[at] ?? 0) ^ 0xff
    },
  }
}

function put(kept: Kept, bytes: Uint8Array, at: number): void {
  const grown = new Uint8Array(Math.max(kept.seen.length, at + bytes.length))
  grown.set(kept.seen)
  grown.set(bytes, at)
  kept.seen = grown
  for (let byte = at; byte < at + bytes.length; byte += 1) kept.dirtyPages.add(Math.floor(byte / pageBytes))
}

/** The length is on the disk as soon as any page beyond it is; pages that are not are zeros. */
function merged(kept: Kept, isWritten: (page: number) => boolean): Uint8Array {
  const pages = [...kept.dirtyPages].filter(isWritten)
  const length = Math.max(
    kept.durable.length,
    ...pages.map((page) => Math.min(kept.seen.length, (page + 1) * pageBytes)),
    0,
  )
  const image = new Uint8Array(length)
  image.set(kept.durable.subarray(0, length))
  for (const page of pages) {
    const from = page * pageBytes
    image.set(kept.seen.subarray(from, Math.min(from + pageBytes, length)), from)
  }
  return image
}
