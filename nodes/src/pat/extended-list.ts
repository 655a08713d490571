/**
 * The second kind of item list, with type numbers of its own, inside position and binary notifications
 * (wire.md 8.3). Servers relay it as it is; this is for logs, tests and simulated consoles.
 *
 * The layout is a guess of the sources. Positions carry floats under the keys 1 to 3 and u32 under 4 to 6
 * (extras.md 8.6).
 */
import { type Bytes, noBytes } from './bytes.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

const types = {
  u8: 1,
  u16: 2,
  u32: 3,
  u64: 4,
  float32: 5,
  float64: 6,
  int32: 7,
  string: 8,
  binary: 9,
} as const

type Values = {
  u8: number
  u16: number
  u32: number
  u64: bigint
  float32: number
  float64: number
  int32: number
  string: Bytes
  binary: Bytes
}

/** A key, and a value of its type. */
export type ExtendedEntry = {
  readonly [T in keyof Values]: { readonly key: number; readonly type: T; readonly value: Values[T] }
}[keyof Values]

export interface ExtendedList {
  readonly entries: readonly ExtendedEntry[]
  /** What the u16 in front says; the number of bytes behind it, it seems. Left out, it is that number. */
  readonly size?: number
  /** Bytes behind the entries. */
  readonly trailing?: Bytes
}

/** Raises a ProtocolError. A float that is not a number may not keep its bits. */
export function decodeExtendedList(bytes: Bytes): ExtendedList {
  const reader = new Reader(bytes)
  reader.packet = 'ExtendedList'
  const size = reader.u16()
  const count = reader.u8()
  const entries: ExtendedEntry[] = []
  for (let i = 0; i < count; i++) entries.push(readEntry(reader))
  const trailing = reader.rest()
  return trailing.length === 0 ? { size, entries } : { size, entries, trailing }
}

/** Throws a RangeError for values that do not fit. */
export function encodeExtendedList({ entries, size, trailing = noBytes }: ExtendedList): Bytes {
  const writer = new Writer()
  writer.u16(size ?? 0)
  writer.u8(entries.length)
  for (const entry of entries) writeEntry(writer, entry)
  writer.raw(trailing)
  if (size === undefined) writer.patch16(0, writer.length - 2)
  return writer.copy()
}

function readEntry(reader: Reader): ExtendedEntry {
  const key = reader.u8()
  const type = reader.u8()
  switch (type) {
    case types.u8:
      return { key, type: 'u8', value: reader.u8() }
    case types.u16:
      return { key, type: 'u16', value: reader.u16() }
    case types.u32:
      return { key, type: 'u32', value: reader.u32() }
    case types.u64:
      return { key, type: 'u64', value: reader.u64() }
    case types.float32:
      return { key, type: 'float32', value: view(reader.take(4)).getFloat32(0) }
    case types.float64:
      return { key, type: 'float64', value: view(reader.take(8)).getFloat64(0) }
    case types.int32:
      return { key, type: 'int32', value: reader.u32() | 0 }
    case types.string:
      return { key, type: 'string', value: reader.take(reader.u16()) }
    case types.binary:
      return { key, type: 'binary', value: reader.take(reader.u16()) }
    default:
      return reader.fail(`entry ${key} has the unknown type ${type}`)
  }
}

function writeEntry(writer: Writer, { key, type, value }: ExtendedEntry): void {
  writer.u8(key)
  writer.u8(types[type])
  if (type === 'u8') writer.u8(value)
  else if (type === 'u16') writer.u16(value)
  else if (type === 'u32') writer.u32(value)
  else if (type === 'u64') writer.u64(value)
  else if (type === 'int32') writer.u32(value >>> 0)
  else if (type === 'float32') writer.raw(bytesOfFloat(4, (float) => float.setFloat32(0, value)))
  else if (type === 'float64') writer.raw(bytesOfFloat(8, (float) => float.setFloat64(0, value)))
  else {
    writer.u16(value.length)
    writer.raw(value)
  }
}

function bytesOfFloat(size: number, set: (float: DataView) => void): Bytes {
  const bytes = new Uint8Array(size)
  set(view(bytes))
  return bytes
}

function view(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
