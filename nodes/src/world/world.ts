/**
 * The tree of game.md 1.1: server, gate, city, circle. One event loop owns a world and changes it
 * only through the commands of this room; there is no clock, no I/O and no chance in here.
 */
import { type Bytes, type OptionalField, plainText } from '../pat/index.ts'
import { cityName, gateName, type PlaceNames } from './place-names.ts'
import { Slots } from './slots.ts'

export interface World {
  readonly servers: ReadonlyMap<number, Server>
  /** Everybody who plays here, by Capcom ID. */
  readonly players: Map<string, Player>
  /** Whose whereabouts or role changed since {@link takeMoved}. */
  readonly moved: Set<Player>
  /** Seats kept for hunters who are on their way to another server, by Capcom ID. */
  readonly visits: Map<string, Visit>
  /** Number of the last {@link Visit}. */
  lastVisit: number
}

/** A seat in a gate or city that a warp has reserved (extras.md 1.7). */
interface Visit {
  readonly layer: Gate | City
  /** The client shows it again when it arrives. */
  readonly ticket: number
  readonly until: number
}

/** open, rookie, expert, recruiting (game.md 4.2). */
export type ServerType = 1 | 2 | 3 | 4

export interface Server {
  readonly kind: 'server'
  readonly number: number
  readonly name: Bytes
  readonly type: ServerType
  readonly capacity: number
  readonly members: Slots<Player>
  readonly gates: readonly Gate[]
}

export interface Gate {
  readonly kind: 'gate'
  /** From 1, as every number of a place. */
  readonly number: number
  readonly name: Bytes
  readonly capacity: number
  readonly server: Server
  readonly members: Slots<Player>
  /** Made when they are looked at first: a whole world has some 20 000, and few gates are ever entered. */
  readonly cities: readonly City[]
  /** None before somebody has looked at `cities`; until then nobody can be in one. */
  readonly madeCities: readonly City[]
}

interface Reservation {
  readonly owner: Player
  /** Milliseconds on the clock that commands bring along. */
  readonly until: number
}

export interface City {
  readonly kind: 'city'
  readonly number: number
  readonly name: Bytes
  readonly capacity: number
  readonly gate: Gate
  readonly members: Slots<Player>
  leader: Player | undefined
  /** As the creator sent them. */
  optionalFields: readonly OptionalField[]
  reservation: Reservation | undefined
  /** Four quest slots; a free one is undefined. */
  readonly circles: (Circle | undefined)[]
  /** Who holds which seat or barrel, 1 to 14 (game.md 3.11). */
  readonly seats: Map<number, Player>
}

/** A quest party (game.md 1.7). It exists while its slot on the city's board is taken. */
export interface Circle {
  /** Place on the board, from 1. */
  readonly number: number
  readonly city: City
  /** Places of a circle are what the client knows as player index, less one. */
  readonly members: Slots<Player>
  capacity: number
  leader: Player
  departed: boolean
  questId: number
  password: Bytes | undefined
  remarks: Bytes | undefined
  unknown0x0e: number
}

export type Layer = Server | Gate | City

/** `standby`: ready to depart. `quest`: departed with the circle (game.md 2). */
type Readiness = 'joined' | 'standby' | 'quest'

export interface Player {
  readonly capcomId: string
  /** The Capcom ID as it stands on the wire. */
  readonly id: Bytes
  readonly name: Bytes
  readonly server: Server
  /** The one list in which the player stands; undefined before and after the layers. */
  at: Layer | undefined
  circle: Circle | undefined
  readiness: Readiness
  /** 256 bytes, replaced as a whole when they change. */
  settings: Bytes
  /** Search properties that the client publishes (ReqUserSearchSet). */
  searchFields: readonly OptionalField[]
  /** Capcom IDs whose tells do not arrive, and who do not find this player. */
  blocked: ReadonlySet<string>
}

export interface ServerPlan {
  readonly id: number
  readonly name: string
  readonly type: ServerType
  readonly gates: number
  readonly cities: number
  readonly capacity: number
}

interface Capacities {
  /** People who stand in a gate itself. */
  readonly gate: number
  readonly city: number
}

/** game.md 1.1. */
const defaultCapacities: Capacities = { gate: 100, city: 4 }

