/** Coming to a game server and its layers (game.md 3.1, 3.3). */
import { AnsLayerStart, ascii, type Bytes, noHunterSettings } from '../pat/index.ts'
import { startingLayer } from './describe.ts'
import { leaveToServer } from './leave.ts'
import { put } from './place.ts'
import type { Reason, Turn } from './turn.ts'
import { type Player, serverOf, type World } from './world.ts'

export interface Arrival {
  readonly capcomId: string
  readonly name: Bytes
  readonly server: number
  /** As shown last; undefined before the first time. */
  readonly settings: Bytes | undefined
}

/**
 * Takes a player into the world, on his server's own list. Undefined when the server is full or not
 * of this world, or when somebody plays under this Capcom ID.
 */
export function arrive(world: World, arrival: Arrival): Player | undefined {
  const server = world.servers.get(arrival.server)
  if (!server || server.members.size >= server.capacity || world.players.has(arrival.capcomId))
    return undefined
  const player: Player = {
    capcomId: arrival.capcomId,
    id: ascii(arrival.capcomId),
    name: arrival.name.slice(),
    server,
    at: undefined,
    circle: undefined,
    readiness: 'joined',
    settings: arrival.settings?.slice() ?? noHunterSettings,
    searchFields: [],
    blocked: new Set(),
  }
  world.players.set(player.capcomId, player)
  const visit = world.visits.get(player.capcomId)
  if (visit && serverOf(visit.layer) !== server) world.visits.delete(player.capcomId)
  put(world, player, server)
  return player
}

/** ReqLayerStart: to the server's own level, from wherever the player is (gap 29: nothing stays behind). */
export function startLayers(turn: Turn): Reason | undefined {
  const { actor } = turn
  if (actor.at) leaveToServer(turn)
  else put(turn.world, actor, actor.server)
  turn.answer(AnsLayerStart, { layerData: startingLayer })
  return undefined
}
