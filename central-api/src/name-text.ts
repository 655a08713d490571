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

/** As text and folded: under '' for most consoles, and under the media version of one that reads it otherwise. */
export function readingsOf(name: Uint8Array): Record<string, { text: string; folded: string }> {
  const read = (mediaVersion: string) => {
    const text = nameText(name, mediaVersion)
    return [mediaVersion, { text, folded: foldName(text) }] as const
  }
  const usual = read('')
  const others = [...japaneseMedia].map(read).filter(([, { text }]) => text !== usual[1].text)
  return Object.fromEntries([usual, ...others])
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

const longestName = 31

/**
 * The bytes of a name as the hunter's console reads it: Shift_JIS for a Japanese build, else UTF-8. Null
 * when it cannot be written so in 1 to 31 bytes, or would not be read as the same name again.
 */
export function nameBytes(text: string, mediaVersion: string): Uint8Array | null {
  const bytes = japaneseMedia.has(mediaVersion) ? encodeShiftJis(text) : new TextEncoder().encode(text)
  if (!bytes || bytes.length < 1 || bytes.length > longestName) return null
  return nameText(bytes, mediaVersion) === text ? bytes : null
}

/** The web's encoder writes UTF-8 only: this is its decoder, turned round. Made at the first use. */
let shiftJis: ReadonlyMap<string, readonly number[]> | undefined

function encodeShiftJis(text: string): Uint8Array | null {
  shiftJis ??= turnedRound('shift_jis')
  const bytes: number[] = []
  for (const character of text) {
    const code = shiftJis.get(character)
    if (!code) return null
    bytes.push(...code)
  }
  return Uint8Array.from(bytes)
}

/** Of two codes for one character the first one is taken. */
function turnedRound(encoding: 'shift_jis'): Map<string, readonly number[]> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  const codes = new Map<string, readonly number[]>()
  const learn = (...code: number[]) => {
    try {
      const character = decoder.decode(Uint8Array.from(code))
      if ([...character].length === 1 && !codes.has(character)) codes.set(character, code)
    } catch {
      // No character has this code.
    }
  }
  for (let byte = 0x20; byte < 0x100; byte++) learn(byte)
  for (let lead = 0x81; lead <= 0xfc; lead++) {
    for (let trail = 0x40; trail <= 0xfc; trail++) learn(lead, trail)
  }
  return codes
}
