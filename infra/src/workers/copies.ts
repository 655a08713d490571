/**
 * A second descriptor for a socket of this process, so that it outlives the thread that listens on it. Node.js closes the
 * descriptor that it moves into a thread, and has no dup(2); but what is sent to another process stays here as well. So a
 * process that lives for a moment sends the sockets back.
 */
import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { moves } from './machine.ts'

interface Handle {
  close(): void
}

/** In words, so that no further file has to lie beside a bundle. It ends when its channel ends. */
const echo = "process.on('message', (index, socket) => process.send(index, socket))"

const withinMs = 20_000

/** Under the same names. Rejects where this machine does not do it. */
export async function copiesOf<N>(
  sockets: readonly (readonly [N, object])[],
): Promise<(readonly [N, Handle])[]> {
  const child = spawn(process.execPath, ['-e', echo], {
    ...{ stdio: ['ignore', 'ignore', 'inherit', 'ipc'], timeout: withinMs, killSignal: 'SIGKILL' },
  })
  const copies = new Map<number, Handle>()
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject)
      child.once('exit', (code) => reject(new Error(`sockets did not come back: exit code ${code}`)))
      child.on('message', (index: number, socket: unknown) => {
        if (!isHandle(socket)) reject(new Error('a socket did not come back'))
        else if (copies.set(index, socket).size === sockets.length) resolve()
      })
      for (const [index, [, socket]] of sockets.entries()) {
        // The types know sockets and servers only; a bare handle goes as well (node:cluster lives by it).
        child.send(index, socket as Socket, { keepOpen: true }, (error) => error && reject(error))
      }
    })
    return sockets.flatMap(([name], index) => {
      const copy = copies.get(index)
      return copy ? [[name, copy] as const] : []
    })
  } catch (error) {
    for (const copy of copies.values()) copy.close()
    throw error
  } finally {
    if (child.connected) child.disconnect()
  }
}

/** Whether a socket here can have a copy, and the copy be moved into a thread. */
export async function canCopy(socket: object): Promise<boolean> {
  try {
    const [copy] = await copiesOf([['', socket]])
    if (copy && moves(copy[1])) return true
    copy?.[1].close()
    return false
  } catch {
    return false
  }
}

const isHandle = (value: unknown): value is Handle =>
  typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function'
