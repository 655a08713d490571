/** Known-good frames: examples of the protocol's description and recordings of the reference (test/transcripts/README.md). */
import { readdirSync, readFileSync } from 'node:fs'
import { type Bytes, fromHex } from '../bytes.ts'
import { headerSize, writeHeader } from '../frame.ts'
import type { Side } from '../packet.ts'
import { concat } from './chunks.ts'

const folder = new URL('../../../../test/', import.meta.url)

export interface Vector {
  readonly name: string
  readonly id: number
  readonly side: Side
  readonly frame: Bytes
}

function json<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8'))
}

export function exampleFrames(): Vector[] {
  const list = json<{ name: string; id: string; side: Side; hex: string }[]>('vectors/example-frames.json')
  return list.map(({ name, id, side, hex }) => ({ name, id: Number(id), side, frame: fromHex(hex) }))
}

interface Recorded {
  readonly conn: string
  readonly dir: 'in' | 'out' | 'raw' | 'close'
  readonly id: string
  readonly name: string
  readonly seq: number
  readonly payload: string
  /** Of `raw`: what the client sent in one piece. */
  readonly bytes: string
}

/** What one side said to the other on one of a player's servers. */
export interface Conversation {
  readonly title: string
  readonly side: Side
  readonly server: string
  /** Names and ids as the recording gives them; it does not name what the client sent raw. */
  readonly named: readonly { readonly id: number; readonly name: string }[]
  /** Whole frames, in their order. */
  readonly frames: readonly Bytes[]
}

const directions: Readonly<Record<Side, readonly string[]>> = { server: ['in'], client: ['out', 'raw'] }

/** Every recording, taken apart by player, server and direction. */
export function conversations(): Conversation[] {
  const files = readdirSync(new URL('transcripts/', folder)).filter((file) => file.endsWith('.json'))
  return files.sort().flatMap((file) => {
    const recording = json<{ scenario: string; clients: Record<string, Recorded[]> }>(`transcripts/${file}`)
    return Object.entries(recording.clients).flatMap(([player, all]) =>
      (['opn', 'lmp', 'fmp'] as const).flatMap((server) =>
        (['client', 'server'] as const).map((side): Conversation => {
          const said = all.filter(({ conn, dir }) => conn === server && directions[side].includes(dir))
          return {
            title: `${recording.scenario}: ${side} ${side === 'client' ? player : server} to ${side === 'client' ? server : player}`,
            side,
            server,
            named: said
              .filter(({ dir }) => dir !== 'raw')
              .map(({ id, name }) => ({ id: Number.parseInt(id, 16), name })),
            frames: framesIn(concat(said.map((one) => bytesOf(one)))),
          }
        }),
      ),
    )
  })
}

function bytesOf({ dir, id, seq, payload, bytes }: Recorded): Bytes {
  if (dir === 'raw') return fromHex(bytes)
  const body = fromHex(payload)
  const frame = concat([new Uint8Array(headerSize), body])
  writeHeader(frame, body.length, seq, Number.parseInt(id, 16))
  return frame
}

/** Cuts a stream of whole frames by their sizes, without the splitter that is under test. */
function framesIn(stream: Bytes): Bytes[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length)
  const frames: Bytes[] = []
  for (let at = 0; at < stream.length; at += headerSize + view.getUint16(at))
    frames.push(stream.subarray(at, at + headerSize + view.getUint16(at)))
  return frames
}
