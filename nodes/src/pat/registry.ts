/** Finds a packet's declaration by its id and the side that sent it. */

import type { Frame } from './frame.ts'
import { type AnyPacket, type Body, decodeBody, type Side } from './packet.ts'
import * as declarations from './packets/index.ts'
import { refusalOf, refusedAnswer } from './refusal.ts'

/** Every declared packet, in the order of ids, the client's before the server's. */
export const packets: readonly AnyPacket[] = Object.values(declarations).sort(
  (a, b) => a.id - b.id || (a.from < b.from ? -1 : 1),
)

const byId: Record<Side, ReadonlyMap<number, AnyPacket>> = {
  client: new Map(packets.filter(({ from }) => from === 'client').map((spec) => [spec.id, spec])),
  server: new Map(packets.filter(({ from }) => from === 'server').map((spec) => [spec.id, spec])),
}

/** The declaration of `id` as sent by `from`, refusals included; undefined for an id that nobody knows. */
export function packetOf(id: number, from: Side): AnyPacket | undefined {
  const spec = byId[from].get(id)
  if (spec || from === 'client') return spec
  const refused = refusedAnswer(id)
  const answer = refused && byId.server.get(refused.id)
  return answer && refusalOf(answer, refused.kind)
}

/** The name for logs: the declared one, or the id in hex. */
export function packetName(id: number, from: Side): string {
  return packetOf(id, from)?.name ?? `0x${id.toString(16).padStart(8, '0')}`
}

/** Decodes a frame by its id; undefined for an id that nobody knows, a ProtocolError for a bad payload. */
export function decodeFrame(
  frame: Frame,
  from: Side,
): { spec: AnyPacket; body: Body<AnyPacket> } | undefined {
  const spec = packetOf(frame.id, from)
  return spec && { spec, body: decodeBody(spec, frame.payload) }
}
