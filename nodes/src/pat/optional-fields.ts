/** The lists of numbered u32 values that follow structures or stand alone (wire.md 7.2, 8.1, 8.2). */
import type { Codec } from './codec.ts'

/** `value` is undefined where the peer sent the number without a value. */
export interface OptionalField {
  readonly id: number
  readonly value?: number | undefined
}

function flag(reader: { u8(): number; fail(reason: string): never }): boolean {
  const value = reader.u8()
  if (value > 1) reader.fail(`flag ${value} is neither 0 nor 1`)
  return value === 1
}

/** u8 count, then per entry u8 id, u8 hasValue, [u32 value]. */
export const optionalFields: Codec<readonly OptionalField[]> = {
  type: 'optionalFields',
  read: (reader) => {
    const count = reader.u8()
    const list: OptionalField[] = []
    for (let i = 0; i < count; i++) {
      const id = reader.u8()
      list.push({ id, value: flag(reader) ? reader.u32() : undefined })
    }
    return list
  },
  write: (writer, list) => {
    writer.u8(list.length)
    for (const { id, value } of list) {
      writer.u8(id)
      writer.u8(value === undefined ? 0 : 1)
      if (value !== undefined) writer.u32(value)
    }
  },
}

/** One condition of a search. `operator` is 5 (equal) in everything the game sends (extras.md 8.4). */
export interface Condition extends OptionalField {
  readonly operator: number
}

export interface Conditions {
  /** 0, except possibly in ReqCircleSearchHead. */
  readonly circleFlag: number
  readonly list: readonly Condition[]
}

/** u32 circleFlag, u32 count, then per entry u8 id, u8 hasValue, u8 operator, [u32 value]. */
export const detailedOptionalFields: Codec<Conditions> = {
  type: 'detailedOptionalFields',
  read: (reader) => {
    const circleFlag = reader.u32()
    const count = reader.u32()
    if (count * 3 > reader.remaining)
      reader.fail(`${count} conditions announced, ${reader.remaining} bytes left`)
    const list: Condition[] = []
    for (let i = 0; i < count; i++) {
      const id = reader.u8()
      const hasValue = flag(reader)
      const operator = reader.u8()
      list.push({ id, operator, value: hasValue ? reader.u32() : undefined })
    }
    return { circleFlag, list }
  },
  write: (writer, { circleFlag, list }) => {
    writer.u32(circleFlag)
    writer.u32(list.length)
    for (const { id, operator, value } of list) {
      writer.u8(id)
      writer.u8(value === undefined ? 0 : 1)
      writer.u8(operator)
      if (value !== undefined) writer.u32(value)
    }
  },
}

/** Names an optional field that the client wants; the meaning of the second byte is unknown (wire.md 7.2). */
export interface OptionalFieldRequest {
  readonly id: number
  readonly unknown2: number
}

/** u8 count, then that many pairs. */
export const optionalFieldRequests: Codec<readonly OptionalFieldRequest[]> = {
  type: 'optionalFieldRequests',
  read: (reader) => {
    const count = reader.u8()
    const list: OptionalFieldRequest[] = []
    for (let i = 0; i < count; i++) list.push({ id: reader.u8(), unknown2: reader.u8() })
    return list
  },
  write: (writer, list) => {
    writer.u8(list.length)
    for (const { id, unknown2 } of list) {
      writer.u8(id)
      writer.u8(unknown2)
    }
  },
}
