/** Players as the client reads them, fields in the order of structs.json. */
import {
  type Bytes,
  encodeLayerPath,
  hunterRankOf,
  type Items,
  type LayerPath,
  LayerUserInfo,
  type OptionalField,
  UserSearchInfo,
  weaponTypeOf,
} from '../pat/index.ts'
import { joinNames, type PlaceNames } from './place-names.ts'
import { uniqueIds } from './unique-id.ts'
import { namesOf, type Player, pathOf, populationOf } from './world.ts'

/** What lists and searches tell of a hunter, of this node or of another. */
export interface Shown {
  readonly id: Bytes
  readonly name: Bytes
  readonly settings: Bytes
  readonly path: LayerPath
  readonly inQuest: boolean
}

/** Of the place where he is. */
export interface ShownPlace {
  readonly names: PlaceNames
  readonly capacity: number
  readonly population: number
}

export const shown = (player: Player): Shown => ({
  id: player.id,
  name: player.name,
  settings: player.settings,
  path: pathOf(player.at ?? player.server),
  inQuest: player.readiness === 'quest',
})

export function shownPlace(player: Player): ShownPlace {
  const at = player.at ?? player.server
  return { names: namesOf(at), capacity: at.capacity, population: populationOf(at) }
}

/** As the people around see him: fields 1, 2, 7. */
export const neighbour = (player: Player): Items<(typeof LayerUserInfo)['fields']> =>
  LayerUserInfo.of({ capcomId: player.id, hunterName: player.name, stats: player.settings })

/** As a list about another place shows him: fields 1, 2, 3. */
export const listedUser = ({ id, name, path }: Shown): Items<(typeof LayerUserInfo)['fields']> =>
  LayerUserInfo.of({ capcomId: id, hunterName: name, layerHost: encodeLayerPath(path) })

/** As a search over servers shows him: fields 1, 2, 3, 4. */
export const foundUser = ({ id, name, settings, path }: Shown): Items<(typeof UserSearchInfo)['fields']> =>
  UserSearchInfo.of({ capcomId: id, hunterName: name, stats: settings, layerHost: encodeLayerPath(path) })

/**
 * Everything about one hunter, before a warp to him (extras.md 1.3). Name, capacity and population are
 * those of the place where he is, not the reference's constants (gap 11).
 */
export function fullUser(user: Shown, place: ShownPlace): Items<(typeof UserSearchInfo)['fields']> {
  const { names, capacity, population } = place
  const { first, second } = uniqueIds(user.id)
  return foundUser(user).with({
    unknown0x07: 1,
    serverName: joinNames(names),
    unknown0x0b: 1,
    unknown0x0c: names.city ?? names.gate ?? names.server,
    cityCapacity: capacity,
    citySize: population,
    uniqueIdA: first,
    uniqueIdB: second,
  })
}

/** 1: weapon and whether he is in a quest; 2: rank (game.md 4.5). */
export const userFields = ({ settings, inQuest }: Shown): readonly OptionalField[] => [
  { id: 1, value: ((weaponTypeOf(settings) << 24) | (inQuest ? 1 : 0)) >>> 0 },
  { id: 2, value: (hunterRankOf(settings) << 16) >>> 0 },
]
