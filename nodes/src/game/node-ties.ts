/**
 * Ties in the memory of this node: they hold between its own hunters, until it stops. Stands in until
 * central keeps them (docs/decisions/gaps.md, 1).
 */
import { type Asked, type FriendLetter, type Known, mostBlocked, mostFriends, type Ties } from './ties.ts'

interface Ledger {
  known: Known
  takesRequests: boolean
  readonly friends: Map<string, Known>
  readonly blocked: Map<string, Known>
  /** By the asker's id. */
  readonly requests: Map<string, { readonly letter: FriendLetter; given: boolean }>
}

export class NodeTies implements Ties {
  readonly #ledgers = new Map<string, Ledger>()

  async know(hunter: Known, takesRequests: boolean): Promise<void> {
    const ledger = this.#ledgers.get(hunter.capcomId)
    if (ledger) Object.assign(ledger, { known: hunter, takesRequests })
    else
      this.#ledgers.set(hunter.capcomId, {
        known: hunter,
        takesRequests,
        friends: new Map(),
        blocked: new Map(),
        requests: new Map(),
      })
  }

  async friends(of: string): Promise<readonly Known[]> {
    return [...(this.#ledgers.get(of)?.friends.values() ?? [])]
  }

  async ask(letter: FriendLetter, to: string): Promise<Asked> {
    const asker = this.#ledgers.get(letter.from.capcomId)
    const asked = this.#ledgers.get(to)
    if (!asker || !asked || asker === asked) return 'unknown'
    if (asked.blocked.has(letter.from.capcomId)) return 'unheard'
    if (!asked.takesRequests) return 'denied'
    if (full(asker, to) || full(asked, letter.from.capcomId)) return 'full'
    asked.requests.set(letter.from.capcomId, { letter, given: false })
    return 'asked'
  }

  async letters(to: string): Promise<readonly FriendLetter[]> {
    const waiting = [...(this.#ledgers.get(to)?.requests.values() ?? [])].filter(({ given }) => !given)
    for (const request of waiting) request.given = true
    return waiting.map(({ letter }) => letter)
  }

  async answer(by: string, asker: string, accepted: boolean): Promise<'no_request' | 'refused' | Known> {
    const [own, other] = [this.#ledgers.get(by), this.#ledgers.get(asker)]
    if (!own || !other || !own.requests.delete(asker)) return 'no_request'
    other.requests.delete(by)
    if (!accepted) return 'refused'
    own.friends.set(asker, other.known)
    other.friends.set(by, own.known)
    return other.known
  }

  async unfriend(of: string, other: string): Promise<void> {
    this.#ledgers.get(of)?.friends.delete(other)
  }

  async blocked(of: string): Promise<readonly Known[]> {
    return [...(this.#ledgers.get(of)?.blocked.values() ?? [])]
  }

  async block(of: string, other: Known): Promise<'blocked' | 'full'> {
    const blocked = this.#ledgers.get(of)?.blocked
    if (!blocked || (blocked.size >= mostBlocked && !blocked.has(other.capcomId))) return 'full'
    blocked.set(other.capcomId, other)
    return 'blocked'
  }

  async unblock(of: string, other: string): Promise<void> {
    this.#ledgers.get(of)?.blocked.delete(other)
  }
}

const full = ({ friends }: Ledger, other: string): boolean =>
  friends.size >= mostFriends && !friends.has(other)
