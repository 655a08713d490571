/** Spoilt and made-up streams, and what must hold for any stream. For the tests and `npm run fuzz`. */
import fc from 'fast-check'
import { type Bytes, hex } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import { FrameSplitter } from '../frame.ts'
import { encodeFrame, type Side } from '../packet.ts'
import { packetOf, packets } from '../registry.ts'
import { bodyOf } from './arbitrary.ts'
import { concat, cut } from './chunks.ts'
import { roundTrip } from './round-trip.ts'
import { conversations, exampleFrames } from './vectors.ts'

export interface Attack {
  readonly side: Side
  readonly stream: Bytes
  /** Sizes of the pieces in which it arrives. */
  readonly sizes: readonly number[]
}

interface Change {
  readonly kind: 'set' | 'cut' | 'insert' | 'repeat'
  readonly at: number
  readonly byte: number
  readonly length: number
}

const known: readonly { readonly side: Side; readonly frame: Bytes }[] = [
  ...exampleFrames(),
  ...conversations().flatMap(({ side, frames }) => frames.map((frame) => ({ side, frame }))),
]

const knownStreams = fc
  .tuple(
    fc.constantFrom<Side>('client', 'server'),
    fc.array(fc.nat(known.length - 1), { minLength: 1, maxLength: 6 }),
  )
  .map(([side, picks]) => ({ side, frames: picks.flatMap((pick) => known[pick]?.frame ?? []) }))

const madeUpStreams = fc.constantFrom(...packets).chain((spec) =>
  fc.tuple(bodyOf(spec), fc.nat(0xffff)).map(([body, sequence]) => ({
    side: spec.from,
    frames: [encodeFrame(spec, sequence, body)],
  })),
)

const noiseStreams = fc
  .tuple(fc.constantFrom<Side>('client', 'server'), fc.uint8Array({ maxLength: 400 }))
  .map(([side, bytes]) => ({ side, frames: [bytes] }))

const changes = fc.array(
  fc.record<Change>({
    kind: fc.constantFrom('set', 'set', 'set', 'cut', 'insert', 'repeat'),
    at: fc.nat(),
    byte: fc.oneof(fc.nat(0xff), fc.constantFrom(0x00, 0x01, 0x02, 0x03, 0x7f, 0x80, 0xff)),
    length: fc.nat(40),
  }),
  { maxLength: 6 },
)

function spoil(stream: Bytes, { kind, at, byte, length }: Change): Bytes {
  const from = stream.length === 0 ? 0 : at % stream.length
  const to = Math.min(stream.length, from + length)
  const before = stream.subarray(0, from)
  if (kind === 'cut') return concat([before, stream.subarray(to)])
  if (kind === 'insert') return concat([before, new Uint8Array(length).fill(byte), stream.subarray(from)])
  if (kind === 'repeat') return concat([stream.subarray(0, to), stream.subarray(from)])
  const copy = stream.slice()
  if (copy.length > 0) copy[from] = byte
  return copy
}

export const attacks: fc.Arbitrary<Attack> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: knownStreams }, { weight: 4, arbitrary: madeUpStreams }, noiseStreams),
    changes,
    fc.array(fc.nat(60), { maxLength: 60 }),
  )
  .map(([{ side, frames }, list, sizes]) => ({ side, stream: list.reduce(spoil, concat(frames)), sizes }))

/** What the stream comes to: frames that were understood, and whether it was refused in the end. */
function play({ side, stream }: Attack, pieces: readonly Bytes[]): { seen: string[]; refused: boolean } {
  const splitter = new FrameSplitter()
  const seen: string[] = []
  let arrived = 0
  try {
    for (const piece of pieces) {
      arrived += piece.length
      for (const frame of splitter.push(piece)) {
        if (!packetOf(frame.id, side)) {
          seen.push(`unknown ${frame.id}`)
          continue
        }
        const again = hex(roundTrip(frame, side))
        if (!hex(stream).includes(again)) throw new Error(`written differently: ${again}`)
        seen.push(again)
      }
      if (splitter.reserved > Math.max(64, 2 * arrived)) throw new Error(`${splitter.reserved} bytes held`)
    }
  } catch (error) {
    if (error instanceof ProtocolError) return { seen, refused: true }
    throw error
  }
  return { seen, refused: false }
}

/** What a stream came to. */
export interface Outcome {
  readonly frames: number
  readonly refused: boolean
}

/**
 * Plays the stream whole and in its pieces. Throws when the two differ, when anything but a ProtocolError comes
 * out, when what was understood is written differently, or when more is held than has arrived.
 */
export function withstand(attack: Attack): Outcome {
  const whole = play(attack, [attack.stream])
  const pieces = play(attack, cut(attack.stream, attack.sizes))
  if (whole.refused !== pieces.refused || whole.seen.join() !== pieces.seen.join())
    throw new Error('the cuts make a difference')
  return { frames: whole.seen.length, refused: whole.refused }
}
