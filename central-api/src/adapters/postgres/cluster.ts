/** The folder of a database: made once, with a password of its own. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { cleanEnvironment } from './environment.ts'
import { giveTo, type RunAs } from './user.ts'

export const superuser = 'citygate'

export interface Cluster {
  /** What Postgres calls its data directory. */
  readonly data: string
  readonly password: string
}

/**
 * Opens the database folder, or makes it. A power cut in the middle of making leaves only a folder
 * of another name, which the next start throws away.
 */
export function openCluster(binaries: Binaries, as: RunAs, folder: string): Cluster {
  const data = join(folder, 'cluster')
  const passwordFile = join(folder, 'password')
  if (!existsSync(data)) makeCluster(binaries, as, folder, data, passwordFile)
  if (as.owner !== null && statSync(data).uid !== as.owner) giveTo(as, data)
  return { data, password: readFileSync(passwordFile, 'utf8').trim() }
}

function makeCluster(binaries: Binaries, as: RunAs, folder: string, data: string, passwordFile: string) {
  const unfinished = `${data}.unfinished`
  const passwordForInit = join(folder, 'password.init')
  rmSync(unfinished, { recursive: true, force: true })
  rmSync(passwordForInit, { force: true })
  const password = randomBytes(24).toString('hex')
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  writeFileSync(passwordForInit, `${password}\n`, { mode: 0o600 })
  giveTo(as, passwordForInit)
  mkdirSync(unfinished, { mode: 0o700 })
  giveTo(as, unfinished)
  const [program = '', ...args] = [
    ...as.prefix,
    binaries.initdb,
    ...['-D', unfinished, '-U', superuser, '--auth=scram-sha-256', `--pwfile=${passwordForInit}`],
    ...['--encoding=UTF8', ...locale(), '--no-instructions'],
  ]
  const { status, stderr, error } = spawnSync(program, args, {
    ...as.options,
    env: cleanEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  rmSync(passwordForInit, { force: true })
  if (status !== 0) {
    throw new Error(`the database folder ${data} could not be made: ${(error?.message ?? stderr).trim()}`)
  }
  renameSync(unfinished, data)
}

/** `C` alone would make the search blind to everything but ASCII. */
function locale(): readonly string[] {
  if (process.platform === 'linux') return ['--locale=C.UTF-8']
  return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
}
