/** What players relay to those around them (game.md 3.2, 3.5). The hot path: nothing is looked into. */
import {
  AnsUserBinaryNotice,
  AnsUserBinarySet,
  AnsUserSearchSet,
  type Bytes,
  LayerBinaryInfo,
  NtcLayerBinary2Relayed,
  NtcLayerBinaryRelayed,
  NtcLayerUserPositionRelayed,
  NtcUserBinaryNotice,
  type OptionalField,
  overwriteHunterSettings,
} from '../pat/index.ts'
import { layerOthers } from './audience.ts'
import type { Reason, Turn } from './turn.ts'
import { cityOf, type Player } from './world.ts'

/** LayerBinaryInfo 1 in binaries to all (game.md 9.6). */
const timeOfBinary = 0x12345678

export const sentBy = (player: Player) => LayerBinaryInfo.of({ capcomId: player.id, hunterName: player.name })

export const sentToAllBy = (player: Player) =>
  LayerBinaryInfo.of({ unknown0x01: timeOfBinary, capcomId: player.id, hunterName: player.name })

export function relayPosition(turn: Turn, data: Bytes): undefined {
  const { actor } = turn
  turn.tell(layerOthers(actor), NtcLayerUserPositionRelayed, { capcomId: actor.id, data })
}

export function relayBinary(turn: Turn, data: Bytes): undefined {
  const { actor } = turn
  turn.tell(layerOthers(actor), NtcLayerBinaryRelayed, {
    capcomId: actor.id,
    sender: sentToAllBy(actor),
    data,
  })
}

/** To one other in the actor's city; elsewhere nobody hears it. */
export function relayBinaryTo(turn: Turn, target: string, data: Bytes): undefined {
  const { actor, world } = turn
  const city = cityOf(actor)
  const other = world.players.get(target)
  if (!city || !other || other.at !== city) return
  turn.tell([other], NtcLayerBinary2Relayed, { senderId: actor.id, sender: sentBy(actor), data })
}

/** ReqUserBinarySet: bounded at 256 bytes (gap 32). The others learn of it by {@link showSettings}. */
export function writeSettings(turn: Turn, offset: number, data: Bytes): Reason | undefined {
  const { actor } = turn
  actor.settings = overwriteHunterSettings(actor.settings, offset, data)
  turn.answer(AnsUserBinarySet, {})
  return undefined
}

/** Optional fields that the client knows (game.md 4.10). */
const mostSearchFields = 32

/** ReqUserSearchSet: what the actor is found by, on this node and through central on the others. */
export function publishFields(turn: Turn, fields: readonly OptionalField[]): undefined {
  turn.actor.searchFields = fields.slice(0, mostSearchFields)
  turn.world.moved.add(turn.actor)
  turn.answer(AnsUserSearchSet, {})
}

/** ReqUserBinaryNotice: a part of the actor's own settings, whoever the request names. */
export function showSettings(turn: Turn, kind: number, offset: number, length: number): Reason | undefined {
  const { actor } = turn
  const data = actor.settings.subarray(offset, Math.min(offset + length, actor.settings.length))
  turn.tell(layerOthers(actor), NtcUserBinaryNotice, { unknown1: kind, capcomId: actor.id, offset, data })
  turn.answer(AnsUserBinaryNotice, {})
  return undefined
}