export const circlesPerCity = 4
/** Bytes of a server's name that the client keeps (login.md 8). */
const longestServerName = 31

export function createWorld(plans: readonly ServerPlan[], capacities = defaultCapacities): World {
  return {
    servers: new Map(plans.map((plan) => [plan.id, createServer(plan, capacities)])),
    players: new Map(),
    moved: new Set(),
    visits: new Map(),
    lastVisit: 0,
  }
}

function createServer(plan: ServerPlan, capacities: Capacities): Server {
  const gates: Gate[] = []
  const server: Server = {
    kind: 'server',
    number: plan.id,
    name: plainText(plan.name, longestServerName),
    type: plan.type,
    capacity: plan.capacity,
    members: new Slots(),
    gates,
  }
  for (let number = 1; number <= plan.gates; number++)
    gates.push(createGate(server, number, plan.cities, capacities))
  return server
}

function createGate(server: Server, number: number, cities: number, capacities: Capacities): Gate {
  let made: readonly City[] | undefined
  const gate: Gate = {
    kind: 'gate',
    number,
    name: gateName(number),
    capacity: capacities.gate,
    server,
    members: new Slots(),
    get cities() {
      made ??= Array.from({ length: cities }, (_, index) => createCity(gate, index + 1, capacities.city))
      return made
    },
    get madeCities() {
      return made ?? noCities
    },
  }
  return gate
}

const noCities: readonly City[] = []

function createCity(gate: Gate, number: number, capacity: number): City {
  return {
    kind: 'city',
    number,
    name: cityName(number),
    capacity,
    gate,
    members: new Slots(),
    leader: undefined,
    optionalFields: [],
    reservation: undefined,
    circles: [],
    seats: new Map(),
  }
}

export const serverOf = (layer: Layer): Server =>
  layer.kind === 'server' ? layer : layer.kind === 'gate' ? layer.server : layer.gate.server

export const gateOf = (layer: Layer): Gate | undefined =>
  layer.kind === 'server' ? undefined : layer.kind === 'gate' ? layer : layer.gate

export const cityOf = (player: Player): City | undefined =>
  player.at?.kind === 'city' ? player.at : undefined

/** The places below: gates of a server, cities of a gate. */
export const childrenOf = (layer: Layer): readonly Layer[] =>
  layer.kind === 'server' ? layer.gates : layer.kind === 'gate' ? layer.cities : []

/** The places beside, the layer's own included; none at server level. */
export const siblingsOf = (layer: Layer): readonly Layer[] =>
  layer.kind === 'server' ? [] : layer.kind === 'gate' ? layer.server.gates : layer.gate.cities

/** Members of the place and of all below it (game.md 1.1). Circles add nobody. */
export function populationOf(layer: Layer): number {
  let population = layer.members.size
  const below = layer.kind === 'gate' ? layer.madeCities : childrenOf(layer)
  for (const child of below) population += populationOf(child)
  return population
}

/** Members of a city who are in a quest. */
export function questingIn(city: City): number {
  let count = 0
  for (const member of city.members.occupants) if (member.readiness === 'quest') count += 1
  return count
}

/** The place that a path names; undefined when this world has no such place. */
export function layerAt(
  world: World,
  path: { server: number; gate: number; city: number },
): Layer | undefined {
  const server = world.servers.get(path.server)
  if (!server || path.gate === 0) return server
  const gate = server.gates[path.gate - 1]
  if (!gate || path.city === 0) return gate
  return gate.cities[path.city - 1]
}

export function pathOf(layer: Layer): { server: number; gate: number; city: number } {
  return {
    server: serverOf(layer).number,
    gate: gateOf(layer)?.number ?? 0,
    city: layer.kind === 'city' ? layer.number : 0,
  }
}

export const namesOf = (layer: Layer): PlaceNames => ({
  server: serverOf(layer).name,
  gate: gateOf(layer)?.name,
  city: layer.kind === 'city' ? layer.name : undefined,
})

/** Who moved since the last call, for whoever tells others where people are. */
export function takeMoved(world: World): readonly Player[] {
  if (world.moved.size === 0) return nobody
  const players = [...world.moved]
  world.moved.clear()
  return players
}

const nobody: readonly Player[] = []
