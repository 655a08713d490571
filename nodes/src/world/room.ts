/** Whether there is room in a place: members, and seats kept for hunters on their way (extras.md 1.7). */
import type { Reason } from './turn.ts'
import type { City, Gate, Player, World } from './world.ts'

/** Why `player` cannot enter right now (gaps 22, 25); undefined when there is room. */
export function closed(world: World, layer: Gate | City, player: Player): Reason | undefined {
  if (layer.kind === 'city') {
    if (layer.reservation) return 'city_reserved'
    if (layer.members.size === 0) return 'city_gone'
  }
  if (layer.members.size + keptFor(world, layer, player) < layer.capacity) return undefined
  return layer.kind === 'city' ? 'city_full' : 'gate_full'
}

/** Seats kept for others than `player`. */
function keptFor(world: World, layer: Gate | City, player: Player): number {
  let kept = 0
  for (const [capcomId, visit] of world.visits)
    if (visit.layer === layer && capcomId !== player.capcomId) kept += 1
  return kept
}
