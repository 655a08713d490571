/** The game servers of the game's last years, ids 1 to 12 (surface.md, "The default world"). */
import type { ServerType } from '@citygate/schema/contract'

const groups: readonly (readonly [type: ServerType, name: string, count: number])[] = [
  ['open', 'Valor', 4],
  ['rookie', 'Beginners', 2],
  ['expert', 'Veterans', 2],
  ['recruiting', 'Greed', 4],
]

export const defaultWorld = groups
  .flatMap(([type, name, count]) =>
    Array.from({ length: count }, (_, index) => ({ type, name: `${name}${index + 1}` })),
  )
  .map((server, index) => ({ id: index + 1, ...server, gates: 40, cities: 40, capacity: 2000 }))
