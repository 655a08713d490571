/**
 * The two numbers by which clients tell players apart in relayed binaries (UserSearchInfo 0x0f and
 * 0x10): a fixed function of the Capcom ID, so that every node gives the same (gap 12).
 */
import type { Bytes } from '../pat/index.ts'

/** Neither is 0, and the low 16 bits of `first` are not 0: they are the base of the peer id (extras.md 8.6). */
export function uniqueIds(capcomId: Bytes): { readonly first: number; readonly second: number } {
  const first = fnv1a(capcomId, 0x811c9dc5)
  return {
    first: (first & 0xffff) === 0 ? (first | 1) >>> 0 : first,
    second: fnv1a(capcomId, 0x01234567) || 1,
  }
}

/** FNV-1a with a basis of choice, then mixed so that low bits depend on every character. */
function fnv1a(bytes: Bytes, basis: number): number {
  let hash = basis
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  hash ^= hash >>> 13
  return hash >>> 0
}
