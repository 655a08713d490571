import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, fromHex } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { FrameSplitter, headerSize, largestClientFrame, writeHeader } from './frame.ts'
import { concat, cut } from './testing/chunks.ts'

function frameOf(id: number, sequence: number, payload: Bytes): Bytes {
  const frame = new Uint8Array(headerSize + payload.length)
  frame.set(payload, headerSize)
  writeHeader(frame, payload.length, sequence, id)
  return frame
}

const anyFrame = fc.record({
  id: fc.nat(0xffffffff),
  sequence: fc.nat(0xffff),
  payload: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 3000 })),
})

test('frames come out as they went in, however the stream is cut', () => {
  const cuts = fc.array(fc.nat(200), { maxLength: 400 })
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 12 }), cuts, fc.boolean(), (frames, sizes, asBuffer) => {
      const stream = concat(frames.map(({ id, sequence, payload }) => frameOf(id, sequence, payload)))
      const splitter = new FrameSplitter()
      const seen = cut(stream, sizes).flatMap((chunk) => [
        ...splitter.push(asBuffer ? Buffer.from(chunk) : chunk),
      ])
      expect(seen).toEqual(frames)
      expect(splitter.pending).toBe(0)
    }),
  )
})

test('a frame that lies whole in a chunk is a view, not a copy', () => {
  const chunk = concat([fromHex('0001'), frameOf(0x60010100, 7, fromHex('aabb'))]).subarray(2)
  const [frame] = [...new FrameSplitter().push(chunk)]
  expect(frame?.payload.buffer).toBe(chunk.buffer)
})

test('a frame that was held stays whole while the next one is held', () => {
  const first = frameOf(1, 1, new Uint8Array(50).fill(1))
  const second = frameOf(2, 2, new Uint8Array(50).fill(2))
  const splitter = new FrameSplitter()
  const stream = concat([first, second])
  expect([...splitter.push(stream.subarray(0, 30))]).toEqual([])
  const [kept] = [...splitter.push(stream.subarray(30, 90))]
  expect(splitter.pending).toBe(32)
  expect([...splitter.push(stream.subarray(90))]).toHaveLength(1)
  expect(kept?.payload).toEqual(new Uint8Array(50).fill(1))
})

describe('a frame over the limit', () => {
  const tooLong = fromHex('3ff9000160010100')

  test('is refused as soon as its header is there, after the frames before it', () => {
    const splitter = new FrameSplitter()
    splitter.push(concat([frameOf(1, 1, new Uint8Array(0)), tooLong]))
    expect(splitter.take()?.id).toBe(1)
    expect(() => splitter.take()).toThrow(ProtocolError)
    expect(() => splitter.push(tooLong).take()).toThrow(ProtocolError)
  })

  test('is refused byte by byte as well, and nothing is kept of it', () => {
    const splitter = new FrameSplitter()
    const feed = (): void => {
      for (const byte of tooLong) for (const _ of splitter.push(Uint8Array.of(byte))) expect.unreachable()
    }
    expect(feed).toThrow('16385 bytes announced, 16384 allowed')
  })

  test('begins one byte above 0x4000', () => {
    const payload = new Uint8Array(largestClientFrame - headerSize)
    const [frame] = [...new FrameSplitter().push(frameOf(1, 1, payload))]
    expect(frame?.payload).toHaveLength(0x3ff8)
  })
})

test('pushing before the frames of the last chunk are taken is a bug, and is said', () => {
  const splitter = new FrameSplitter()
  splitter.push(concat([frameOf(1, 1, new Uint8Array(0)), frameOf(2, 2, new Uint8Array(0))]))
  splitter.take()
  expect(() => splitter.push(new Uint8Array(1))).toThrow(RangeError)
})

test('what is held grows with what has arrived, not with what is announced, and seldom', () => {
  const stream = frameOf(1, 1, new Uint8Array(0x3000))
  const splitter = new FrameSplitter()
  const sizes = new Set<number>()
  for (let i = 0; i < stream.length - 1; i++) {
    splitter.push(stream.subarray(i, i + 1)).take()
    expect(splitter.reserved).toBeLessThanOrEqual(Math.max(64, 2 * (i + 1)))
    sizes.add(splitter.reserved)
  }
  expect(splitter.pending).toBe(stream.length - 1)
  expect(sizes.size).toBeLessThan(12)
  expect(splitter.push(stream.subarray(-1)).take()?.payload).toHaveLength(0x3000)
  expect(splitter.reserved).toBe(0)
})
