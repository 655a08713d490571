/** Warp to a friend or to a city that was found (extras.md 1). */
import { AnsLayerJump, type LayerPath, NtcLayerIn, NtcLayerJumpGo, NtcLayerJumpReady } from '../pat/index.ts'
import { announcePopulation, newcomer } from './announce.ts'
import { layerOthers } from './audience.ts'
import { leaveFor } from './leave.ts'
import { closed } from './room.ts'
import type { Reason, Turn } from './turn.ts'
import { layerAt, type World } from './world.ts'

/** A seat on another server is kept this long, in milliseconds (extras.md 1.7). */
export const visitTime = 60_000

/** ReqLayerJump: to a place on the player's own server; with neither gate nor city to its own level. */
export function jump(turn: Turn, path: LayerPath): Reason | undefined {
  if (turn.actor.readiness === 'quest') return 'in_quest'
  return arriveAt(turn, path, () => turn.answer(AnsLayerJump, {}))
}

/**
 * ReqLayerJumpGo, on the new server: the kept seat becomes membership. Without one it is tried as a
 * jump. The ticket is not asked for: the seat is kept under the hunter's own id.
 */
export function jumpGo(turn: Turn, path: LayerPath): Reason | undefined {
  const refused = arriveAt(turn, path, () => turn.answer(NtcLayerJumpGo, {}))
  turn.world.visits.delete(turn.actor.capcomId)
  return refused
}

/** The gate hears of the newcomer before the answer, as with ReqLayerDown; a city when he asks for its host. */
function arriveAt(turn: Turn, path: LayerPath, answer: () => void): Reason | undefined {
  const { actor, world } = turn
  if (path.server !== actor.server.number) return 'no_such_place'
  const layer = layerAt(world, path)
  if (!layer) return 'no_such_place'
  if (layer === actor.at) {
    if (layer.kind !== 'server') return 'same_place'
    answer()
    return undefined
  }
  const refused = layer.kind === 'server' ? undefined : closed(world, layer, actor)
  if (refused) return refused
  leaveFor(turn, layer)
  if (layer.kind === 'gate') turn.tell(layerOthers(actor), NtcLayerIn, newcomer(actor))
  answer()
  if (layer.kind === 'city') announcePopulation(turn, layer)
  return undefined
}

/**
 * ReqLayerJumpReady: keeps a seat in a gate or city of another server of this world until `now` plus
 * {@link visitTime}. The player stays where he is until he leaves. Whether a place of another world
 * has room shows on arrival.
 */
export function prepareJump(turn: Turn, path: LayerPath, now: number): Reason | undefined {
  const { actor, world } = turn
  if (actor.readiness === 'quest') return 'in_quest'
  if (path.gate === 0) return 'no_such_place'
  const layer = layerAt(world, path)
  if (world.servers.has(path.server)) {
    if (!layer || layer.kind === 'server') return 'no_such_place'
    if (layer === actor.at) return 'same_place'
    const refused = closed(world, layer, actor)
    if (refused) return refused
  }
  world.lastVisit = (world.lastVisit % 0xffffffff) + 1
  if (layer && layer.kind !== 'server')
    world.visits.set(actor.capcomId, { layer, ticket: world.lastVisit, until: now + visitTime })
  turn.answer(NtcLayerJumpReady, { ticket: world.lastVisit })
  return undefined
}

/** Gives back the seats whose time is over at `now`. */
export function expireVisits(world: World, now: number): void {
  for (const [capcomId, { until }] of world.visits) if (until <= now) world.visits.delete(capcomId)
}
