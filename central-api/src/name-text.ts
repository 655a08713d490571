/**
 * Names become text here and nowhere else (docs/decisions/0023-names-as-text.md). In the game they stay
 * the bytes that the console sent.
 */

/** ROMJ08 and RMHJ08 (login.md 1.1): the Japanese builds write Shift_JIS. */
const japaneseMedia = new Set(['0903131810', '0906222136'])

/**
 * The text of a name: UTF-8 where the bytes are that, else Shift_JIS from a Japanese build, else
 * windows-1252. Control characters (Postgres stores no NUL) become U+FFFD.
 */
export function nameText(name: Uint8Array, mediaVersion: string): string {
  const text = decodeUtf8(name) ?? decodeLegacy(name, mediaVersion)
  return text.replace(/\p{Cc}/gu, '\ufffd')
}

/** The form in which names are compared and searched: compatibility forms unified, case ignored. */
export function foldName(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC')
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

function decodeLegacy(bytes: Uint8Array, mediaVersion: string): string {
  const encoding = japaneseMedia.has(mediaVersion) ? 'shift_jis' : 'windows-1252'
  return new TextDecoder(encoding).decode(bytes)
}
