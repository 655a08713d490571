import type { Bytes } from '@citygate/nodes/pat'

/**
 * A position notice of the size that the game sends: an extended list of three floats (keys 1 to 3)
 * and three u32 (keys 4 to 6). Source: wire.md 8.3, extras.md 8.6. Servers relay it unread.
 */
export function position(x: number, y: number, z: number): Bytes {
  const entries = 6
  const bytes = new Uint8Array(3 + entries * 6)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, bytes.length - 2)
  view.setUint8(2, entries)
  const write = (index: number, type: number): number => {
    const at = 3 + index * 6
    view.setUint8(at, index + 1)
    view.setUint8(at + 1, type)
    return at + 2
  }
  for (const [index, value] of [x, y, z].entries()) view.setFloat32(write(index, 5), value)
  for (const index of [3, 4, 5]) view.setUint32(write(index, 3), 0)
  return bytes
}
