/**
 * Handler tables. A server names the packets that it handles and gives one handler for each: a
 * missing one does not compile, and neither does one too many.
 */
import type { AnyPacket, Body } from '../pat/index.ts'
import type { Peer } from './peer.ts'

/** One packet of a client on its way through a handler. */
export interface Call<S> {
  readonly peer: Peer
  readonly session: S
  /** The packet's sequence number, which answers echo (wire.md 3). */
  readonly sequence: number
  /** Sends the answer to this request. */
  reply<P extends AnyPacket>(answer: P, body: Body<P>): void
  /** Refuses this request in words: the Alert form of its answer. The connection stays. */
  refuse(answer: AnyPacket, text: string): void
}

/**
 * Byte strings in `body` are views into received bytes: who keeps one copies it.
 *
 * A handler that returns a promise holds back the connection's next packet until it settles. It may
 * let a `Problem` or `CentralUnreachable` pass: the conversation puts it into words for the player.
 */
export type Handler<P extends AnyPacket, S> = (call: Call<S>, body: Body<P>) => void | Promise<void>

export type PacketSet = Readonly<Record<string, AnyPacket>>

/** One handler per packet, under the packet's name. */
export type HandlerTable<D extends PacketSet, S> = { readonly [K in keyof D]: Handler<D[K], S> }

interface Route<S> {
  readonly packet: AnyPacket
  readonly handle: Handler<AnyPacket, S>
}

/** Finds the handler of a packet id. */
export type Routes<S> = ReadonlyMap<number, Route<S>>

export function routes<D extends PacketSet, S>(packets: D, table: HandlerTable<D, S>): Routes<S> {
  const found = new Map<number, Route<S>>()
  for (const name in packets) {
    const packet = packets[name] as AnyPacket
    found.set(packet.id, { packet, handle: table[name] as Handler<AnyPacket, S> })
  }
  return found
}

/** Several tables of one server as one. A packet in two of them is a programming error. */
export function join<S>(...parts: readonly Routes<S>[]): Routes<S> {
  const all = new Map<number, Route<S>>()
  for (const part of parts) {
    for (const [id, route] of part) {
      if (all.has(id)) throw new RangeError(`two handlers for ${route.packet.name}`)
      all.set(id, route)
    }
  }
  return all
}
