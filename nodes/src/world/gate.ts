/** Going down and up between server, gate and city (game.md 3.3). */
import { AnsLayerDown, AnsLayerEnd, AnsLayerUp, NtcLayerIn } from '../pat/index.ts'
import { announcePopulation, newcomer } from './announce.ts'
import { layerOthers } from './audience.ts'
import { leaveOneLevel, leaveServer } from './leave.ts'
import { put } from './place.ts'
import { releaseReservation } from './reservation.ts'
import { closed } from './room.ts'
import type { Reason, Turn } from './turn.ts'

/** ReqLayerDown: from a server into a gate, from a gate into a city. */
export function goDown(turn: Turn, number: number): Reason | undefined {
  const { actor, world } = turn
  const { at } = actor
  if (at?.kind !== 'server' && at?.kind !== 'gate') return 'not_here'
  const layer = at.kind === 'server' ? at.gates[number - 1] : at.cities[number - 1]
  if (!layer) return 'no_such_place'
  const refused = closed(world, layer, actor)
  if (refused) return refused
  put(world, actor, layer)
  if (layer.kind === 'gate') turn.tell(layerOthers(actor), NtcLayerIn, newcomer(actor))
  turn.answer(AnsLayerDown, { layerIndex: number })
  // The city hears of him when he asks for its host; the gate hears how many it holds now (gap 24).
  if (layer.kind === 'city') announcePopulation(turn, layer)
  if (at.kind === 'gate') releaseReservation(turn, at)
  return undefined
}

/** ReqLayerUp. At server level there is nothing above, and nothing to do. */
export function goUp(turn: Turn): Reason | undefined {
  leaveOneLevel(turn)
  turn.answer(AnsLayerUp, {})
  return undefined
}

/** ReqLayerEnd: out of every list. The player stays known and can start again. */
export function endLayers(turn: Turn): Reason | undefined {
  leaveServer(turn)
  turn.answer(AnsLayerEnd, {})
  return undefined
}
