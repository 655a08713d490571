import type { Bytes } from '../pat/index.ts'

const encoder = new TextEncoder()

/** Text of an operator as the western client measures it, UTF-8, cut between characters at `most` bytes (extras.md 8.9). */
export function encodeText(text: string, most: number): Bytes {
  const bytes = new Uint8Array(most)
  return bytes.subarray(0, encoder.encodeInto(text, bytes).written)
}
