/** Opaque game data among the members of a quest party (game.md 3.7). The hot path of a hunt. */
import { type Bytes, NtcCircleBinary2Relayed, NtcCircleBinaryRelayed } from '../pat/index.ts'
import { circleOthers } from './audience.ts'
import { sentBy, sentToAllBy } from './presence.ts'
import type { Turn } from './turn.ts'

/** Heard by members of the named circle alone, and from members alone. */
export function relayCircleBinary(turn: Turn, number: number, data: Bytes): undefined {
  const { actor } = turn
  if (actor.circle?.number !== number) return
  turn.tell(circleOthers(actor.circle, actor), NtcCircleBinaryRelayed, {
    circleIndex: number,
    capcomId: actor.id,
    sender: sentToAllBy(actor),
    data,
  })
}

export function relayCircleBinaryTo(turn: Turn, number: number, target: string, data: Bytes): undefined {
  const { actor, world } = turn
  const other = world.players.get(target)
  if (actor.circle?.number !== number || !other || other.circle !== actor.circle) return
  turn.tell([other], NtcCircleBinary2Relayed, {
    circleIndex: number,
    senderId: actor.id,
    sender: sentBy(actor),
    data,
  })
}
