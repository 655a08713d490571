/**
 * Tagged structures (wire.md 6 and 7): a count, then numbered and typed items in any order.
 *
 * A decoded structure is the list of its items as they stood on the wire, unknown and repeated ones
 * included, so that writing it again gives the same bytes.
 */
import type { Bytes } from './bytes.ts'
import type { Codec, FieldSpec, ItemType, StructShape } from './codec.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** Type tags of wire.md 6. Tag 0 and 7 are never sent; 0xff only by the dummy of wire.md 7.3. */
const tags = { byte: 1, word: 2, long: 3, longlong: 4, string: 5, binary: 6 } as const satisfies Record<
  ItemType,
  number
>
const dummyTag = 0xff

type ItemValue<T extends ItemType> = T extends 'longlong'
  ? bigint
  : T extends 'string' | 'binary'
    ? Bytes
    : number

export type StructFields = Readonly<Record<string, FieldSpec>>

export type StructValues<F extends StructFields> = {
  readonly [K in keyof F]?: ItemValue<F[K]['type']> | undefined
}

interface Item {
  readonly id: number
  readonly tag: number
  readonly value: number | bigint | Bytes
}

export interface Struct<F extends StructFields = StructFields> extends StructShape {
  readonly fields: F
  /** A structure with these fields, written in the order in which the object names them. */
  of(values: StructValues<F>): Items<F>
}

/** The items of one structure. Immutable: {@link Items.with} and {@link Items.pick} give a new one. */
export class Items<F extends StructFields> {
  readonly struct: Struct<F>
  readonly items: readonly Item[]

  constructor(declared: Struct<F>, list: readonly Item[]) {
    this.struct = declared
    this.items = list
  }

  /** The field's value; undefined when it is absent or came with another type. The last of two wins (wire.md 7). */
  get<K extends keyof F & string>(name: K): ItemValue<F[K]['type']> | undefined {
    const spec = this.struct.fields[name] as FieldSpec
    for (let i = this.items.length - 1; i >= 0; i--) {
      const item = this.items[i] as Item
      if (item.id === spec.id)
        return item.tag === tags[spec.type] ? (item.value as ItemValue<F[K]['type']>) : undefined
    }
    return undefined
  }

  /** Replaces fields where they stand and appends those that are absent, in the order named. */
  with(values: StructValues<F>): Items<F> {
    const items = [...this.items]
    for (const item of itemsOf(this.struct, values)) {
      const at = items.findLastIndex((present) => present.id === item.id)
      if (at < 0) items.push(item)
      else items[at] = item
    }
    return new Items(this.struct, items)
  }

  /** Only the fields that a peer asked for, in their own order (wire.md 7.1). */
  pick(wanted: readonly number[]): Items<F> {
    return new Items(
      this.struct,
      this.items.filter((item) => wanted.includes(item.id)),
    )
  }
}

function itemsOf<F extends StructFields>(struct: Struct<F>, values: StructValues<F>): Item[] {
  const items: Item[] = []
  for (const name in values) {
    const value = values[name]
    const spec = struct.fields[name]
    if (!spec) throw new RangeError(`${struct.name} has no field ${name}`)
    if (value === undefined) continue
    if (spec.max !== undefined && (value as Bytes).length > spec.max)
      throw new RangeError(`${struct.name}.${name} over ${spec.max} bytes`)
    items.push({ id: spec.id, tag: tags[spec.type], value: value as Item['value'] })
  }
  return items
}

export function struct<const F extends StructFields>(name: string, fields: F): Struct<F> {
  const declared: Struct<F> = {
    name,
    fields,
    of: (values) => new Items(declared, itemsOf(declared, values)),
  }
  return declared
}

function readItem(reader: Reader): Item {
  const id = reader.u8()
  const tag = reader.u8()
  switch (tag) {
    case tags.byte:
      return { id, tag, value: reader.u8() }
    case tags.word:
      return { id, tag, value: reader.u16() }
    case tags.long:
      return { id, tag, value: reader.u32() }
    case tags.longlong:
      return { id, tag, value: reader.u64() }
    case tags.string:
    case tags.binary:
      return { id, tag, value: reader.take(reader.u16()) }
    case dummyTag:
      return { id, tag, value: reader.u8() }
    default:
      return reader.fail(`item ${id} has the unknown type ${tag}`)
  }
}

function writeItem(writer: Writer, { id, tag, value }: Item): void {
  writer.u8(id)
  writer.u8(tag)
  if (typeof value === 'bigint') writer.u64(value)
  else if (typeof value !== 'number') {
    writer.u16(value.length)
    writer.raw(value)
  } else if (tag === tags.long) writer.u32(value)
  else if (tag === tags.word) writer.u16(value)
  else writer.u8(value)
}

/** A structure as a field of a payload. */
export function items<F extends StructFields>(declared: Struct<F>): Codec<Items<F>> {
  return {
    type: `items:${declared.name}`,
    struct: declared,
    read: (reader) => {
      const count = reader.u8()
      // Every item takes three bytes or more, so a count that lies is told before memory is taken for it.
      if (3 * count > reader.remaining)
        reader.fail(`${count} items announced, ${reader.remaining} bytes left`)
      const list = new Array<Item>(count)
      for (let i = 0; i < count; i++) list[i] = readItem(reader)
      return new Items(declared, list)
    },
    write: (writer, value) => {
      writer.u8(value.items.length)
      for (const item of value.items) writeItem(writer, item)
    },
  }
}

/** A structure alone, for keeping it or sending it another way. */
export function encodeItems<F extends StructFields>(value: Items<F>): Bytes {
  const writer = new Writer()
  items(value.struct).write(writer, value)
  return writer.copy()
}

/** Reads what {@link encodeItems} gave; raises a ProtocolError for anything else. */
export function decodeItems<F extends StructFields>(declared: Struct<F>, bytes: Bytes): Items<F> {
  const reader = new Reader(bytes)
  reader.packet = declared.name
  const value = items(declared).read(reader)
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes too many`)
  return value
}
