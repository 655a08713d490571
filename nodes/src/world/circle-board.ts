/** How a quest looks on the city's board (game.md 3.7). */
import {
  type Bytes,
  CircleInfo,
  CircleUserData,
  type CircleUserData as CircleUserDataStruct,
  type Items,
  NtcCircleListLayerChange,
  type OptionalField,
  weaponTypeOf,
} from '../pat/index.ts'
import { cityAll } from './audience.ts'
import type { Turn } from './turn.ts'
import { type Circle, type City, circlesPerCity, type Player } from './world.ts'

/** One place on the board, used or free. */
export interface Posting {
  readonly circleIndex: number
  readonly circleInfo: Items<(typeof CircleInfo)['fields']>
  readonly optionalFields: readonly OptionalField[]
}

export function postingOf(city: City, number: number): Posting {
  const circle = city.circles[number - 1]
  return {
    circleIndex: number,
    circleInfo: circle ? describeCircle(circle) : CircleInfo.of({ index: number }),
    optionalFields: [
      { id: 1, value: circle?.capacity ?? circlesPerCity },
      { id: 2, value: circle?.questId ?? 0 },
    ],
  }
}

function describeCircle(circle: Circle): Items<(typeof CircleInfo)['fields']> {
  return CircleInfo.of({
    index: circle.number,
    hasPassword: circle.password && 1,
    password: circle.password,
    partyMembers: partyMembers(circle),
    remarks: circle.remarks,
    playerCount: circle.members.size,
    capacity: circle.capacity,
    index2: circle.number,
    leaderCapcomId: circle.leader.id,
    unknown0x0e: circle.unknown0x0e,
    notJoinable: circle.departed || circle.members.size >= circle.capacity ? 1 : 0,
  })
}

const rows = 4
const rowSize = 16
/** Ids and names are zero padded in rows of 16, the last byte always zero (structs.json, PartyMembers). */
const rowUse = rowSize - 1

/** PartyMembers: four ids, four names, four weapons, four flags; the row is the member's place. */
function partyMembers(circle: Circle): Bytes {
  const blob = new Uint8Array(2 * rows * rowSize + 2 * rows)
  const names = rows * rowSize
  const weapons = 2 * names
  const flags = weapons + rows
  for (const member of circle.members.occupants) {
    const row = circle.members.placeOf(member)
    blob.set(member.id.subarray(0, rowUse), row * rowSize)
    blob.set(member.name.subarray(0, rowUse), names + row * rowSize)
    blob[weapons + row] = weaponTypeOf(member.settings)
    blob[flags + row] = 0xff
  }
  return blob
}

/** From 1, as the client knows it. */
export const playerIndex = (circle: Circle, member: Player): number => circle.members.placeOf(member) + 1

/** A member for AnsCircleUserList. */
export const circleUser = (circle: Circle, member: Player): Items<(typeof CircleUserDataStruct)['fields']> =>
  CircleUserData.of({
    isStandby: member.readiness === 'standby' ? 1 : 0,
    playerIndex: playerIndex(circle, member),
    capcomId: member.id,
    hunterName: member.name,
  })

/** Tells the whole city how a place on its board looks now. */
export function announcePosting(turn: Turn, city: City, number: number, sequence = turn.sequence): void {
  turn.tell(cityAll(city), NtcCircleListLayerChange, postingOf(city, number), sequence)
}
