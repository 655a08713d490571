/**
 * The bytes of a journal file. One frame is one group of records that was made durable together:
 * `CGJ1`, length (u32), CRC-32 (u32) of length and body, body (JSON lines). Pure but for the checksum.
 *
 * A group is written only when the one before it is on the disk. So what a crash can tear is the last frame alone; a
 * damaged frame with a whole one behind it has rotted, and that is told.
 */
import { crc32 } from './crc32.ts'

const magic = Buffer.from('CGJ1', 'latin1')
const headBytes = 12
/** Far above any group; a length beyond it is damage. */
const largestBody = 64 * 1024 * 1024

export function encodeFrame(entries: readonly unknown[]): Uint8Array {
  const body = Buffer.from(entries.map((entry) => JSON.stringify(entry)).join('\n'), 'utf8')
  const frame = Buffer.alloc(headBytes + body.length)
  magic.copy(frame)
  frame.writeUInt32BE(body.length, 4)
  body.copy(frame, headBytes)
  frame.writeUInt32BE(checksum(frame, body), 8)
  return frame
}

function checksum(frame: Buffer, body: Uint8Array): number {
  return crc32(body, crc32(frame.subarray(4, 8)))
}

export interface FramesRead {
  /** Of whole frames, in order. */
  readonly entries: readonly unknown[]
  /** Bytes at the end that are no whole frame: a write that a crash has cut short. */
  readonly tornBytes: number
  /** Bytes before a whole frame that are none. */
  readonly rottenBytes: number
}

export function readFrames(bytes: Uint8Array): FramesRead {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries: unknown[] = []
  let rottenBytes = 0
  let at = 0
  let skipped = 0
  while (at < file.length) {
    const end = frameEnd(file, at)
    if (end === null) {
      const next = file.indexOf(magic, at + 1)
      const to = next === -1 ? file.length : next
      skipped += to - at
      at = to
      continue
    }
    rottenBytes += skipped
    skipped = 0
    entries.push(...parseBody(file.subarray(at + headBytes, end)))
    at = end
  }
  return { entries, tornBytes: skipped, rottenBytes }
}

/** Where the frame that begins here ends; null when none does. */
function frameEnd(file: Buffer, at: number): number | null {
  if (file.length - at < headBytes || file.compare(magic, 0, 4, at, at + 4) !== 0) return null
  const length = file.readUInt32BE(at + 4)
  const end = at + headBytes + length
  if (length > largestBody || end > file.length) return null
  const frame = file.subarray(at, end)
  return checksum(frame, frame.subarray(headBytes)) === frame.readUInt32BE(8) ? end : null
}

function parseBody(body: Buffer): unknown[] {
  if (body.length === 0) return []
  return body
    .toString('utf8')
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}
