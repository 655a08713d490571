import { type AnyPacket, type Body, type Frame, messageText, refusalOf } from '../pat/index.ts'
import type { Call } from './handlers.ts'
import type { Peer } from './peer.ts'

/** One packet of a connection on its way through a handler, and whether it has been answered. */
export class Request<S> implements Call<S> {
  readonly peer: Peer
  readonly session: S
  readonly sequence: number
  readonly id: number
  answered = false

  constructor(peer: Peer, session: S, frame: Frame) {
    this.peer = peer
    this.session = session
    this.sequence = frame.sequence
    this.id = frame.id
  }

  reply<P extends AnyPacket>(answer: P, body: Body<P>): void {
    this.peer.send(answer, this.sequence, body)
    this.answered = true
  }

  refuse(answer: AnyPacket, text: string): void {
    this.reply(refusalOf(answer), { show: 1, text: messageText(text) })
  }
}
