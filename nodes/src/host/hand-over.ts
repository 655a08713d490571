/**
 * Takes an accepted socket out of this process's event loop together with what was read from it.
 *
 * `pause()` leaves the handle reading, and bytes that arrive between the last `data` and the sending of
 * the handle would be dropped (tried: every second connection hung). So reading is stopped at the
 * handle itself, in the same turn in which the last chunk came. That is a part of Node.js without
 * documentation: whether it is there is looked at before anything relies on it.
 */
import type { Socket } from 'node:net'

interface Handle {
  readStop(): number
}

function handleOf(socket: Socket): Handle | null {
  const handle = '_handle' in socket ? socket._handle : null
  const known = typeof handle === 'object' && handle !== null && 'readStop' in handle
  return known && typeof handle.readStop === 'function' ? (handle as Handle) : null
}

/** Whether a socket of this Node.js can be stopped so that no byte is lost. */
export const canStopReading = (socket: Socket): boolean => handleOf(socket) !== null

/**
 * From now on every further byte stays in the system. Gives what this process has read and not used.
 * To be called in the turn of the last `data` event. Throws where this Node.js cannot do it.
 */
export function stopReading(socket: Socket): Buffer {
  const handle = handleOf(socket)
  if (!handle) throw new Error('this Node.js does not show the handle of a socket')
  handle.readStop()
  socket.pause()
  const parts: Buffer[] = []
  for (let part: Buffer | null = socket.read(); part !== null; part = socket.read()) parts.push(part)
  return Buffer.concat(parts)
}
