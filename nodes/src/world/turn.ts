/**
 * One command's work: who did what under which sequence number, and everything that others are to
 * hear of it, in the order of writing (game.md 0.2). The answer stands among the notices, so that
 * "before" and "after" are places in one array.
 */
import type { AnyPacket, Body } from '../pat/index.ts'
import type { Player, World } from './world.ts'

export interface Notice {
  /** In slot order (game.md 0.1). Never empty. */
  readonly to: readonly Player[]
  readonly packet: AnyPacket
  readonly body: Body<AnyPacket>
  readonly sequence: number
}

/** Why the world says no. The player reads words for it; the world stays as it was. */
export type Reason =
  | 'not_here'
  | 'no_such_place'
  | 'server_full'
  | 'gate_full'
  | 'city_full'
  | 'city_gone'
  | 'city_taken'
  | 'city_reserved'
  | 'same_place'
  | 'in_quest'
  | 'board_full'
  | 'circle_gone'
  | 'circle_full'
  | 'circle_departed'
  | 'already_in_circle'
  | 'wrong_password'
  | 'not_your_circle'
  | 'bad_capacity'
  | 'seat_taken'

export interface Step {
  readonly notices: readonly Notice[]
  /** Set when the command was refused: there are no notices then, and the answer is an alert. */
  readonly refused: Reason | undefined
}

/** `sequence` of what nobody's packet caused (game.md 0.2). */
export const unasked = 0

export class Turn {
  readonly world: World
  readonly actor: Player
  /** Of the actor's packet; {@link unasked} when there was none. */
  readonly sequence: number
  readonly notices: Notice[] = []

  constructor(world: World, actor: Player, sequence: number) {
    this.world = world
    this.actor = actor
    this.sequence = sequence
  }

  /** Tells an audience; to nobody it is nothing. */
  tell<P extends AnyPacket>(
    to: readonly Player[],
    packet: P,
    body: Body<P>,
    sequence: number = this.sequence,
  ): void {
    if (to.length > 0) this.notices.push({ to, packet, body, sequence })
  }

  answer<P extends AnyPacket>(packet: P, body: Body<P>): void {
    this.tell([this.actor], packet, body)
  }
}

/** A command works on a turn and gives a reason if it refuses, before it changed anything. */
export type Command<A extends readonly unknown[]> = (turn: Turn, ...args: A) => Reason | undefined

export function play<A extends readonly unknown[]>(
  world: World,
  actor: Player,
  sequence: number,
  command: Command<A>,
  ...args: A
): Step {
  const turn = new Turn(world, actor, sequence)
  const refused = command(turn, ...args)
  return { notices: turn.notices, refused }
}
