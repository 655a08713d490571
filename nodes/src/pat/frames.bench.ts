/** Frames per second and bytes allocated per frame: cut out of a chunk and decoded, encoded, relayed. */
import { ascii, type Bytes, hex, noBytes } from './bytes.ts'
import { FrameSplitter } from './frame.ts'
import { decodeBody, encodeFrame, type Side } from './packet.ts'
import {
  NtcLayerBinary,
  NtcLayerBinaryRelayed,
  NtcLayerUserPosition,
  NtcLayerUserPositionRelayed,
} from './packets/index.ts'
import { decodeFrame } from './registry.ts'
import { LayerBinaryInfo } from './structs/index.ts'
import { conversations, exampleFrames } from './testing/vectors.ts'

const batch = 10_000
const smallBatch = 2_000
const repeats = 15

interface Measure {
  readonly framesPerSecond: number
  readonly bytesPerFrame: number
}

/** Keeps results from being optimised away. */
let sink = 0

/** The fastest of many batches, and what a smaller one allocates, on the heap and in array buffers. */
function measure(once: () => number): Measure {
  let fastest = Number.POSITIVE_INFINITY
  for (let repeat = 0; repeat < repeats; repeat++) {
    globalThis.gc?.()
    const start = process.hrtime.bigint()
    for (let i = 0; i < batch; i++) sink += once()
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start))
  }
  const allocated = Array.from({ length: repeats }, () => allocation(once)).sort((a, b) => a - b)
  return {
    framesPerSecond: Math.round((batch * 1e9) / fastest),
    bytesPerFrame: Math.round((allocated[repeats >> 1] ?? 0) / smallBatch),
  }
}

/** Small enough that nothing is collected meanwhile. */
function allocation(once: () => number): number {
  globalThis.gc?.()
  const before = process.memoryUsage()
  for (let i = 0; i < smallBatch; i++) sink += once()
  const after = process.memoryUsage()
  return after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers
}

interface Sample {
  readonly name: string
  readonly side: Side
  readonly frame: Bytes
}

/** The eight most frequent frames of the recordings on game servers, and positions, which players repeat. */
function samples(): Sample[] {
  const counted = new Map<string, { sample: Sample; count: number }>()
  for (const { server, side, named, frames } of conversations()) {
    if (server !== 'fmp' || named.length !== frames.length) continue
    for (const [i, { name }] of named.entries()) {
      const key = `${name} ${side}`
      const seen = counted.get(key)
      const frame = frames[i]
      if (seen) seen.count++
      else if (frame) counted.set(key, { sample: { name, side, frame }, count: 1 })
    }
  }
  const frequent = [...counted.values()].sort((a, b) => b.count - a.count).slice(0, 8)
  const positions = exampleFrames().filter(({ name }) => name === 'NtcLayerUserPosition')
  return [...positions, ...frequent.map(({ sample }) => sample)]
}

function decoding({ frame, side }: Sample): () => number {
  const splitter = new FrameSplitter()
  return () => {
    const taken = splitter.push(frame).take()
    splitter.take()
    return taken && decodeFrame(taken, side) ? taken.sequence : 0
  }
}

function encoding({ frame, side }: Sample): () => number {
  const taken = new FrameSplitter().push(frame).take()
  const decoded = taken && decodeFrame(taken, side)
  if (!taken || !decoded) throw new Error(`not a frame: ${hex(frame)}`)
  const { spec, body } = decoded
  return () => encodeFrame(spec, taken.sequence, body).length
}

const capcomId = ascii('AB12CD')
const hunterName = ascii('Hunter')

/** Received once, decoded once, encoded once, for three others in the city who share the bytes. */
const relays = {
  NtcLayerUserPosition: (payload: Bytes, sequence: number): Bytes => {
    const { data } = decodeBody(NtcLayerUserPosition, payload)
    return encodeFrame(NtcLayerUserPositionRelayed, sequence, { capcomId, data })
  },
  NtcLayerBinary: (payload: Bytes, sequence: number): Bytes => {
    const { data } = decodeBody(NtcLayerBinary, payload)
    const sender = LayerBinaryInfo.of({ unknown0x01: 0x12345678, capcomId, hunterName })
    return encodeFrame(NtcLayerBinaryRelayed, sequence, { capcomId, sender, data })
  },
}

function relaying(packet: keyof typeof relays): () => number {
  const splitter = new FrameSplitter()
  const frame =
    exampleFrames().find(({ name, side }) => name === packet && side === 'client')?.frame ?? noBytes
  return () => {
    const taken = splitter.push(frame).take()
    splitter.take()
    if (!taken) return 0
    const relayed = relays[packet](taken.payload, taken.sequence)
    let sent = 0
    for (let receiver = 0; receiver < 3; receiver++) sent += relayed.length
    return sent
  }
}

const all = samples()
for (const once of all.flatMap((sample) => [decoding(sample), encoding(sample)]))
  for (let i = 0; i < batch; i++) sink += once()
const results = all.map((sample) => ({
  packet: sample.name,
  from: sample.side,
  bytes: sample.frame.length,
  decode: measure(decoding(sample)),
  encode: measure(encoding(sample)),
}))
const report = {
  bench: 'frames',
  results,
  relays: (['NtcLayerUserPosition', 'NtcLayerBinary'] as const).map((packet) => ({
    packet,
    receivers: 3,
    ...measure(relaying(packet)),
  })),
  caveats: [
    'ten packets: the eight most frequent of the recordings on game servers by count, and the position both ways, which a live city repeats and the recordings hardly hold',
    'the fastest of 15 batches of 10,000 frames on one core, after all ten have been warmed up together, each frame in a chunk of its own; no sockets',
    'bytes: heap and array buffers of the median of 15 batches of 2,000; collecting them is not in the rate',
    'other work on the machine makes it slower: compare runs of one machine only',
  ],
  checksum: sink,
}
process.stdout.write(`${JSON.stringify(report)}\n`)
