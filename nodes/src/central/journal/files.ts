/** The little of a file system that the journal needs, so that a full disk and a failing fsync can be tried. */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'

export interface JournalFile {
  /** Writes all of it at the place, or rejects. */
  write(bytes: Uint8Array, at: number): Promise<void>
  /** Resolves when what was written is on the disk (fdatasync). */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface Files {
  makeFolder(path: string): Promise<void>
  list(folder: string): Promise<readonly string[]>
  /** Null when there is no such file. */
  read(path: string): Promise<Uint8Array | null>
  /** For writing; an empty one is made. Readable by its owner alone. */
  create(path: string): Promise<JournalFile>
  /** For writing behind what is there; made when it is not. */
  append(path: string): Promise<JournalFile>
  /** Atomic, and on the disk when it resolves. */
  rename(from: string, to: string, folder: string): Promise<void>
  remove(path: string): Promise<void>
}

export const systemFiles: Files = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true })
  },
  list: (folder) => readdir(folder),
  async read(path) {
    try {
      return await readFile(path)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
  },
  create: async (path) => fileOf(await open(path, 'w', 0o600)),
  append: async (path) => fileOf(await open(path, 'a', 0o600)),
  async rename(from, to, folder) {
    await rename(from, to)
    await syncFolder(folder)
  },
  remove: (path) => rm(path, { force: true }),
}

function fileOf(handle: FileHandle): JournalFile {
  return {
    async write(bytes, at) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done)
        done += bytesWritten
      }
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
}

/** A new name is on the disk only when its folder is; Windows cannot open one, and needs it not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
