/** Errors of the system in words, for refusals that name a setting. */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { ConfigError } from './config.ts'

const words: Readonly<Record<string, string>> = {
  EEXIST: 'a file is in its place',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'a folder is in its place',
  ENOENT: 'there is no such folder',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'nothing can be written there, it is read-only',
  ENOSPC: 'the disk is full',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'there is no such address',
  EAI_AGAIN: 'the name cannot be looked up',
}

/** What the system says, in words where we have some. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code !== undefined && words[code]) return words[code]
  return error instanceof Error ? error.message : String(error)
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Makes the folder that the setting `key` names when it is not there. Throws a ConfigError when it cannot be used. */
export function makeFolder(key: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new ConfigError(`${key}: ${folder} cannot be used: ${reasonOf(error)}`)
  }
}
