import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hex } from './bytes.ts'
import { FrameSplitter } from './frame.ts'
import { packetName } from './registry.ts'
import { concat, cut } from './testing/chunks.ts'
import { roundTrip } from './testing/round-trip.ts'
import { conversations, exampleFrames } from './testing/vectors.ts'

const examples = exampleFrames()
const recorded = conversations().filter(({ frames }) => frames.length > 0)

test('there are 225 example frames and 4373 recorded ones', () => {
  expect(examples).toHaveLength(225)
  expect(recorded.flatMap(({ frames }) => frames)).toHaveLength(4373)
})

describe('an example frame decodes under its name and encodes to the same bytes', () => {
  test.each(examples)('$name from the $side', ({ name, id, side, frame }) => {
    const taken = new FrameSplitter().push(frame).take()
    expect(taken?.id).toBe(id)
    expect(packetName(id, side)).toBe(name)
    expect(taken && hex(roundTrip(taken, side))).toBe(hex(frame))
  })
})

describe('every recorded frame decodes and encodes to the same bytes, whole, byte by byte and in any cuts', () => {
  test.each(recorded)('$title', ({ side, named, frames }) => {
    const expected = frames.map(hex)
    const stream = concat(frames)
    const seen = (sizes: readonly number[]): string[] => {
      const splitter = new FrameSplitter()
      return cut(stream, sizes).flatMap((chunk) =>
        [...splitter.push(chunk)].map((frame) => hex(roundTrip(frame, side))),
      )
    }
    expect(seen([])).toEqual(expected)
    expect(seen(new Array(stream.length).fill(1))).toEqual(expected)
    const cuts = fc.array(fc.nat(300), { maxLength: 200 })
    fc.assert(
      fc.property(cuts, (sizes) => {
        expect(seen(sizes)).toEqual(expected)
      }),
      { numRuns: 5 },
    )
    // Recordings write a refusal as its answer's name, a dot and the kind.
    for (const { id, name } of named) expect(packetName(id, side)).toBe(name.replace('.', ''))
  })
})
