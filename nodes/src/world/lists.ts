/** Lists of places and of the people around (game.md 3.3, 3.4; bounds: extras.md 8.3). Nothing changes here. */
import {
  headerSize,
  type Items,
  type LayerData,
  LayerUserInfo,
  largestClientFrame,
  type OptionalField,
} from '../pat/index.ts'
import { layerAll } from './audience.ts'
import { type CityAbroad, cityDataAbroad, layerData, optionalFieldsOf } from './describe.ts'
import { foundUser, listedUser, neighbour, type Shown, shown, userFields } from './describe-user.ts'
import type { City, Layer, Player } from './world.ts'

export interface LayerRow {
  readonly layerData: Items<(typeof LayerData)['fields']>
  readonly optionalFields: readonly OptionalField[]
}

export const layerRow = (layer: Layer): LayerRow => ({
  layerData: layerData(layer),
  optionalFields: optionalFieldsOf(layer),
})

/** Rows from `first` (1-based) on, at most `count`, as many as there are. */
export const layerRows = (layers: readonly Layer[], first: number, count: number): readonly LayerRow[] =>
  layers.slice(Math.max(first, 1) - 1, Math.max(first, 1) - 1 + count).map(layerRow)

/** A row of a list about another place. */
export const userRow = (user: Shown) => ({
  layerUserInfo: listedUser(user),
  optionalFields: userFields(user),
})

/** A row of a search over servers. */
export const foundUserRow = (user: Shown) => ({
  userSearchInfo: foundUser(user),
  optionalFields: userFields(user),
})

/** A row of a city search: the city, and who is in it. */
export const foundCityRow = (city: City) => ({
  ...layerRow(city),
  users: city.members.occupants.map(shown).map(foundMember),
})

/** The same of a city on another node. */
export const foundCityRowAbroad = (
  city: CityAbroad,
  optionalFields: readonly OptionalField[],
  members: readonly Shown[],
) => ({ layerData: cityDataAbroad(city), optionalFields, users: members.map(foundMember) })

const foundMember = (member: Shown) => ({
  layerUserInfo: LayerUserInfo.of({ capcomId: member.id, hunterName: member.name }),
  optionalFields: userFields(member),
})

/** The client's work area for AnsLayerUserList. */
const mostUsers = 57
/** Bytes of a row beside the name: id of six letters, settings of 256, tags and lengths. */
const userRowSize = 275
const countSize = 4

/**
 * The people around a player, himself included, in slot order. When the client cannot read them all
 * he comes first, for without him his client fails, and the last ones are left out.
 */
export function usersAround(player: Player): readonly Items<(typeof LayerUserInfo)['fields']>[] {
  const all = layerAll(player)
  if (readable(all) === all.length) return all.map(neighbour)
  const first = [player, ...all.filter((other) => other !== player)]
  return first.slice(0, readable(first)).map(neighbour)
}

/** How many rows from the beginning fit the client's buffer and work area. */
function readable(players: readonly Player[]): number {
  let room = largestClientFrame - headerSize - countSize
  let rows = 0
  for (const player of players) {
    room -= userRowSize + player.name.length
    if (room < 0 || rows === mostUsers) break
    rows += 1
  }
  return rows
}
