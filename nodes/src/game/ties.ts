/**
 * What hunters keep of each other: friends, friend requests, blocked players. Handlers see this
 * interface alone, so that it does not matter to them where the ties are kept.
 */
import type { Bytes } from '../pat/index.ts'

export interface Known {
  readonly capcomId: string
  readonly name: Bytes
}

/** A friend request as its addressee reads it. */
export interface FriendLetter {
  readonly from: Known
  /** RGBA (MessageInfo 1). */
  readonly colour: number
  readonly text: Bytes
}

/**
 * `unheard`: the addressee blocks the sender, who is not told. `unknown`: no such hunter. `denied`: he
 * takes no requests. `full`: one of the two has as many friends as the game shows.
 */
export type Asked = 'asked' | 'unheard' | 'unknown' | 'denied' | 'full'

export interface Ties {
  /** A hunter comes in, or changes whether he takes friend requests. */
  know(hunter: Known, takesRequests: boolean): Promise<void>
  /** In the order of acceptance. */
  friends(of: string): Promise<readonly Known[]>
  ask(letter: FriendLetter, to: string): Promise<Asked>
  /** Requests that wait for an answer, each given once. */
  letters(to: string): Promise<readonly FriendLetter[]>
  /** Ends the request; the new friend when there was one and it was accepted, undefined otherwise. */
  answer(by: string, asker: string, accepted: boolean): Promise<'no_request' | 'refused' | Known>
  /** One-sided, as in the client (extras.md 8.8). */
  unfriend(of: string, other: string): Promise<void>
  blocked(of: string): Promise<readonly Known[]>
  block(of: string, other: Known): Promise<'blocked' | 'full'>
  unblock(of: string, other: string): Promise<void>
}

/** What the client shows (extras.md 8.3). */
export const mostFriends = 50
export const mostBlocked = 16
