/** The wire of the game's own protocol, "PAT". No I/O here: bytes in, values out, and back. */

export type { Blob } from './blob.ts'
export * from './bytes.ts'
export type { BodyOf, Codec, Fields } from './codec.ts'
export { ProtocolError } from './errors.ts'
export {
  decodeExtendedList,
  type ExtendedEntry,
  type ExtendedList,
  encodeExtendedList,
} from './extended-list.ts'
export { type Frame, FrameSplitter, headerSize, largestClientFrame } from './frame.ts'
export { decodeItems, encodeItems, Items, type Struct, type StructFields } from './items.ts'
export { decodeLayerPath, encodeLayerPath, type LayerPath } from './layer-path.ts'
export * from './markup.ts'
export type { Condition, Conditions, OptionalField, OptionalFieldRequest } from './optional-fields.ts'
export { type AnyPacket, type Body, decodeBody, encodeFrame, type Side } from './packet.ts'
export * from './packets/index.ts'
export { type Refusal, type RefusalKind, refusalOf, refusedAnswer } from './refusal.ts'
export { decodeFrame, packetName, packetOf, packets } from './registry.ts'
export * from './structs/index.ts'
