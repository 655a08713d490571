/** Values for every declared packet, made from its declaration alone. For tests and the fuzzer. */
import fc from 'fast-check'
import type { Codec, Fields, StructShape } from '../codec.ts'
import { Items, type Struct } from '../items.ts'
import type { AnyPacket, Body } from '../packet.ts'

const u8 = fc.nat(0xff)
const u16 = fc.nat(0xffff)
const u32 = fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff))
const bytes = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 24 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 600 }) },
)
const someBytes = fc.uint8Array({ minLength: 1, maxLength: 20 })
const maybeU32 = fc.option(u32, { nil: undefined })
const few = { maxLength: 5 }

const item = {
  byte: { tag: 1, value: u8 },
  word: { tag: 2, value: u16 },
  long: { tag: 3, value: u32 },
  longlong: { tag: 4, value: fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }) },
  string: { tag: 5, value: bytes },
  binary: { tag: 6, value: bytes },
} as const
const dummy = { tag: 0xff, value: u8 }

/** Declared fields with their type, and any number with any type, in any order, some of them twice. */
function itemsOf(shape: StructShape): fc.Arbitrary<Items<Struct['fields']>> {
  const declared = Object.values(shape.fields).map(({ id, type }) =>
    fc.record({
      id: fc.constant(id),
      tag: fc.constant(item[type].tag),
      value: item[type].value as fc.Arbitrary<number>,
    }),
  )
  const unknown = [...Object.values(item), dummy].map(({ tag, value }) =>
    fc.record({ id: u8, tag: fc.constant(tag), value: value as fc.Arbitrary<number> }),
  )
  return fc
    .array(fc.oneof(...declared, ...declared, ...unknown), { maxLength: 12 })
    .map((list) => new Items(shape as Struct, list))
}

const simple: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  u8,
  u16,
  u32,
  lp2: bytes,
  bytes,
  fieldList: fc.array(u8, { maxLength: 20 }),
  optionalFields: fc.array(fc.record({ id: u8, value: maybeU32 }), few),
  optionalFieldRequests: fc.array(fc.record({ id: u8, unknown2: u8 }), few),
  detailedOptionalFields: fc.record({
    circleFlag: u32,
    list: fc.array(fc.record({ id: u8, operator: u8, value: maybeU32 }), few),
  }),
}

function valuesOf(codec: Codec<unknown>): fc.Arbitrary<unknown> {
  if (codec.struct) return itemsOf(codec.struct)
  if (codec.record) {
    const record = fieldsOf(codec.record)
    if (codec.type === 'u16 length, block') return fc.oneof(record, withBytes(record, 'unknownBlock'))
    return fc.array(record, few)
  }
  const found = simple[codec.type]
  if (!found) throw new RangeError(`no values for a field of type ${codec.type}`)
  return found
}

function fieldsOf(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(Object.entries(fields).map(([name, codec]) => [name, valuesOf(codec)])))
}

function withBytes(record: fc.Arbitrary<Record<string, unknown>>, name: string): typeof record {
  return fc.tuple(record, someBytes).map(([values, extra]) => ({ ...values, [name]: extra }))
}

/** Bodies with every field, with optional fields left out, and, where the layout ends, with bytes beyond it. */
export function bodyOf(spec: AnyPacket): fc.Arbitrary<Body<AnyPacket>> {
  const codecs: [string, Codec<unknown>][] = Object.entries(spec.fields)
  const whole = fieldsOf(spec.fields)
  const kinds = [whole]
  const left = codecs.filter(([, codec]) => codec.optional).map(([name]) => name)
  if (left.length > 0) {
    kinds.push(
      whole.map((body) => Object.fromEntries(Object.entries(body).filter(([name]) => !left.includes(name)))),
    )
  }
  if (!codecs.some(([, codec]) => codec.type === 'bytes')) kinds.push(withBytes(whole, 'trailing'))
  return fc.oneof(...kinds) as fc.Arbitrary<Body<AnyPacket>>
}
