import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { superuser } from './cluster.ts'

/** Where the database in `folder` listens while somebody runs it; null when nobody seems to. */
export function runningPostgres(folder: string): string | null {
  try {
    // The fourth line is the port.
    const [, , , port = ''] = readFileSync(join(folder, 'cluster', 'postmaster.pid'), 'utf8').split('\n')
    const password = readFileSync(join(folder, 'password'), 'utf8').trim()
    return /^\d+$/.test(port) ? `postgres://${superuser}:${password}@127.0.0.1:${port}/citygate` : null
  } catch {
    return null
  }
}
