/** Who and what a search finds in this world (game.md 3.4, 4.7; bounds: extras.md 8.3). Nothing changes here. */
import type { Bytes, Condition, OptionalField } from '../pat/index.ts'
import { shown, userFields } from './describe-user.ts'
import { type City, type Layer, type Player, populationOf, type World } from './world.ts'

/** What a search names; an empty part means "any". */
export interface Wanted {
  /** Any part of the Capcom ID, as written. */
  readonly capcomId: Bytes
  /** Any part of the name; ASCII letters in either case. */
  readonly hunterName: Bytes
  readonly conditions: readonly Condition[]
}

/** Everybody who plays here, in the order of coming. */
export const findPlayers = (world: World, searcher: Player, wanted: Wanted): readonly Player[] =>
  [...world.players.values()].filter((player) => matches(player, searcher, wanted))

/** By the exact Capcom ID (gap 8). */
export function findPlayer(world: World, searcher: Player, capcomId: string): Player | undefined {
  const player = world.players.get(capcomId)
  return player && !player.blocked.has(searcher.capcomId) ? player : undefined
}

/** The people of a gate, then those of its cities; of one city when `layer` is one; of a whole server. */
export function findPlayersBelow(layer: Layer, searcher: Player, wanted: Wanted): readonly Player[] {
  return peopleBelow(layer).filter((player) => matches(player, searcher, wanted))
}

function peopleBelow(layer: Layer): readonly Player[] {
  if (layer.kind === 'server') return [...layer.members.occupants, ...layer.gates.flatMap(peopleBelow)]
  if (layer.kind === 'gate')
    return [...layer.members.occupants, ...layer.madeCities.flatMap(({ members }) => members.occupants)]
  return [...layer.gate.members.occupants, ...layer.members.occupants]
}

function matches(player: Player, searcher: Player, wanted: Wanted): boolean {
  const { capcomId, hunterName, conditions } = wanted
  return (
    !player.blocked.has(searcher.capcomId) &&
    contains(player.id, capcomId) &&
    contains(player.name, hunterName, lower) &&
    hasAll([...player.searchFields, ...userFields(shown(player))], conditions)
  )
}

/**
 * Cities that somebody leads, on every server of the searcher's type, that carry each of the wanted
 * values. Free ones are left out: without a leader a city has no path and nobody to meet.
 */
export function findCities(
  world: World,
  searcher: Player,
  conditions: readonly Condition[],
): readonly City[] {
  const found: City[] = []
  for (const server of world.servers.values()) {
    if (server.type !== searcher.server.type) continue
    for (const gate of server.gates) {
      if (populationOf(gate) === 0) continue
      for (const city of gate.cities)
        if (city.leader && hasAll(city.optionalFields, conditions)) found.push(city)
    }
  }
  return found
}

/** The game asks for equality alone (extras.md 8.4), so every condition is taken as that. */
const hasAll = (fields: readonly OptionalField[], conditions: readonly Condition[]): boolean =>
  conditions.every((wanted) => fields.some(({ id, value }) => id === wanted.id && value === wanted.value))

const same = (byte: number): number => byte
const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)

/** Byte by byte, for nobody knows the encoding; an empty part is in everything. */
function contains(whole: Bytes, part: Bytes, fold: (byte: number) => number = same): boolean {
  for (let at = 0; at + part.length <= whole.length; at++)
    if (part.every((byte, i) => fold(byte) === fold(whole[at + i] as number))) return true
  return false
}
