import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hex } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { FrameSplitter, headerSize } from './frame.ts'
import { Items } from './items.ts'
import { type AnyPacket, decodeBody, encodeFrame } from './packet.ts'
import { refusalOf } from './refusal.ts'
import { packetOf, packets } from './registry.ts'
import { bodyOf } from './testing/arbitrary.ts'

const answers = packets.filter(({ id, from }) => from === 'server' && ((id >>> 8) & 0xff) === 0x02)
const refusals = answers.slice(0, 3).flatMap((answer) => [refusalOf(answer), refusalOf(answer, 'ng')])
const all = [...packets, ...refusals].map((spec) => ({ title: `${spec.name} from the ${spec.from}`, spec }))

/** Drops what is undefined, so that a field left out equals a field without a value. */
function present(value: unknown): unknown {
  if (value instanceof Items) return { struct: value.struct.name, items: value.items }
  if (value instanceof Uint8Array) return hex(value)
  if (Array.isArray(value)) return value.map(present)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => [name, present(one)]),
  )
}

describe('what is encoded decodes to the same', () => {
  test.each(all)('$title', ({ spec }) => {
    fc.assert(
      fc.property(bodyOf(spec), fc.nat(0xffff), (body, sequence) => {
        const frame = encodeFrame(spec, sequence, body)
        const taken = new FrameSplitter(0x10007).push(frame).take()
        if (!taken) throw new Error('no frame')
        expect({ id: taken.id, sequence: taken.sequence }).toEqual({ id: spec.id, sequence })
        expect(packetOf(taken.id, spec.from)?.name).toBe(spec.name)
        expect(present(decodeBody(spec, taken.payload))).toEqual(present(body))
      }),
      { numRuns: 30 },
    )
  })
})

/** How many values a decoded body consists of. */
function size(value: unknown): number {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return 1
  if (value instanceof Items) return 1 + size(value.items)
  return Object.values(value).reduce((sum: number, one) => sum + size(one), 1)
}

/** Gives a payload to a packet: it is refused with a ProtocolError, or it is understood, whole and in few values. */
function understoodOrRefused(spec: AnyPacket, payload: Uint8Array): void {
  let body: ReturnType<typeof decodeBody>
  try {
    body = decodeBody(spec, payload)
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
    expect((error as ProtocolError).where.split('.')[0]).toBe(spec.name)
    return
  }
  expect(size(body)).toBeLessThanOrEqual(8 * payload.length + 16)
  expect(hex(encodeFrame(spec, 0, body).subarray(headerSize))).toBe(hex(payload))
}

describe('bad payloads are refused with a ProtocolError, and what is understood is kept to the byte', () => {
  test.each(all)('$title', ({ spec }) => {
    const fill = fc.constantFrom(0x00, 0x01, 0x02, 0x7f, 0xff)
    const lies = fc.tuple(fill, fc.nat(2000)).map(([byte, length]) => new Uint8Array(length).fill(byte))
    const good = bodyOf(spec).map((body) => encodeFrame(spec, 0, body).subarray(headerSize))
    const cutShort = fc
      .tuple(good, fc.nat())
      .map(([payload, at]) => payload.subarray(0, at % (payload.length + 1)))
    const spoilt = fc
      .tuple(
        good,
        fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(0xff), fc.constantFrom(0, 1, 2, 0xff))), {
          maxLength: 4,
        }),
      )
      .map(([payload, changes]) => {
        const copy = payload.slice()
        for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte
        return copy
      })
    const random = fc.uint8Array({ maxLength: 300 })
    fc.assert(
      fc.property(fc.oneof(lies, cutShort, spoilt, random), (payload) => understoodOrRefused(spec, payload)),
      { numRuns: 60 },
    )
  })
})
