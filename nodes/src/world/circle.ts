/** Posting, joining, changing and leaving a quest (game.md 3.7, 3.9). */
import {
  AnsCircleCreate,
  AnsCircleHost,
  AnsCircleInfo,
  AnsCircleInfoSet,
  AnsCircleJoin,
  AnsCircleLeave,
  AnsCircleListLayer,
  AnsCircleUserList,
  type Bytes,
  type CircleInfo,
  equalBytes,
  type Items,
  NtcCircleInfoSet,
  NtcCircleJoin,
  noBytes,
  type OptionalField,
} from '../pat/index.ts'
import { circleAll, circleOthers } from './audience.ts'
import { announcePosting, circleUser, playerIndex, postingOf } from './circle-board.ts'
import { leaveCircle } from './circle-leave.ts'
import { Slots } from './slots.ts'
import type { Reason, Turn } from './turn.ts'
import { type Circle, type City, circlesPerCity, cityOf } from './world.ts'

type Info = Items<(typeof CircleInfo)['fields']>

/** Optional field of a circle: its quest (game.md 4.5). */
const questField = 2
/** Bytes of the texts that are kept, whatever a console sends (structs.json; of a password nothing is told). */
const longest = { password: 63, remarks: 511 } as const

/** A text of a quest as it is kept; undefined when the console did not name it. */
const textOf = (info: Info, key: keyof typeof longest): Bytes | undefined =>
  info.get(key)?.slice(0, longest[key])

/** An empty password is none. */
const unlessEmpty = (password: Bytes | undefined): Bytes | undefined =>
  password && password.length > 0 ? password : undefined

/** ReqCircleListLayer: the postings of the actor's city. */
export function listCircles(turn: Turn): Reason | undefined {
  const city = cityOf(turn.actor)
  if (!city) return 'not_here'
  const records = []
  for (const circle of city.circles) if (circle) records.push(postingOf(city, circle.number))
  turn.answer(AnsCircleListLayer, { ignored: 0, records })
  return undefined
}

/** ReqCircleInfo. A free place has an answer too. */
export function describeCircle(turn: Turn, number: number): Reason | undefined {
  const city = cityOf(turn.actor)
  if (!city) return 'not_here'
  if (number < 1 || number > circlesPerCity) return 'no_such_place'
  turn.answer(AnsCircleInfo, postingOf(city, number))
  return undefined
}

/** ReqCircleCreate: the lowest free place of the board, led by the actor. */
export function createCircle(
  turn: Turn,
  info: Info,
  optionalFields: readonly OptionalField[],
): Reason | undefined {
  const { actor } = turn
  const city = cityOf(actor)
  if (!city) return 'not_here'
  if (actor.circle) return 'already_in_circle'
  const capacity = info.get('capacity') ?? 0
  if (!validCapacity(capacity)) return 'bad_capacity'
  const number = freePlace(city)
  if (number === undefined) return 'board_full'
  const circle: Circle = {
    number,
    city,
    members: new Slots(),
    capacity,
    leader: actor,
    departed: false,
    questId: questOf(optionalFields) ?? 0,
    password: unlessEmpty(textOf(info, 'password')),
    remarks: textOf(info, 'remarks'),
    unknown0x0e: info.get('unknown0x0e') ?? 0,
  }
  city.circles[number - 1] = circle
  circle.members.add(actor)
  actor.circle = circle
  actor.readiness = 'joined'
  announcePosting(turn, city, number)
  turn.answer(AnsCircleCreate, { circleIndex: number })
  return undefined
}

/** The client has room for four in a party (gap 19). */
const validCapacity = (capacity: number): boolean => capacity >= 1 && capacity <= 4

const questOf = (fields: readonly OptionalField[]): number | undefined =>
  fields.find(({ id }) => id === questField)?.value

function freePlace(city: City): number | undefined {
  for (let number = 1; number <= circlesPerCity; number++) if (!city.circles[number - 1]) return number
  return undefined
}

