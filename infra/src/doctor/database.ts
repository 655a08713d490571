/** Can central's database be used? */
import { existsSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { connect } from '@citygate/central-api/database'
import { reasonOf } from '../trouble.ts'
import { type Line, note, trouble, well } from './line.ts'
import type { Patient } from './patient.ts'

const leastFree = 500 * 1024 * 1024

export async function lookAtDatabase({ config, hasCentral, folder, running }: Patient): Promise<Line[]> {
  if (!hasCentral) return [well('database', 'is central’s; this host needs none')]
  if (config.database !== undefined) return [await lookAtOwn(config.database)]
  const free = freeBytes(folder)
  if (free !== null && free < leastFree) {
    return [
      trouble(
        'database',
        `only ${Math.floor(free / 1024 / 1024)} MiB are free on its disk`,
        `make room where ${folder} lies`,
      ),
    ]
  }
  if (running) return [well('database', 'the embedded one, which runs with this host')]
  if (existsSync(join(folder, 'database', 'data')) || existsSync(join(folder, 'database'))) {
    return [well('database', `the embedded one, in ${join(folder, 'database')}; it starts with this host`)]
  }
  return [note('database', 'the embedded one will be made at the first start')]
}

/** The URL holds a password: only host and name are told. */
async function lookAtOwn(url: string): Promise<Line> {
  const { host, pathname } = new URL(url)
  const { client } = connect(url, 1)
  try {
    await client`select 1`
    return well('database', `${host}${pathname} answers`)
  } catch (error) {
    return trouble(
      'database',
      `${host}${pathname} cannot be used: ${reasonOf(error)}`,
      'start it, or correct --database',
    )
  } finally {
    await client.end({ timeout: 1 }).catch(() => {})
  }
}

function freeBytes(folder: string): number | null {
  let there = folder
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there)
  try {
    const { bavail, bsize } = statfsSync(there)
    return bavail * bsize
  } catch {
    return null
  }
}
