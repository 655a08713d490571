/**
 * What a hunter who plays here keeps of others: friends, blocked players, whether he takes requests. Read
 * from central when he comes, and kept in step with what he and others change while he holds his lease.
 */
import type { Hold } from '../central/link.ts'
import type { Acquaintances, FriendRequest, Known, SocialLink } from '../central/social.ts'

export class Ties {
  readonly #social: SocialLink
  readonly #hold: Hold
  #read: Promise<Acquaintances> | undefined
  #friends: readonly Known[] = []
  #blocked: readonly Known[] = []
  #deniesRequests = false
  /** What has changed while central is being asked: its answer may be older. */
  #meanwhile: (() => void)[] | undefined

  constructor(social: SocialLink, hold: Hold) {
    this.#social = social
    this.#hold = hold
  }

  /** Requests that wait for an answer. Rejects while central cannot be asked; a later call asks again. */
  async requests(): Promise<readonly FriendRequest[]> {
    return (await this.#known()).requests
  }

  /** In the order of acceptance. Rejects as {@link requests}. */
  async friends(): Promise<readonly Known[]> {
    await this.#known()
    return this.#friends
  }

  async blocked(): Promise<readonly Known[]> {
    await this.#known()
    return this.#blocked
  }

  /** Something may have changed that this copy was not told of: it is read anew when it is asked for. */
  outdate(): void {
    this.#read = undefined
  }

  befriend(friend: Known): void {
    this.#meanwhile?.push(() => this.befriend(friend))
    if (!this.#friends.some(({ capcomId }) => capcomId === friend.capcomId))
      this.#friends = [...this.#friends, friend]
  }

  unfriend(other: string): void {
    this.#meanwhile?.push(() => this.unfriend(other))
    this.#friends = this.#friends.filter(({ capcomId }) => capcomId !== other)
  }

  /** Central ends a friendship with who is blocked. */
  block(other: Known): void {
    this.unfriend(other.capcomId)
    this.unblock(other.capcomId)
    this.#meanwhile?.push(() => this.block(other))
    this.#blocked = [...this.#blocked, other]
  }

  unblock(other: string): void {
    this.#meanwhile?.push(() => this.unblock(other))
    this.#blocked = this.#blocked.filter(({ capcomId }) => capcomId !== other)
  }

  /** Tells central when it changes. */
  async denyRequests(denies: boolean): Promise<void> {
    await this.#known()
    if (denies === this.#deniesRequests) return
    await this.#social.setDeniesRequests(this.#hold, denies)
    this.#deniesRequests = denies
  }

  #known(): Promise<Acquaintances> {
    if (!this.#social.keeps.own && !this.#meanwhile) this.#read = undefined
    this.#read ??= this.#ask()
    return this.#read
  }

  async #ask(): Promise<Acquaintances> {
    const meanwhile: (() => void)[] = []
    this.#meanwhile = meanwhile
    try {
      const found = await this.#social.acquaintances(this.#hold)
      if (this.#meanwhile === meanwhile) this.#meanwhile = undefined
      this.#friends = found.friends
      this.#blocked = found.blacklist
      this.#deniesRequests = found.deniesRequests
      for (const change of meanwhile) change()
      return found
    } catch (error) {
      if (this.#meanwhile === meanwhile) this.#meanwhile = undefined
      this.#read = undefined
      throw error
    }
  }
}