/** ReqCircleJoin. What the reference let through is refused: free places, departed parties, a second circle (gap 18). */
export function joinCircle(turn: Turn, number: number, info: Info): Reason | undefined {
  const { actor } = turn
  const city = cityOf(actor)
  if (!city) return 'not_here'
  if (number < 1 || number > circlesPerCity) return 'no_such_place'
  const circle = city.circles[number - 1]
  if (!circle) return 'circle_gone'
  if (actor.circle) return 'already_in_circle'
  if (!equalBytes(circle.password ?? noBytes, textOf(info, 'password') ?? noBytes)) return 'wrong_password'
  if (circle.departed) return 'circle_departed'
  if (circle.members.size >= circle.capacity) return 'circle_full'
  const index = circle.members.add(actor) + 1
  actor.circle = circle
  actor.readiness = 'joined'
  turn.answer(AnsCircleJoin, { circleIndex: number, playerIndex: index })
  turn.tell(circleOthers(circle, actor), NtcCircleJoin, {
    circleIndex: number,
    capcomId: actor.id,
    hunterName: actor.name,
    playerIndex: index,
    state: 0,
  })
  announcePosting(turn, city, number)
  return undefined
}

/** ReqCircleUserList: the actor's own circle. */
export function listCircleUsers(turn: Turn): Reason | undefined {
  const { circle } = turn.actor
  if (!circle) return 'circle_gone'
  turn.answer(AnsCircleUserList, {
    records: circleAll(circle).map((member) => ({ circleUserData: circleUser(circle, member) })),
  })
  return undefined
}

/** ReqCircleHost. */
export function askCircleHost(turn: Turn, number: number): Reason | undefined {
  const circle = cityOf(turn.actor)?.circles[number - 1]
  if (!circle) return 'circle_gone'
  const { leader } = circle
  turn.answer(AnsCircleHost, {
    circleIndex: number,
    playerIndex: playerIndex(circle, leader),
    capcomId: leader.id,
    hunterName: leader.name,
  })
  return undefined
}

/**
 * ReqCircleInfoSet, by the leader; kept, so that the board and late comers see it (gap 15). From
 * another member it is a success that changes nothing: he may have led a moment ago.
 */
export function changeCircle(
  turn: Turn,
  number: number,
  info: Info,
  optionalFields: readonly OptionalField[],
): Reason | undefined {
  const { actor } = turn
  const circle = cityOf(actor)?.circles[number - 1]
  if (!circle) return 'circle_gone'
  if (actor.circle !== circle) return 'not_your_circle'
  if (circle.leader !== actor) {
    turn.answer(AnsCircleInfoSet, { circleIndex: number })
    return undefined
  }
  keep(circle, info, optionalFields)
  turn.tell(circleOthers(circle, actor), NtcCircleInfoSet, {
    circleIndex: number,
    circleInfo: info,
    optionalFields,
  })
  turn.answer(AnsCircleInfoSet, { circleIndex: number })
  announcePosting(turn, circle.city, number)
  return undefined
}

/** What is not named stays. */
function keep(circle: Circle, info: Info, optionalFields: readonly OptionalField[]): void {
  const password = textOf(info, 'password')
  if (password) circle.password = unlessEmpty(password)
  circle.remarks = textOf(info, 'remarks') ?? circle.remarks
  const capacity = info.get('capacity')
  if (capacity !== undefined && validCapacity(capacity))
    circle.capacity = Math.max(capacity, highestPlace(circle))
  circle.unknown0x0e = info.get('unknown0x0e') ?? circle.unknown0x0e
  circle.questId = questOf(optionalFields) ?? circle.questId
}

/** A party cannot have fewer places than its last member's. */
const highestPlace = (circle: Circle): number =>
  Math.max(...circle.members.occupants.map((member) => playerIndex(circle, member)))

/**
 * ReqCircleLeave. Who is in no circle (any more) is told that the place is free, if it is, and gets
 * his answer: his client may leave a party that was broken meanwhile (extras.md 4).
 */
export function quitCircle(turn: Turn, number: number): Reason | undefined {
  const { actor } = turn
  const city = cityOf(actor)
  if (actor.circle) leaveCircle(turn, actor, turn.sequence)
  else if (city && number >= 1 && number <= circlesPerCity && !city.circles[number - 1])
    announcePosting(turn, city, number)
  turn.answer(AnsCircleLeave, { circleIndex: number })
  return undefined
}
