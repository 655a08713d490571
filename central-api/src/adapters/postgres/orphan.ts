/** A Postgres that outlived its parent (a `kill -9` of everything else) is stopped before the next start. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../log.ts'
import type { Binaries } from './binaries.ts'
import { cleanEnvironment } from './environment.ts'
import type { RunAs } from './user.ts'

export function stopOrphan(binaries: Binaries, as: RunAs, data: string, log: Log): void {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0])
  if (!isPostgres(pid)) {
    // Left by a power cut or a killed container; by now the number may be anybody's.
    rmSync(file, { force: true })
    return
  }
  log.info({ pid }, 'stopping a database that outlived its parent')
  const [program = '', ...args] = [
    ...as.prefix,
    binaries.pgCtl,
    ...['stop', '-D', data, '-m', 'fast', '-w', '-t', '30'],
  ]
  spawnSync(program, args, { ...as.options, env: cleanEnvironment(), stdio: 'ignore' })
}

function isPostgres(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')
    } catch {
      return false
    }
  }
  if (process.platform === 'win32') return true
  return spawnSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' }).stdout.includes('postgres')
}
