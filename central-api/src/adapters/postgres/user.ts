/**
 * As whom Postgres runs. It refuses root: there it runs as `nobody`, or, where `nobody` cannot reach
 * the package or the data folder (a home of mode 0700), in a user namespace where we are called `nobody`.
 */
import { spawnSync } from 'node:child_process'
import { lchownSync, lstatSync, readdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'

const nobody = 65_534

export interface RunAs {
  /** Put before the program. */
  readonly prefix: readonly string[]
  readonly options: { readonly uid?: number; readonly gid?: number; readonly cwd: string }
  /** Who owns the data as seen from here; null: whoever we are. */
  readonly owner: number | null
}

const ourselves: RunAs = { prefix: [], options: { cwd: '/' }, owner: null }

/**
 * @param folder exists; Postgres must be able to enter it
 * @throws Error in words when root has no way to run it
 */
export function chooseUser(binaries: Binaries, folder: string): RunAs {
  if (process.platform === 'win32') return { ...ourselves, options: { cwd: folder } }
  const inNamespace: RunAs = {
    prefix: ['unshare', '-U', `--map-user=${nobody}`, `--map-group=${nobody}`, '--'],
    options: { cwd: '/' },
    owner: process.getuid?.() === 0 ? 0 : null,
  }
  if (process.getuid?.() !== 0) {
    return hasName() || !works(inNamespace, binaries, folder) ? ourselves : inNamespace
  }
  const asNobody: RunAs = { prefix: [], options: { uid: nobody, gid: nobody, cwd: '/' }, owner: nobody }
  if (works(asNobody, binaries, folder)) return asNobody
  if (works(inNamespace, binaries, folder)) return inNamespace
  throw new Error(
    `Postgres does not run as root, and no other user may enter ${folder} or its programs: ` +
      'start as a normal user, or move both out of folders that only root may enter',
  )
}

/** `initdb` wants a user of the password file; containers may run under a bare number. */
function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

function works(as: RunAs, binaries: Binaries, folder: string): boolean {
  const try_ = (...words: string[]) => {
    const [program = '', ...args] = [...as.prefix, ...words]
    return spawnSync(program, args, { ...as.options, stdio: 'ignore', timeout: 10_000 }).status === 0
  }
  return try_(binaries.postgres, '--version') && try_('/bin/sh', '-c', 'cd "$0"', folder)
}

/** Gives a file or a whole folder to the user that Postgres runs as. */
export function giveTo(as: RunAs, path: string): void {
  const { owner } = as
  if (owner === null) return
  if (lstatSync(path).isDirectory()) {
    for (const name of readdirSync(path)) giveTo(as, join(path, name))
  }
  lchownSync(path, owner, owner)
}
