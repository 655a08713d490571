/** Going down and up between server, gate and city (game.md 3.3). */
import { AnsLayerDown, AnsLayerEnd, AnsLayerUp, NtcLayerIn } from '../pat/index.ts'
import { announcePopulation, newcomer } from './announce.ts'
import { layerOthers } from './audience.ts'
import { leaveOneLevel, leaveServer } from './leave.ts'
import { put } from './place.ts'
import { releaseReservation } from './reservation.ts'
import type { Reason, Turn } from './turn.ts'
import type { City, Gate } from './world.ts'

/** ReqLayerDown: from a server into a gate, from a gate into a city. */
export function goDown(turn: Turn, number: number): Reason | undefined {
  const { at } = turn.actor
  if (at?.kind === 'server') return enterGate(turn, at.gates[number - 1])
  if (at?.kind === 'gate') return enterCity(turn, at.cities[number - 1])
  return 'not_here'
}

function enterGate(turn: Turn, gate: Gate | undefined): Reason | undefined {
  if (!gate) return 'no_such_place'
  if (gate.members.size >= gate.capacity) return 'gate_full'
  put(turn.world, turn.actor, gate)
  turn.tell(layerOthers(turn.actor), NtcLayerIn, newcomer(turn.actor))
  turn.answer(AnsLayerDown, { layerIndex: gate.number })
  return undefined
}

/**
 * The city hears of the newcomer when he asks for its host. The gate hears the new population,
 * which the reference does not announce (gap 24).
 */
function enterCity(turn: Turn, city: City | undefined): Reason | undefined {
  if (!city) return 'no_such_place'
  const closed = cityClosed(city)
  if (closed) return closed
  put(turn.world, turn.actor, city)
  turn.answer(AnsLayerDown, { layerIndex: city.number })
  announcePopulation(turn, city)
  releaseReservation(turn, city.gate)
  return undefined
}

/** Why nobody can enter a city right now (gap 22); undefined when there is room. */
export function cityClosed(city: City): Reason | undefined {
  if (city.reservation) return 'city_reserved'
  if (city.members.size === 0) return 'city_gone'
  return city.members.size >= city.capacity ? 'city_full' : undefined
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
