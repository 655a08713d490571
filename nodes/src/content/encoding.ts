/**
 * From the operator's UTF-8 to the bytes that a console shows. Western builds measure a character as
 * one to three bytes of UTF-8 (extras.md 8.9), the Japanese build reads Shift-JIS.
 */
import { type Bytes, plainText } from '../pat/index.ts'
import type { Language } from './content.ts'

export type Encode = (text: string) => Bytes

/** UTF-8 with one kind of line end and no control characters; what takes four bytes becomes `?`. */
export const western: Encode = (text) => plainText(text, Number.POSITIVE_INFINITY)

/** Shift-JIS; a character that it does not have becomes `?`. */
export const japanese: Encode = (text) => {
  const bytes: number[] = []
  for (const character of new TextDecoder().decode(western(text))) {
    const code = character.charCodeAt(0)
    const pair = code < 0x80 ? code : (shiftJis().get(character) ?? 0x3f)
    if (pair > 0xff) bytes.push(pair >> 8)
    bytes.push(pair & 0xff)
  }
  return Uint8Array.from(bytes)
}

export function encodeFor(language: Language): Encode {
  return language === 'ja' ? japanese : western
}

let table: ReadonlyMap<string, number> | undefined

/** Code of each character, made by decoding all there are: the platform has a decoder, but no encoder. */
function shiftJis(): ReadonlyMap<string, number> {
  if (table) return table
  const decoder = new TextDecoder('shift_jis')
  const codes = new Map<string, number>()
  const add = (code: number, ...bytes: number[]) => {
    const character = decoder.decode(Uint8Array.from(bytes))
    if (character.length === 1 && character !== '\ufffd' && !codes.has(character)) codes.set(character, code)
  }
  for (let kana = 0xa1; kana <= 0xdf; kana++) add(kana, kana)
  for (let lead = 0x81; lead <= 0xfc; lead++) {
    if (lead >= 0xa0 && lead < 0xe0) continue
    for (let trail = 0x40; trail <= 0xfc; trail++) add(lead * 256 + trail, lead, trail)
  }
  table = codes
  return table
}

/** The longest beginning of `text` that takes at most `limit` bytes, cut at a character. */
export function cut(text: string, limit: number, encode: Encode): Bytes {
  let bytes = encode(text)
  let characters = Array.from(text)
  while (bytes.length > limit) {
    characters = characters.slice(0, Math.min(characters.length - 1, limit))
    bytes = encode(characters.join(''))
  }
  return bytes
}
