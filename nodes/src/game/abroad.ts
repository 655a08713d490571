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
    if (now - this.#at >= freshMs || !this.#asked.has(capcomId)) {
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
