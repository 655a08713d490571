/**
 * One process per data folder. The lock is a listening local socket, which the system takes away
 * with its process, so that a `kill -9` leaves nothing behind.
 */
import { createHash } from 'node:crypto'
import { realpathSync, rmSync, statSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from './config.ts'
import { makeFolder } from './trouble.ts'

/** Makes the folder and takes its lock; throws a ConfigError when another process has it or it cannot be used. */
export async function lockFolder(folder: string): Promise<{ readonly path: string; release(): void }> {
  makeFolder('data', folder)
  const path = realpathSync(folder)
  const name = socketName(path)
  const server = (await listen(name)) ?? ((await isStale(name)) ? await listen(name) : undefined)
  if (!server)
    throw new ConfigError(`data: ${path} is in use by another citygate. Stop it, or name another folder`)
  server.unref()
  return { path, release: () => server.close() }
}

/**
 * Linux has socket names without files and Windows has pipes; elsewhere a file may be left over. Containers on
 * one network share the names and may each have a folder of the same path: the folder itself is in the name.
 */
function socketName(path: string): string {
  const { dev, ino } = statSync(path)
  const hash = createHash('sha256').update(`${path} ${dev} ${ino}`).digest('hex').slice(0, 32)
  if (process.platform === 'linux') return `\0citygate-${hash}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\citygate-${hash}`
  return join(tmpdir(), `citygate-${hash}.sock`)
}

function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(name, () => resolve(server))
  })
}

function isStale(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name)
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => {
      if (!name.startsWith('\0')) rmSync(name, { force: true })
      resolve(true)
    })
  })
}
