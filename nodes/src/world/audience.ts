/** Who hears of something (game.md 0.1). All in slot order. */
import type { Circle, City, Gate, Player } from './world.ts'

const nobody: readonly Player[] = []

const without = (list: readonly Player[], one: Player): readonly Player[] =>
  list.filter((player) => player !== one)

/** The direct list where the player stands, himself included. */
export const layerAll = (player: Player): readonly Player[] => player.at?.members.occupants ?? nobody

export const layerOthers = (player: Player): readonly Player[] => without(layerAll(player), player)

/** People who stand in the gate itself, the actor left out. */
export const gateOthers = (gate: Gate, actor: Player): readonly Player[] =>
  without(gate.members.occupants, actor)

export const cityAll = (city: City): readonly Player[] => city.members.occupants

export const circleAll = (circle: Circle): readonly Player[] => circle.members.occupants

export const circleOthers = (circle: Circle, actor: Player): readonly Player[] =>
  without(circle.members.occupants, actor)
