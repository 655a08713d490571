/** Hunters and cities on other nodes, described as those of this one (game.md 3.4). */
import { CentralUnreachable } from '../central/link.ts'
import type { OnlineCity, OnlineHunter, WantedOnline } from '../central/social.ts'
import { ascii, type Condition, type LayerPath, latin1, plainText } from '../pat/index.ts'
import {
  cityName,
  foundCityRowAbroad,
  gateName,
  type Shown,
  type ShownPlace,
  type Wanted,
} from '../world/index.ts'
import { say } from './letters.ts'
import type { Session } from './session.ts'
import { gameWords } from './words.ts'

const longestServerName = 31

export const shownAbroad = (hunter: OnlineHunter): Shown => ({
  id: ascii(hunter.capcomId),
  name: hunter.name,
  settings: hunter.settings,
  path: { server: hunter.serverId, gate: hunter.gate ?? 0, city: hunter.city ?? 0 },
  inQuest: hunter.inQuest,
})

export const placeAbroad = ({ serverName, gate, city, population, capacity }: OnlineHunter): ShownPlace => ({
  names: {
    server: plainText(serverName, longestServerName),
    gate: gate === null ? undefined : gateName(gate),
    city: city === null ? undefined : cityName(city),
  },
  capacity,
  population,
})

/** A row of a city search. */
function cityRowAbroad(city: OnlineCity) {
  const path = { server: city.serverId, gate: city.gate, city: city.city }
  const members = city.members.map(({ capcomId, ...member }) => ({ ...member, id: ascii(capcomId), path }))
  return foundCityRowAbroad(
    {
      path,
      serverName: plainText(city.serverName, longestServerName),
      capacity: city.capacity,
      population: members.length,
      questing: members.filter(({ inQuest }) => inQuest).length,
    },
    city.properties,
    members,
  )
}

/** Hunters of other nodes, everywhere or in a place. While central cannot be asked, a search answers from this node alone. */
export async function huntersAbroad(
  session: Session,
  { capcomId, hunterName, conditions }: Wanted,
  place?: LayerPath,
): Promise<readonly Shown[]> {
  const { social, world } = session.realm
  // The bytes of a request are its frame's, which is used again while central is asked.
  const wanted: WantedOnline = {
    ...{ capcomId: latin1(capcomId), hunterName: hunterName.slice(), conditions },
    ...(place
      ? { place: { serverId: place.server, gate: place.gate || null, city: place.city || null } }
      : {}),
  }
  const online = await orNobody(session, social.searchOnline(session.hold, wanted))
  const { players, servers } = world
  return online
    .filter(({ capcomId: id, serverId }) => !players.has(id) && !servers.has(serverId))
    .map(shownAbroad)
}

/** Cities of other nodes, on servers of the seeker's type. */
export async function citiesAbroad(session: Session, conditions: readonly Condition[]) {
  const { social, world } = session.realm
  const found = await orNobody(session, social.searchCities(session.player.server.number, conditions))
  return found.filter(({ serverId }) => !world.servers.has(serverId)).map(cityRowAbroad)
}

/** A hunter who turns one page after the other is told once. */
const saidAgainMs = 30_000
const saidAt = new WeakMap<Session, number>()

async function orNobody<T>(session: Session, asked: Promise<readonly T[]>): Promise<readonly T[]> {
  const { realm, peer } = session
  try {
    return await asked
  } catch (err) {
    if (!(err instanceof CentralUnreachable) || !realm.social.keeps.searchesAlone) throw err
    peer.log.info({}, 'a search of this node alone: central does not answer')
    const now = realm.clock.now()
    if (now - (saidAt.get(session) ?? Number.NEGATIVE_INFINITY) >= saidAgainMs) {
      saidAt.set(session, now)
      say(session, gameWords.thisNodeAlone)
    }
    return []
  }
}

/** How long an answer about friends is good, in milliseconds. */
const freshMs = 3000
/** Central takes as many at a time. */
const mostAsked = 50

/**
 * Where friends are. The client asks for one friend after the other when it opens the list; central is
 * asked once for all of them.
 */
export class FriendFinder {
  #at = Number.NEGATIVE_INFINITY
  #asked: ReadonlySet<string> = new Set()
  #online: ReadonlyMap<string, OnlineHunter> = new Map()
  #failed: { readonly at: number; readonly error: unknown } | undefined

  /** Rejects while central cannot be asked; at once for the rest of a list whose first question failed. */
  async find(session: Session, capcomId: string): Promise<OnlineHunter | undefined> {
    const { clock } = session.realm
    if (this.#failed && clock.now() - this.#failed.at < freshMs) throw this.#failed.error
    try {
      const found = await this.#find(session, capcomId)
      this.#failed = undefined
      return found
    } catch (error) {
      this.#failed = { at: clock.now(), error }
      throw error
    }
  }

  async #find({ realm, hold, ties }: Session, capcomId: string): Promise<OnlineHunter | undefined> {
    const now = realm.clock.now()
    if (now - this.#at >= realm.social.keeps.othersMs || !this.#asked.has(capcomId)) {
      const friends = await ties.friends()
      const wanted = [...new Set([capcomId, ...friends.map((friend) => friend.capcomId)])].slice(0, mostAsked)
      const online = await realm.social.findOnline(hold, wanted)
      this.#at = now
      this.#asked = new Set(wanted)
      // Who is told to be here and is not, has gone since.
      const abroad = online.filter(({ serverId }) => !realm.world.servers.has(serverId))
      this.#online = new Map(abroad.map((hunter) => [hunter.capcomId, hunter]))
    }
    return this.#online.get(capcomId)
  }
}
