/** Hunters on other nodes, described as those of this one (game.md 3.4). */
import type { OnlineHunter } from '../central/social.ts'
import { ascii, plainText } from '../pat/index.ts'
import { cityName, gateName, type Shown, type ShownPlace } from '../world/index.ts'
import type { Session } from './session.ts'

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

  /** Rejects while central cannot be asked. */
  async find({ realm, hold, ties }: Session, capcomId: string): Promise<OnlineHunter | undefined> {
    const now = realm.clock.now()
    if (now - this.#at >= freshMs || !this.#asked.has(capcomId)) {
      const friends = await ties.friends()
      const wanted = [...new Set([capcomId, ...friends.map((friend) => friend.capcomId)])].slice(0, mostAsked)
      const online = await realm.social.findOnline(hold, wanted)
      this.#at = now
      this.#asked = new Set(wanted)
      this.#online = new Map(online.map((hunter) => [hunter.capcomId, hunter]))
    }
    return this.#online.get(capcomId)
  }
}
