/** Seats and arm wrestling of a city: who sits where (game.md 3.11, gap 31 closed). */
import {
  AnsLayerMediationList,
  AnsLayerMediationLock,
  AnsLayerMediationUnlock,
  ascii,
  type Items,
  MediationListItem,
  NtcLayerMediationLock,
  NtcLayerMediationUnlock,
} from '../pat/index.ts'
import { layerOthers } from './audience.ts'
import { type Reason, type Turn, unasked } from './turn.ts'
import { type City, cityOf, type Player } from './world.ts'

/** 1 to 12 seats, 13 and 14 arm wrestling (game.md 4.10). */
const seatCount = 14
/** Stands in for the owner of a free seat, as in the reference. */
const noOwner = ascii('Test')
/** The client does not look at it (extras.md 8.5). */
const granted = 1

/** ReqLayerMediationList. */
export function listSeats(turn: Turn): Reason | undefined {
  const seats = cityOf(turn.actor)?.seats
  const records = []
  for (let index = 1; index <= seatCount; index++)
    records.push({ mediationListItem: seat(index, seats?.get(index)) })
  turn.answer(AnsLayerMediationList, { unknown1: 0, records })
  return undefined
}

/** ReqLayerMediationLock. A taken seat is refused by an alert: an answer of 0 is not looked at (extras.md 8.5). */
export function takeSeat(turn: Turn, index: number): Reason | undefined {
  const { actor } = turn
  const city = cityOf(actor)
  if (!city) return 'not_here'
  if (index < 1 || index > seatCount) return 'no_such_place'
  const owner = city.seats.get(index)
  if (owner && owner !== actor) return 'seat_taken'
  if (!owner) {
    city.seats.set(index, actor)
    turn.tell(layerOthers(actor), NtcLayerMediationLock, {
      capcomId: actor.id,
      index,
      mediationListItem: seat(index, actor),
    })
  }
  turn.answer(AnsLayerMediationLock, { success: granted })
  return undefined
}

/** ReqLayerMediationUnlock. Somebody else's seat stays taken, and the answer is the same. */
export function freeSeat(turn: Turn, index: number): Reason | undefined {
  const city = cityOf(turn.actor)
  if (city?.seats.get(index) === turn.actor) release(turn, city, index, turn.sequence)
  turn.answer(AnsLayerMediationUnlock, { success: granted })
  return undefined
}

/** Frees every seat of somebody who goes. */
export function releaseSeats(turn: Turn, city: City): void {
  for (const [index, owner] of city.seats) if (owner === turn.actor) release(turn, city, index, unasked)
}

function release(turn: Turn, city: City, index: number, sequence: number): void {
  city.seats.delete(index)
  turn.tell(
    layerOthers(turn.actor),
    NtcLayerMediationUnlock,
    { capcomId: turn.actor.id, index, mediationListItem: seat(index, turn.actor, false) },
    sequence,
  )
}

function seat(
  index: number,
  owner: Player | undefined,
  locked = owner !== undefined,
): Items<(typeof MediationListItem)['fields']> {
  return MediationListItem.of({ ownerCapcomId: owner?.id ?? noOwner, index, isLocked: locked ? 1 : 0 })
}
