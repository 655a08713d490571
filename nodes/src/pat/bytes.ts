/**
 * Strings of the protocol are bytes: names, chat, ids and tickets are kept and relayed as they came
 * (wire.md 5). Only texts of our own making and identifiers that are ASCII by definition (Capcom
 * IDs, addresses) pass through the functions below.
 */
export type Bytes = Uint8Array

export const noBytes: Bytes = new Uint8Array(0)

/** Bytes of an ASCII text. A character outside ASCII is a programming error and throws a RangeError. */
export function ascii(text: string): Bytes {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) throw new RangeError(`not ASCII: ${JSON.stringify(text)}`)
    bytes[i] = code
  }
  return bytes
}

/** One character per byte (Latin-1): for identifiers, map keys and logs, never for display. */
export function latin1(bytes: Bytes): string {
  if (bytes.length <= 64) return String.fromCharCode(...bytes)
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

export function equalBytes(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export function hex(bytes: Bytes): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** Reads an even-length hex text; throws a RangeError on anything else. */
export function fromHex(text: string): Bytes {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) throw new RangeError('not hex')
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}
