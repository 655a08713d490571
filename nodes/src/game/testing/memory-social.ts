/** What central keeps of hunters for each other, in memory: for one node, and for tests of its handlers. */
import { Problem } from '@citygate/schema/contract'
import type { Hold } from '../../central/link.ts'
import type {
  Acquaintances,
  FriendRequest,
  Known,
  Message,
  OnlineCity,
  OnlineHunter,
  SocialLink,
  SocialNews,
  WantedOnline,
} from '../../central/social.ts'

interface Ledger {
  readonly known: Known
  readonly friends: Map<string, Known>
  readonly blocked: Map<string, Known>
  readonly requests: Map<string, FriendRequest>
  denies: boolean
}

export class MemorySocial implements SocialLink {
  readonly #ledgers = new Map<string, Ledger>()
  #number = 0
  #listener: (hold: Hold, news: SocialNews) => void = () => undefined
  /** Hunters on other nodes. */
  abroad: readonly OnlineHunter[] = []
  /** What a search asked for last. */
  wanted: WantedOnline | undefined
  /** Cities on other nodes. */
  cities: readonly OnlineCity[] = []
  /** Private messages that went to other nodes. */
  readonly told: { readonly to: string; readonly message: Message }[] = []
  /** How often somebody asked where given hunters are. */
  asked = 0
  /** When set, answers about acquaintances are as old as it takes. */
  slow: Promise<void> | undefined
  keeps: SocialLink['keeps'] = { own: true, othersMs: 3000, searchesAlone: true }
  /** When set, every call fails with it. */
  fault: Error | undefined

  /** A hunter exists, here or anywhere. */
  know(known: Known): void {
    if (this.#ledgers.has(known.capcomId)) return
    this.#ledgers.set(known.capcomId, {
      known,
      friends: new Map(),
      blocked: new Map(),
      requests: new Map(),
      denies: false,
    })
  }

  /** A letter from another node. */
  deliver(hold: Hold, news: SocialNews): void {
    this.#listener(hold, news)
  }

  async acquaintances({ capcomId }: Hold): Promise<Acquaintances> {
    const { friends, blocked, requests, denies } = this.#ledger(capcomId)
    const found = {
      friends: [...friends.values()],
      blacklist: [...blocked.values()],
      requests: [...requests.values()],
      deniesRequests: denies,
    }
    await this.slow
    return found
  }

  async askFriend({ capcomId }: Hold, other: string, message: Message): Promise<FriendRequest | null> {
    const [asker, asked] = [this.#ledger(capcomId), this.#ledger(other)]
    if (asked.denies || asked.blocked.has(capcomId)) throw new Problem('friend_refused')
    if (asker.friends.has(other) && asked.friends.has(capcomId)) return null
    this.#number += 1
    const request = { number: this.#number, from: asker.known, message }
    asked.requests.set(capcomId, request)
    return request
  }

  async answerFriend({ capcomId }: Hold, asker: string, accepted: boolean) {
    const [own, other] = [this.#ledger(capcomId), this.#ledger(asker)]
    const asked = own.requests.delete(asker)
    other.requests.delete(capcomId)
    if (!accepted) return { friend: null, made: false }
    if (own.friends.has(asker) && other.friends.has(capcomId)) return { friend: other.known, made: false }
    if (!asked) throw new Problem('request_not_found')
    own.friends.set(asker, other.known)
    other.friends.set(capcomId, own.known)
    return { friend: other.known, made: true }
  }

  async deleteFriend({ capcomId }: Hold, friend: string): Promise<void> {
    this.#ledger(capcomId).friends.delete(friend)
  }

  async setBlacklisted({ capcomId }: Hold, other: string, listed: boolean): Promise<Known> {
    const [own, their] = [this.#ledger(capcomId), this.#ledger(other)]
    if (listed) own.blocked.set(other, their.known)
    else own.blocked.delete(other)
    if (listed)
      for (const [one, two] of [
        [own, other],
        [their, capcomId],
      ] as const)
        one.friends.delete(two)
    return their.known
  }

  async setDeniesRequests({ capcomId }: Hold, denies: boolean): Promise<void> {
    this.#ledger(capcomId).denies = denies
  }

  async tell(_: Hold, other: string, message: Message): Promise<'sent' | 'offline'> {
    this.#ledger(other)
    this.told.push({ to: other, message })
    return 'sent'
  }

  async searchOnline(_: Hold, wanted: WantedOnline): Promise<readonly OnlineHunter[]> {
    this.wanted = wanted
    if (this.fault) throw this.fault
    return this.abroad
  }

  async searchCities(): Promise<readonly OnlineCity[]> {
    if (this.fault) throw this.fault
    return this.cities
  }

  async findOnline(_: Hold, capcomIds: readonly string[]): Promise<readonly OnlineHunter[]> {
    this.asked += 1
    if (this.fault) throw this.fault
    return this.abroad.filter(({ capcomId }) => capcomIds.includes(capcomId))
  }

  onLetter(listener: (hold: Hold, news: SocialNews) => void): void {
    this.#listener = listener
  }

  #ledger(capcomId: string): Ledger {
    if (this.fault) throw this.fault
    const ledger = this.#ledgers.get(capcomId)
    if (!ledger) throw new Problem('player_not_found')
    return ledger
  }
}
