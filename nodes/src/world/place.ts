import type { Layer, Player, World } from './world.ts'

/** Puts a player on another list, or on none. Whoever is to hear of it hears from the caller. */
export function put(world: World, player: Player, to: Layer | undefined): void {
  player.at?.members.remove(player)
  to?.members.add(player)
  player.at = to
  // Who comes in by himself needs the seat no more that a warp had kept for him there.
  if (world.visits.get(player.capcomId)?.layer === to) world.visits.delete(player.capcomId)
  world.moved.add(player)
}
