import { renameSync, rmSync, writeFileSync } from 'node:fs'

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

/** Whoever reads the file sees all of it or none. Gives the function that removes it. */
export function writeStatusFile(file: string, status: Status): () => void {
  const unfinished = `${file}.${process.pid}.tmp`
  writeFileSync(unfinished, `${JSON.stringify(status, null, 2)}\n`)
  renameSync(unfinished, file)
  return () => rmSync(file, { force: true })
}
