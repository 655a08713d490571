import { type Bytes, ProtocolError } from '@citygate/nodes/pat'

/** What the client asks for at most in one request (login.md 3.1, 7.2). */
const largestSlice = 0x2000

interface Slice {
  readonly offset: number
  readonly bytes: Bytes
}

/** Fetches `size` bytes in slices, as the game does: a slice out of order or an empty one is an error. */
export async function fetchSlices(
  size: number,
  fetch: (offset: number, wanted: number) => Promise<Slice>,
): Promise<Bytes> {
  const whole = new Uint8Array(size)
  let offset = 0
  while (offset < size) {
    const slice = await fetch(offset, Math.min(largestSlice, size - offset))
    const { length } = slice.bytes
    if (slice.offset !== offset) throw new ProtocolError('slice', `${slice.offset} came for ${offset}`)
    if (length === 0 || length > size - offset)
      throw new ProtocolError('slice', `${length} bytes at ${offset} of ${size}`)
    whole.set(slice.bytes, offset)
    offset += length
  }
  return whole
}
