/**
 * The checksum of zlib, PNG and Ethernet. Node's own is a part of `node:zlib`, which brings its streams along: two
 * mebibytes for one function (docs/decisions/0105-bundles.md).
 */
const polynomial = 0xedb88320

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let rest = index
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1
  return rest
})

/** `before` is the checksum of the bytes in front of these. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let rest = ~before
  for (let at = 0; at < bytes.length; at++) {
    rest = (rest >>> 8) ^ (table[(rest ^ (bytes[at] ?? 0)) & 0xff] ?? 0)
  }
  return ~rest >>> 0
}
