/** The departure sequence (game.md 5.1). Everything here goes out under sequence 0. */
import { NtcLayerHost, NtcLayerOut } from '../pat/index.ts'
import { announceCity, announcePopulation } from './announce.ts'
import { layerOthers } from './audience.ts'
import { leaveCircle } from './circle-leave.ts'
import { releaseSeats } from './mediation.ts'
import { put } from './place.ts'
import { releaseReservation } from './reservation.ts'
import { type Step, Turn, unasked } from './turn.ts'
import type { City, Layer, Player, World } from './world.ts'

/** The path in NtcLayerHost: none, and shorter than any (wire.md 8.4). */
const noPath = new Uint8Array(8)

/** City to gate, gate to server. */
export function leaveOneLevel(turn: Turn): void {
  const { at } = turn.actor
  if (at?.kind === 'city') depart(turn, at.gate)
  else if (at?.kind === 'gate') depart(turn, at.server)
}

/** Back to the server's own list, past the gate in one go. */
export function leaveToServer(turn: Turn): void {
  const { at, server } = turn.actor
  if (at && at.kind !== 'server') depart(turn, server)
}

/**
 * To another place of the same server. Into a city of one's own gate it is a way down, of which the
 * gate hears nothing but the population.
 */
export function leaveFor(turn: Turn, to: Layer): void {
  const { at } = turn.actor
  if (at?.kind === 'gate' && to.kind === 'city' && to.gate === at) {
    put(turn.world, turn.actor, to)
    releaseReservation(turn, at)
  } else depart(turn, to)
}

/** Out of every list of the server. */
export function leaveServer(turn: Turn): void {
  if (turn.actor.at) depart(turn, undefined)
}

/** The player's session has ended, in whatever way: nothing of him stays. */
export function part(world: World, player: Player): Step {
  const turn = new Turn(world, player, unasked)
  leaveServer(turn)
  world.players.delete(player.capcomId)
  world.moved.delete(player)
  return { notices: turn.notices, refused: undefined }
}

function depart(turn: Turn, to: Layer | undefined): void {
  const { actor } = turn
  const from = actor.at
  if (from?.kind === 'city') {
    handCityOver(turn, from)
    releaseSeats(turn, from)
  }
  if (from?.kind !== 'server') turn.tell(layerOthers(actor), NtcLayerOut, { capcomId: actor.id }, unasked)
  if (actor.circle) leaveCircle(turn, actor, unasked)
  put(turn.world, actor, to)
  if (from?.kind === 'city') closeBehind(turn, from)
  if (from?.kind === 'gate') releaseReservation(turn, from)
}

/** Step 1: the other one with the lowest place leads from now on (game.md 5.3). */
function handCityOver(turn: Turn, city: City): void {
  if (city.leader !== turn.actor) return
  const others = layerOthers(turn.actor)
  const next = others[0]
  if (!next) return
  city.leader = next
  turn.world.moved.add(next)
  turn.tell(others, NtcLayerHost, { cityPath: noPath, hostCapcomId: next.id, hostName: next.name }, unasked)
}

/** Steps 5 and 6: the gate hears the new population, and that an empty city is free again. */
function closeBehind(turn: Turn, city: City): void {
  const empty = city.members.size === 0
  if (empty) {
    city.leader = undefined
    city.optionalFields = []
    city.circles.length = 0
    city.seats.clear()
  }
  announcePopulation(turn, city)
  if (empty) announceCity(turn, city)
}
