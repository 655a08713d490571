/**
 * SHA-256 without waiting. The web's own answers from another thread, which for a few bytes takes ten times as long as the
 * work, and on a busy machine more than a search. For checks of what is public only: it does not hide its time.
 */
const constants = new Uint32Array(64)
const start = new Uint32Array(8)

/** The first bits of the fractions of the primes' cube roots, and of the first eight's square roots. */
for (let n = 2, found = 0; found < 64; n++) {
  let prime = true
  for (let by = 2; by * by <= n; by++) prime &&= n % by !== 0
  if (!prime) continue
  if (found < 8) start[found] = Math.trunc((Math.sqrt(n) % 1) * 2 ** 32)
  constants[found++] = Math.trunc((Math.cbrt(n) % 1) * 2 ** 32)
}

const words = new Uint32Array(64)
const encoder = new TextEncoder()

const turned = (word: number, by: number) => (word >>> by) | (word << (32 - by))

/** SHA-256 of a text, in lower-case hex. */
export function sha256AtOnce(text: string): string {
  const bytes = encoder.encode(text)
  const padded = new DataView(new ArrayBuffer(((bytes.length + 8) >> 6) * 64 + 64))
  new Uint8Array(padded.buffer).set(bytes)
  padded.setUint8(bytes.length, 0x80)
  padded.setBigUint64(padded.byteLength - 8, BigInt(bytes.length) * 8n)
  const state = start.slice()
  for (let block = 0; block < padded.byteLength; block += 64) mix(state, padded, block)
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('')
}

/** FIPS 180-4, 6.2.2. */
function mix(state: Uint32Array, from: DataView, at: number): void {
  for (let i = 0; i < 16; i++) words[i] = from.getUint32(at + i * 4)
  const word = (i: number) => words[i] ?? 0
  for (let i = 16; i < 64; i++) {
    const [before, last] = [word(i - 15), word(i - 2)]
    const low = turned(before, 7) ^ turned(before, 18) ^ (before >>> 3)
    const high = turned(last, 17) ^ turned(last, 19) ^ (last >>> 10)
    words[i] = word(i - 16) + low + word(i - 7) + high
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let i = 0; i < 64; i++) {
    const chosen = (e & f) ^ (~e & g)
    const one =
      (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + chosen + (constants[i] ?? 0) + word(i)) | 0
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + value
}
