/**
 * The peer broke the wire: a truncated, oversized or malformed frame or payload.
 *
 * It is the only error that reading bytes from the network can raise. `where` names the packet and
 * the field (`ReqLayerDown.layerIndex`), never the bytes: tickets and support codes travel in them.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'

  readonly where: string
  readonly reason: string

  constructor(where: string, reason: string) {
    super(`${where}: ${reason}`)
    this.where = where
    this.reason = reason
  }
}
