import { accessSync, constants, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError } from './config.ts'
import { reasonOf } from './trouble.ts'

/** What a running citygate tells scripts (surface.md); parts that a process does not have are left out. */
export interface Status {
  readonly pid: number
  readonly http?: string
  readonly nodes?: readonly NodeStatus[]
}

export interface NodeStatus {
  readonly id: string
  readonly name: string
  readonly pid: number
  readonly roles: readonly ('entry' | 'world')[]
  readonly servers: readonly number[]
  readonly opn?: string
  readonly lmp?: string
  readonly fmp?: string
  readonly rfp?: string
}

/** Where a running citygate tells of itself in its data folder. */
export const runningFile = (folder: string): string => join(folder, 'running.json')

/** What the citygate that runs on this data folder says of itself; null where none runs. */
export function readRunning(folder: string): Status | null {
  try {
    const status = JSON.parse(readFileSync(runningFile(folder), 'utf8')) as Status
    // Left behind by a killed one; signal 0 only asks whether the process is there.
    process.kill(status.pid, 0)
    return status
  } catch {
    return null
  }
}

/** Takes away what a killed start left behind. Throws a ConfigError when the file could not be written later. */
export function clearStatusFile(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK)
    rmSync(file, { force: true })
  } catch (error) {
    throw new ConfigError(`status-file: ${file} cannot be written: ${reasonOf(error)}`)
  }
}

/** Whoever reads the file sees all of it or none. Gives the function that removes it. */
export function writeStatusFile(file: string, status: Status): () => void {
  const unfinished = `${file}.${process.pid}.tmp`
  writeFileSync(unfinished, `${JSON.stringify(status, null, 2)}\n`)
  renameSync(unfinished, file)
  return () => rmSync(file, { force: true })
}
