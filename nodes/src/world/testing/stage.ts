/** A small world for tests: hunters act by name, and what follows reads as lines. */
import { ascii, latin1 } from '../../pat/index.ts'
import {
  arrive,
  type Command,
  createCity,
  createWorld,
  finishCity,
  goDown,
  type Notice,
  type Player,
  part,
  play,
  reserveCity,
  type Step,
  type World,
} from '../index.ts'

export interface Stage {
  readonly world: World
  /** Lets a hunter arrive on server 1; the Capcom ID is the name's first letter six times. */
  arrives(name: string): Player
  /** Lets a hunter do something; the lines tell who hears what, in order. */
  act<A extends readonly unknown[]>(
    who: Player,
    sequence: number,
    command: Command<A>,
    ...args: A
  ): readonly string[]
  goes(who: Player): readonly string[]
  /** Puts hunters into gate 1. */
  inGate(...names: string[]): Player[]
  /** Puts hunters into city 1 of gate 1; the first one founds it. */
  inCity(...names: string[]): Player[]
}

export function stage(): Stage {
  const world = createWorld([
    { id: 1, name: 'Valor1', type: 1, gates: 3, cities: 3, capacity: 20 },
    { id: 2, name: 'Valor2', type: 1, gates: 1, cities: 1, capacity: 2 },
  ])
  const here: Stage = {
    world,
    arrives: (name) => {
      const player = arrive(world, {
        capcomId: idOf(name),
        name: ascii(name),
        server: 1,
        settings: undefined,
      })
      if (!player) throw new Error(`${name} was turned away`)
      return player
    },
    act: (who, sequence, command, ...args) => lines(play(world, who, sequence, command, ...args)),
    goes: (who) => lines(part(world, who)),
    inGate: (...names) =>
      names.map((name) => {
        const player = here.arrives(name)
        play(world, player, 1, goDown, 1)
        return player
      }),
    inCity: (...names) => {
      const players = here.inGate(...names)
      for (const [i, player] of players.entries()) {
        if (i > 0) play(world, player, 1, goDown, 1)
        else {
          play(world, player, 1, reserveCity, 1, 0)
          play(world, player, 1, createCity, 1, [])
          play(world, player, 1, finishCity, 1)
        }
      }
      return players
    },
  }
  return here
}

export const idOf = (name: string): string => (name[0] ?? '?').toUpperCase().repeat(6)

/** `A B < NtcLayerIn 7` for each notice; `refused: why` for a refusal. */
export function lines({ notices, refused }: Step): readonly string[] {
  return refused ? [`refused: ${refused}`, ...notices.map(line)] : notices.map(line)
}

function line({ to, packet, sequence }: Notice): string {
  const names = to.map((player) => latin1(player.name)[0]).join(' ')
  return `${names} < ${packet.name} ${sequence}`
}
