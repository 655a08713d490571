import { type Bytes, noBytes } from './bytes.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** How one field of a payload is read and written. `type` is its name in the packet reference. */
export interface Codec<T> {
  readonly type: string
  /** The field may be missing at the end of the payload. */
  readonly optional?: true
  /** What the records of a list, a block or a blob consist of. */
  readonly record?: Fields
  /** The structure that the field holds. */
  readonly struct?: StructShape
  read(reader: Reader): T
  write(writer: Writer, value: T): void
}

/** What a structure declares, without the types of its values. */
export interface StructShape {
  readonly name: string
  readonly fields: Readonly<Record<string, FieldSpec>>
}

/** One numbered field of a structure: type of item, and for byte strings the most that the client keeps. */
export interface FieldSpec<T extends ItemType = ItemType> {
  readonly id: number
  readonly type: T
  readonly max?: number
}

export type ItemType = 'byte' | 'word' | 'long' | 'longlong' | 'string' | 'binary'

// biome-ignore lint/suspicious/noExplicitAny: a codec is invariant in T; only `any` admits every codec here
export type Fields = Readonly<Record<string, Codec<any>>>

type Value<C> = C extends Codec<infer T> ? T : never
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { optional: true } ? K : never }[keyof F]

/** The values of a set of fields: what a decoder gives and an encoder takes. */
export type BodyOf<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Value<F[K]>
} & { readonly [K in OptionalKeys<F>]?: Value<F[K]> | undefined }

export const u8: Codec<number> = {
  type: 'u8',
  read: (reader) => reader.u8(),
  write: (writer, value) => writer.u8(value),
}

export const u16: Codec<number> = {
  type: 'u16',
  read: (reader) => reader.u16(),
  write: (writer, value) => writer.u16(value),
}

export const u32: Codec<number> = {
  type: 'u32',
  read: (reader) => reader.u32(),
  write: (writer, value) => writer.u32(value),
}

/** u16 byte count, then the bytes; no terminating NUL (wire.md 5). */
export const lp2: Codec<Bytes> = {
  type: 'lp2',
  read: (reader) => reader.take(reader.u16()),
  write: (writer, value) => {
    writer.u16(value.length)
    writer.raw(value)
  },
}

/** u8 count, then that many field numbers (wire.md 7.1). */
export const fieldList: Codec<readonly number[]> = {
  type: 'fieldList',
  read: (reader) => [...reader.take(reader.u8())],
  write: (writer, value) => {
    writer.u8(value.length)
    for (const field of value) writer.u8(field)
  },
}

/** Everything up to the end of the payload, relayed as it is. */
export const rest: Codec<Bytes> = {
  type: 'bytes',
  read: (reader) => reader.rest(),
  write: (writer, value) => writer.raw(value),
}

/** A field that the peer may leave out at the end of the payload. */
export function optional<T>(codec: Codec<T>): Codec<T | undefined> & { readonly optional: true } {
  return {
    type: codec.type,
    optional: true,
    read: (reader) => (reader.remaining === 0 ? undefined : codec.read(reader)),
    write: (writer, value) => {
      if (value !== undefined) codec.write(writer, value)
    },
  }
}

/** A count, then that many records. The count is the list's length, so it cannot tell a lie. */
export function counted<F extends Fields>(count: Codec<number>, record: F): Codec<readonly BodyOf<F>[]> {
  return {
    type: `${count.type} count, records`,
    record,
    read: (reader) => {
      const wanted = count.read(reader)
      if (wanted > reader.remaining)
        reader.fail(`${wanted} records announced, ${reader.remaining} bytes left`)
      const records: BodyOf<F>[] = []
      for (let i = 0; i < wanted; i++) records.push(readFields(reader, record))
      return records
    },
    write: (writer, records) => {
      count.write(writer, records.length)
      for (const values of records) writeFields(writer, record, values)
    },
  }
}

/** Fields behind a u16 with their length in bytes; bytes of the block beyond them are kept in `unknownBlock`. */
export function block<F extends Fields>(inner: F): Codec<BodyOf<F> & { readonly unknownBlock?: Bytes }> {
  return {
    type: 'u16 length, block',
    record: inner,
    read: (reader) => {
      const inside = reader.within(reader.u16())
      const values = readFields(inside, inner)
      return inside.remaining === 0 ? values : { ...values, unknownBlock: inside.rest() }
    },
    write: (writer, values) => {
      const at = writer.length
      writer.u16(0)
      writeFields(writer, inner, values)
      writer.raw(values.unknownBlock ?? noBytes)
      writer.patch16(at, writer.length - at - 2)
    },
  }
}

export function readFields<F extends Fields>(reader: Reader, fields: F): BodyOf<F> {
  const values: Record<string, unknown> = {}
  for (const name in fields) {
    reader.field = name
    values[name] = (fields[name] as Codec<unknown>).read(reader)
  }
  return values as BodyOf<F>
}

export function writeFields<F extends Fields>(writer: Writer, fields: F, values: BodyOf<F>): void {
  for (const name in fields)
    (fields[name] as Codec<unknown>).write(writer, (values as Record<string, unknown>)[name])
}
