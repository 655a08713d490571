import type { Bytes } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** A place: server, gate, city by number, 0 for none. */
export interface LayerPath {
  readonly server: number
  readonly gate: number
  readonly city: number
}

/** The first word of every path is 3, not a depth (extras.md 1.2). */
const network = 3

/** 14 bytes: u32 3, u32 server, u16 1, u16 gate, u16 city. Source: wire.md 8.4, extras.md 1.2. */
export function encodeLayerPath({ server, gate, city }: LayerPath): Bytes {
  const writer = new Writer(14)
  writer.u32(network)
  writer.u32(server)
  writer.u16(1)
  writer.u16(gate)
  writer.u16(city)
  return writer.copy()
}

/** Takes 8 to 14 bytes; what is missing reads as 0. */
export function decodeLayerPath(bytes: Bytes): LayerPath {
  const reader = new Reader(bytes)
  reader.packet = 'LayerPath'
  reader.u32()
  const server = reader.u32()
  const word = (): number => (reader.remaining === 0 ? 0 : reader.u16())
  word()
  const gate = word()
  const city = word()
  if (reader.remaining > 0) throw new ProtocolError('LayerPath', `${reader.remaining} bytes too many`)
  return { server, gate, city }
}
