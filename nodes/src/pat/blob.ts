/** Structures of a fixed size without tags, inside a byte string (structs.json, kind `blob`). */
import type { Bytes } from './bytes.ts'
import { type BodyOf, type Codec, type Fields, readFields, writeFields } from './codec.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

export interface Blob<F extends Fields = Fields> {
  readonly name: string
  readonly size: number
  readonly fields: F
  /** Raises a ProtocolError when there are not exactly `size` bytes. */
  decode(bytes: Bytes): BodyOf<F>
  /** Throws a RangeError for values that do not fit. */
  encode(values: BodyOf<F>): Bytes
}

export function blob<const F extends Fields>(name: string, size: number, fields: F): Blob<F> {
  return {
    name,
    size,
    fields,
    decode: (bytes) => {
      const reader = new Reader(bytes)
      reader.packet = name
      if (bytes.length !== size) reader.fail(`${bytes.length} bytes instead of ${size}`)
      return readFields(reader, fields)
    },
    encode: (values) => {
      const writer = new Writer(size)
      writeFields(writer, fields, values)
      return writer.copy()
    },
  }
}

/** A blob as a field of another. */
export function nested<F extends Fields>(inner: Blob<F>): Codec<BodyOf<F>> {
  return {
    type: inner.name,
    record: inner.fields,
    read: (reader) => readFields(reader, inner.fields),
    write: (writer, values) => writeFields(writer, inner.fields, values),
  }
}

/** Exactly `size` bytes. */
export function fixed(size: number): Codec<Bytes> {
  return {
    type: `${size} bytes`,
    read: (reader) => reader.take(size),
    write: (writer, value) => {
      if (value.length !== size) throw new RangeError(`${value.length} bytes instead of ${size}`)
      writer.raw(value)
    },
  }
}

/** Always `count` of the same. */
export function repeated<T>(count: number, codec: Codec<T>): Codec<readonly T[]> {
  return {
    type: `${count} x ${codec.type}`,
    read: (reader) => Array.from({ length: count }, () => codec.read(reader)),
    write: (writer, values) => {
      if (values.length !== count) throw new RangeError(`${values.length} values instead of ${count}`)
      for (const value of values) codec.write(writer, value)
    },
  }
}
