/** Leaving a quest party: by wish, by kick, by going away (game.md 3.9). */
import { NtcCircleBreak, NtcCircleHost, NtcCircleLeave } from '../pat/index.ts'
import { circleOthers } from './audience.ts'
import { announcePosting, playerIndex } from './circle-board.ts'
import type { Turn } from './turn.ts'
import type { Circle, Player } from './world.ts'

/** `leaver` is in a circle. `sequence` of all that is told. */
export function leaveCircle(turn: Turn, leaver: Player, sequence: number): void {
  const { circle } = leaver
  if (!circle) return
  const { city, number } = circle
  const others = circleOthers(circle, leaver)
  turn.tell(
    others,
    NtcCircleLeave,
    { circleIndex: number, capcomId: leaver.id, playerIndex: playerIndex(circle, leaver), unknown4: 0 },
    sequence,
  )
  const next = others[0]
  if (circle.leader === leaver && circle.departed && next)
    handCircleOver(turn, circle, next, others, sequence)
  else if (circle.leader === leaver) breakCircle(turn, circle, others, sequence)
  dismiss(turn, leaver)
  announcePosting(turn, city, number, sequence)
}

function handCircleOver(
  turn: Turn,
  circle: Circle,
  next: Player,
  others: readonly Player[],
  sequence: number,
): void {
  circle.leader = next
  turn.tell(
    others,
    NtcCircleHost,
    { unknown1: 0, playerIndex: playerIndex(circle, next), capcomId: next.id, hunterName: next.name },
    sequence,
  )
}

/**
 * The place on the board is free, and the others are out at once: their clients reset themselves and
 * may never say so (gap 13, extras.md 4).
 */
function breakCircle(turn: Turn, circle: Circle, others: readonly Player[], sequence: number): void {
  turn.tell(others, NtcCircleBreak, { ignored: 0 }, sequence)
  circle.city.circles[circle.number - 1] = undefined
  for (const other of others) dismiss(turn, other)
}

function dismiss(turn: Turn, member: Player): void {
  member.circle?.members.remove(member)
  member.circle = undefined
  if (member.readiness === 'quest') turn.world.moved.add(member)
  member.readiness = 'joined'
}
