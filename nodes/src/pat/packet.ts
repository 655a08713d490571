/**
 * A packet is one declaration: name, id, direction, fields in wire order. Encoder, decoder, names in
 * logs and the packet reference are derived from it.
 */
import { type Bytes, noBytes } from './bytes.ts'
import { type BodyOf, type Fields, readFields, writeFields } from './codec.ts'
import { headerSize, writeHeader } from './frame.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

export type Side = 'client' | 'server'

export interface PacketSpec<F extends Fields = Fields> {
  /** The game's own name, as far as it is known (packets.json). */
  readonly name: string
  readonly id: number
  readonly from: Side
  readonly fields: F
  /** Bytes behind the declared fields: nobody knows the layout. */
  readonly layout?: 'unknown'
  /** Name of the packet that answers a request, where it is not the one with the same number. */
  readonly answer?: string
}

// biome-ignore lint/suspicious/noExplicitAny: a packet is invariant in its fields; only `any` admits every packet
export type AnyPacket = PacketSpec<any>

/** What a packet carries. `trailing` holds bytes beyond the declared fields, which are kept (wire.md 11). */
export type Body<P extends AnyPacket> = BodyOf<P['fields']> & { readonly trailing?: Bytes | undefined }

export function packet<const F extends Fields>(spec: PacketSpec<F>): PacketSpec<F> {
  return spec
}

/** One reader for all decoding: it is synchronous and never nested. */
const reader = new Reader(noBytes)

/** Reads a payload; raises a ProtocolError that names packet and field. */
export function decodeBody<P extends AnyPacket>(spec: P, payload: Bytes): Body<P> {
  reader.reset(payload, spec.name)
  const body = readFields(reader, spec.fields as Fields) as Body<P>
  return reader.remaining === 0 ? body : { ...body, trailing: reader.rest() }
}

/** One scratch buffer for all encoding: encoding is synchronous and never nested. */
const scratch = new Writer()

/** A whole frame in a buffer of exactly its size. Throws a RangeError for values that do not fit. */
export function encodeFrame<P extends AnyPacket>(spec: P, sequence: number, body: Body<P>): Bytes {
  scratch.reset()
  scratch.u32(0)
  scratch.u32(0)
  writeFields(scratch, spec.fields as Fields, body)
  if (body.trailing) scratch.raw(body.trailing)
  const frame = scratch.take()
  writeHeader(frame, frame.length - headerSize, sequence, spec.id)
  return frame
}
