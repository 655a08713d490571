/** Places and players as the client reads them, fields in the order of structs.json. */
import {
  ascii,
  type Bytes,
  encodeLayerPath,
  type Items,
  LayerData,
  LayerUserNum,
  type OptionalField,
} from '../pat/index.ts'
import { cityName, gateName, joinNames } from './place-names.ts'
import { type City, type Layer, namesOf, pathOf, populationOf, questingIn } from './world.ts'

/** Milliseconds between two positions of a client (game.md 4.10). */
const positionInterval = 500
/** LayerData 0x0c, the same for all members of a city (extras.md 8.2). */
const matchKey = 12
/** LayerUserNum 4 and 6: unknown constants (game.md 9.6). */
const userNumConstants = { unknown0x04: 0xaf00fa00, unknown0x06: 0xbf00fb00 } as const

/** LayerData 0x10 (game.md 1.3). */
const layerState = { server: 0, empty: 1, closed: 2, joinable: 3 } as const

function stateOf(layer: Layer): number {
  if (layer.kind === 'server') return layerState.server
  if (layer.kind === 'city' && layer.reservation) return layerState.closed
  const population = populationOf(layer)
  if (population === 0) return layerState.empty
  return population >= layer.capacity ? layerState.closed : layerState.joinable
}

const depths = { server: 1, gate: 2, city: 3 } as const

/** `named`: the packet is about this one city, so its path stands in it even without a leader. */
export function layerData(layer: Layer, named = false): Items<(typeof LayerData)['fields']> {
  const population = populationOf(layer)
  const head = {
    unknown0x01: layer.number,
    index: layer.number,
    positionInterval,
    asksUserList: 1,
    name: layer.name,
    size: population,
    size2: population,
    capacity: layer.capacity,
  }
  const tail = { state: stateOf(layer), layerDepth: depths[layer.kind] }
  if (layer.kind !== 'city') return LayerData.of({ ...head, ...tail })
  return LayerData.of({
    ...head,
    childPopulation: questingIn(layer),
    matchKey,
    ...tail,
    layerPathname: pathName(layer),
    layerHost: layer.leader || named ? encodeLayerPath(pathOf(layer)) : undefined,
  })
}

/** A city of another node, as that told of it last. */
export interface CityAbroad {
  readonly path: { readonly server: number; readonly gate: number; readonly city: number }
  /** Of the game server, as the client shows it. */
  readonly serverName: Bytes
  readonly capacity: number
  readonly population: number
  readonly questing: number
}

/** As a city of this node that somebody leads. */
export function cityDataAbroad(city: CityAbroad): Items<(typeof LayerData)['fields']> {
  const { path, serverName, capacity, population, questing } = city
  const name = cityName(path.city)
  return LayerData.of({
    unknown0x01: path.city,
    index: path.city,
    positionInterval,
    asksUserList: 1,
    name,
    size: population,
    size2: population,
    capacity,
    childPopulation: questing,
    matchKey,
    state: population >= capacity ? layerState.closed : layerState.joinable,
    layerDepth: depths.city,
    layerPathname: joinNames({ server: serverName, gate: gateName(path.gate), city: name }),
    layerHost: encodeLayerPath(path),
  })
}

/** A city's own, byte for byte as its creator sent them; a gate has none (game.md 3.3). */
export const optionalFieldsOf = (layer: Layer): readonly OptionalField[] =>
  layer.kind === 'city' ? layer.optionalFields : []

/** What ReqLayerStart gets: a placeholder, the same on every server (game.md 3.3). */
export const startingLayer = LayerData.of({
  index: 1,
  name: ascii('LayerStart'),
  size: 0,
  capacity: 4,
  state: layerState.empty,
  positionInterval,
  asksUserList: 1,
})

/** Server, gate and city joined with TAB (game.md 1.5). */
const pathName = (layer: Layer): Bytes => joinNames(namesOf(layer))

/** NtcLayerUserNum about a city. */
export function userNum(city: City): Items<(typeof LayerUserNum)['fields']> {
  return LayerUserNum.of({
    path: encodeLayerPath(pathOf(city)),
    population: populationOf(city),
    index: city.number,
    unknown0x04: userNumConstants.unknown0x04,
    maxPopulation: city.capacity,
    unknown0x06: userNumConstants.unknown0x06,
    childPopulation: questingIn(city),
  })
}
