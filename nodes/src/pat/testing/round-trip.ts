import type { Bytes } from '../bytes.ts'
import type { Frame } from '../frame.ts'
import { encodeFrame, type Side } from '../packet.ts'
import { decodeFrame } from '../registry.ts'

/** Decodes a frame and encodes what came out. Throws for an id that nobody knows. */
export function roundTrip(frame: Frame, side: Side): Bytes {
  const decoded = decodeFrame(frame, side)
  if (!decoded) throw new RangeError(`unknown packet 0x${frame.id.toString(16)} from the ${side}`)
  return encodeFrame(decoded.spec, frame.sequence, decoded.body)
}
