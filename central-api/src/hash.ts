/** Hashes and secrets, the same in every runtime: with the web's own cryptography, but for what cannot wait for it. */
import { sha256 as digestOf } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { toBase64 } from './base64.ts'

/** SHA-256 of a text, in lower-case hex. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * The same without waiting. The web's own answers from another thread, which for a few bytes takes ten times as long as the
 * work, and on a busy machine more than a search. For checks of what is public only: it does not hide its time.
 */
export const sha256AtOnce = (text: string): string => bytesToHex(digestOf(utf8ToBytes(text)))

/** A bearer token: the prefix (its kind, for secret scanners) and 32 random bytes in base64url. */
export function drawToken(prefix: 'cgo_' | 'cge_'): string {
  const random = toBase64(crypto.getRandomValues(new Uint8Array(32)))
  return prefix + random.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** `length` characters `0-9A-Z`, each equally likely, from the cryptographic generator. */
export function drawCode(length: number): string {
  let code = ''
  while (code.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(2 * length))) {
      // 252 = 7 × 36: a byte above would make the first letters likelier.
      if (byte < 252 && code.length < length) code += alphabet.charAt(byte % alphabet.length)
    }
  }
  return code
}
