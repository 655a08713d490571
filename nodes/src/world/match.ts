/** Readiness, departure and end of a quest (game.md 3.7, 3.8; extras.md 4). */
import {
  AnsCircleMatchEnd,
  AnsCircleMatchOptionSet,
  AnsCircleMatchStart,
  type CircleUserData,
  type Items,
  NtcCircleKick,
  NtcCircleMatchOptionSet,
  NtcCircleMatchStart,
  noBytes,
} from '../pat/index.ts'
import { circleAll, circleOthers } from './audience.ts'
import { announcePosting, playerIndex } from './circle-board.ts'
import { leaveCircle } from './circle-leave.ts'
import type { Reason, Turn } from './turn.ts'
import type { Circle, Player } from './world.ts'

/** Left-overs of an address and a port, unused by the client; and a last word of unknown use (game.md 9.6). */
const matchConstants = { unknown3: new Uint8Array([1]), unknown4: 21, unknownLast: 1 } as const

/**
 * ReqCircleMatchOptionSet. In no circle (any more) it is a success with nothing to do: the party may
 * have been broken a moment ago.
 */
export function setReady(turn: Turn, data: Items<(typeof CircleUserData)['fields']>): Reason | undefined {
  const { actor } = turn
  const { circle } = actor
  if (circle) {
    setReadiness(turn, actor, data.get('isStandby') === 1 ? 'standby' : 'joined')
    turn.tell(circleOthers(circle, actor), NtcCircleMatchOptionSet, {
      circleUserData: data.with({
        capcomId: actor.id,
        hunterName: actor.name,
        playerIndex: playerIndex(circle, actor),
      }),
    })
  }
  turn.answer(AnsCircleMatchOptionSet, {})
  return undefined
}

function setReadiness(turn: Turn, player: Player, readiness: Player['readiness']): void {
  if ((player.readiness === 'quest') !== (readiness === 'quest')) turn.world.moved.add(player)
  player.readiness = readiness
}

/**
 * ReqCircleMatchStart, by the leader (gap 20). A party of which nobody is in the quest any more may
 * depart again (gap 16).
 */
export function startMatch(turn: Turn): Reason | undefined {
  const { actor } = turn
  const { circle } = actor
  if (!circle) return 'circle_gone'
  if (circle.leader !== actor) return 'not_your_circle'
  const members = circleAll(circle)
  if (circle.departed && members.some(({ readiness }) => readiness === 'quest')) return 'circle_departed'
  circle.departed = true
  for (const member of members) {
    if (member.readiness === 'standby') setReadiness(turn, member, 'quest')
    else kick(turn, member)
  }
  tellStart(turn, circle)
  announcePosting(turn, circle.city, circle.number)
  turn.answer(AnsCircleMatchStart, {})
  return undefined
}

/** Who is not ready stays in the city, out of the party. */
function kick(turn: Turn, member: Player): void {
  turn.tell([member], NtcCircleKick, { ignored1: 0, ignored2: noBytes })
  leaveCircle(turn, member, turn.sequence)
}

/** Must reach a member before the leader's answer, and count the ready ones alone (extras.md 4). */
function tellStart(turn: Turn, circle: Circle): void {
  const { unknown3, unknown4, unknownLast } = matchConstants
  const departing = circleAll(circle)
  turn.tell(departing, NtcCircleMatchStart, {
    match: {
      members: departing.map((member) => ({
        playerIndex: playerIndex(circle, member),
        capcomId: member.id,
        unknown3,
        unknown4,
      })),
    },
    unknownLast,
  })
}

/**
 * ReqCircleMatchEnd: back from the quest, still of the party; the client counts itself as ready when
 * the quest ended in order, and is about to leave otherwise (gap 16, extras.md 4).
 */
export function endMatch(turn: Turn, inOrder: boolean): Reason | undefined {
  const { actor } = turn
  if (actor.readiness === 'quest') setReadiness(turn, actor, inOrder ? 'standby' : 'joined')
  turn.answer(AnsCircleMatchEnd, {})
  return undefined
}
