/** Streams and their pieces, for tests and the fuzzer. */
import type { Bytes } from '../bytes.ts'

export function concat(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The stream in pieces of the given sizes, and the rest of it; a size of 0 is an empty piece. */
export function cut(stream: Bytes, sizes: readonly number[]): Bytes[] {
  const pieces: Bytes[] = []
  let at = 0
  for (const size of sizes) {
    if (at >= stream.length) break
    pieces.push(stream.subarray(at, at + size))
    at += size
  }
  pieces.push(stream.subarray(at))
  return pieces
}
