/** Creating a city in three steps, and asking who hosts it (game.md 3.3). */
import {
  AnsLayerCreateFoot,
  AnsLayerCreateHead,
  AnsLayerCreateSet,
  AnsLayerHost,
  type Bytes,
  NtcLayerIn,
  type OptionalField,
} from '../pat/index.ts'
import { announceCity, announcePopulation, newcomer } from './announce.ts'
import { layerOthers } from './audience.ts'
import { put } from './place.ts'
import { releaseReservation, reservationTime } from './reservation.ts'
import type { Reason, Turn } from './turn.ts'
import { type City, cityOf, gateOf } from './world.ts'

/** The client reads no more (game.md 4.10). */
const mostOptionalFields = 32

/** ReqLayerCreateHead: keeps a free city for the actor. `now` in milliseconds. */
export function reserveCity(turn: Turn, number: number, now: number): Reason | undefined {
  const { at } = turn.actor
  if (at?.kind !== 'gate') return 'not_here'
  const city = at.cities[number - 1]
  if (!city) return 'no_such_place'
  const taken = cityTaken(city, now)
  if (taken) return taken
  releaseReservation(turn, at)
  city.reservation = { owner: turn.actor, until: now + reservationTime }
  turn.answer(AnsLayerCreateHead, { cityIndex: number })
  announceCity(turn, city)
  return undefined
}

function cityTaken(city: City, now: number): Reason | undefined {
  if (city.members.size > 0) return 'city_taken'
  return city.reservation && city.reservation.until > now ? 'city_reserved' : undefined
}

/**
 * ReqLayerCreateSet: the actor is inside and leads. Somebody whose reservation ran out gets the city
 * all the same while it is free; who never had one gets it too, as in the reference (gap 23).
 */
export function createCity(
  turn: Turn,
  number: number,
  optionalFields: readonly OptionalField[],
): Reason | undefined {
  const { actor } = turn
  if (actor.at?.kind !== 'gate') return 'not_here'
  const gate = actor.at
  const city = gate.cities[number - 1]
  if (!city) return 'no_such_place'
  if (city.members.size > 0) return 'city_taken'
  if (city.reservation && city.reservation.owner !== actor) return 'city_reserved'
  city.reservation = undefined
  city.leader = actor
  city.optionalFields = optionalFields.slice(0, mostOptionalFields)
  put(turn.world, actor, city)
  turn.answer(AnsLayerCreateSet, { cityIndex: number })
  announcePopulation(turn, city)
  releaseReservation(turn, gate)
  return undefined
}

/**
 * ReqLayerCreateFoot: the end of the creation, or of the reservation when there was no Set. From
 * anybody but the owner it changes nothing (gap 23).
 */
export function finishCity(turn: Turn, number: number): Reason | undefined {
  const { actor } = turn
  const city = actor.at && gateOf(actor.at)?.cities[number - 1]
  if (!city) return 'no_such_place'
  turn.answer(AnsLayerCreateFoot, { cityIndex: number })
  if (city.reservation?.owner === actor) {
    city.reservation = undefined
    announceCity(turn, city)
  } else if (city.leader === actor) announceCity(turn, city)
  return undefined
}

/**
 * ReqLayerHost, by everybody who enters a city that he did not create: it is how the city learns of
 * him. `path` is echoed as it came.
 */
export function askCityHost(turn: Turn, path: Bytes): Reason | undefined {
  const { actor } = turn
  const leader = cityOf(actor)?.leader
  if (!leader) return 'not_here'
  turn.answer(AnsLayerHost, { cityPath: path, hostCapcomId: leader.id, hostName: leader.name })
  if (leader !== actor) turn.tell(layerOthers(actor), NtcLayerIn, newcomer(actor))
  return undefined
}
