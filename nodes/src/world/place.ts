import type { Layer, Player, World } from './world.ts'

/** Puts a player on another list, or on none. Whoever is to hear of it hears from the caller. */
export function put(world: World, player: Player, to: Layer | undefined): void {
  player.at?.members.remove(player)
  to?.members.add(player)
  player.at = to
  world.moved.add(player)
}
