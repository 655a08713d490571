import { expect, test } from 'vitest'
import { fromHex, hex } from './bytes.ts'
import { encodeFrame } from './packet.ts'
import { AnsBinaryData, AnsTicket, NtcLogin } from './packets/index.ts'
import { Writer } from './writer.ts'

test('what was taken stays as it was while more is written', () => {
  const writer = new Writer(4)
  const taken: Uint8Array[] = []
  for (let i = 0; i < 5000; i++) {
    writer.reset()
    writer.u32(i)
    writer.raw(new Uint8Array(i % 300).fill(i))
    taken.push(writer.take())
  }
  for (const [i, bytes] of taken.entries()) {
    const text = hex(fromHex(i.toString(16).padStart(8, '0'))) + hex(new Uint8Array(i % 300).fill(i))
    expect(hex(bytes)).toBe(text)
  }
})

test('a length that is known afterwards is written where it belongs, also after a move', () => {
  const writer = new Writer(8)
  writer.u32(1)
  writer.take()
  writer.u16(0)
  writer.raw(new Uint8Array(100).fill(7))
  writer.patch16(0, writer.length - 2)
  expect(hex(writer.copy())).toBe(`0064${'07'.repeat(100)}`)
})

test('a frame that failed leaves nothing behind', () => {
  expect(() => encodeFrame(NtcLogin, 0, { status: 256 })).toThrow(RangeError)
  expect(() => encodeFrame(AnsTicket, 0, { ticket: new Uint8Array(0x10000) })).toThrow(RangeError)
  expect(hex(encodeFrame(NtcLogin, 1, { status: 5 }))).toBe('000100016021100005')
})

test('the largest payload is 65535 bytes', () => {
  const body = (length: number) => ({ version: 1, offset: 0, size: length, data: new Uint8Array(length) })
  expect(encodeFrame(AnsBinaryData, 0, body(0xffff - 14))).toHaveLength(0xffff + 8)
  expect(() => encodeFrame(AnsBinaryData, 0, body(0xffff - 13))).toThrow('frame over 65535 bytes')
})
