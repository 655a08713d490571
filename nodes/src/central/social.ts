/**
 * What game handlers see of what hunters keep of each other, wherever they are. As in `link.ts`: every
 * promise rejects with a `Problem` whose code its endpoint lists, or with `CentralUnreachable`.
 */
import type { Bytes } from '../pat/index.ts'
import type { Hold } from './link.ts'

export interface Known {
  readonly capcomId: string
  readonly name: Bytes
}

/** As the console wrote it: the structure MessageInfo, encoded, and the text. */
export interface Message {
  readonly info: Bytes
  readonly text: Bytes
}

/** `number`: who asks again makes another request. */
export interface FriendRequest {
  readonly number: number
  readonly from: Known
  readonly message: Message
}

export interface Acquaintances {
  /** In the order of acceptance. */
  readonly friends: readonly Known[]
  /** In the order of listing. */
  readonly blacklist: readonly Known[]
  /** Oldest first. */
  readonly requests: readonly FriendRequest[]
  readonly deniesRequests: boolean
}

/** A hunter who is online on whatever node, as told last. */
export interface OnlineHunter {
  readonly capcomId: string
  readonly name: Bytes
  /** 256 bytes; zeros until he has shown some. */
  readonly settings: Bytes
  readonly serverId: number
  readonly serverName: string
  readonly gate: number | null
  readonly city: number | null
  readonly inQuest: boolean
  /** Of the place where he stands. */
  readonly population: number
  readonly capacity: number
}

/** A property that is published for searches (game.md 4.5). */
export interface Property {
  readonly id: number
  readonly value?: number | undefined
}

export interface WantedOnline {
  /** Any part of the Capcom ID, and of the name; empty is any. */
  readonly capcomId: string
  readonly hunterName: Bytes
  /** Each has to be met. */
  readonly conditions: readonly Property[]
  /** Those of a game server, of a gate and its cities, or of a city. */
  readonly place?: { readonly serverId: number; readonly gate: number | null; readonly city: number | null }
}

/** A city on another node that somebody leads, as told last; the leader is its first member. */
export interface OnlineCity {
  readonly serverId: number
  readonly serverName: string
  readonly gate: number
  readonly city: number
  readonly capacity: number
  readonly properties: readonly Property[]
  readonly members: readonly Pick<OnlineHunter, 'capcomId' | 'name' | 'settings' | 'inQuest'>[]
}

/** What a hunter on another node did, for one whom this node holds. */
export type SocialNews =
  | { readonly kind: 'friend-request'; readonly request: FriendRequest }
  /** He has accepted. */
  | { readonly kind: 'friend-answer'; readonly by: Known }
  | { readonly kind: 'friend-deleted'; readonly by: string }
  | { readonly kind: 'tell'; readonly from: Known; readonly message: Message }
  /** What the player wanted about `other` is kept, and decided when central answers. */
  | { readonly kind: 'pending'; readonly other: string }
  /** It has been decided since, against him. */
  | { readonly kind: 'refused'; readonly other: string; readonly code: string }

/** How long an answer may be kept by who has asked for it. */
interface Keeps {
  /** A held player's own, kept in step with what is told since: good while he is held, or for no moment. */
  readonly own: boolean
  /** Of anybody else, in milliseconds. */
  readonly othersMs: number
  /** While central cannot be asked a search answers from this node, and says so. */
  readonly searchesAlone: boolean
}

export interface SocialLink {
  /** As of now: an operator may change it. */
  readonly keeps: Keeps
  acquaintances(hold: Hold): Promise<Acquaintances>
  /** Null when they are friends already. Another node is told by central; on this one it is for the caller to do. */
  askFriend(hold: Hold, other: string, message: Message): Promise<FriendRequest | null>
  /** The other one when they are friends now; null after a refusal. Who is told: as with `askFriend`. */
  answerFriend(
    hold: Hold,
    asker: string,
    accepted: boolean,
  ): Promise<{ readonly friend: Known | null; readonly made: boolean }>
  /** One-sided. Nothing to delete is no refusal. */
  deleteFriend(hold: Hold, friend: string): Promise<void>
  setBlacklisted(hold: Hold, other: string, listed: boolean): Promise<Known>
  setDeniesRequests(hold: Hold, denies: boolean): Promise<void>
  /** To a player whom this node does not see; central says as little of a blacklist as it can. */
  tell(hold: Hold, other: string, message: Message): Promise<'sent' | 'offline'>
  /** At most 100, never the seeker. */
  searchOnline(seeker: Hold, wanted: WantedOnline): Promise<readonly OnlineHunter[]>
  /** On game servers of other nodes that are of the type of `serverId`; at most 100. */
  searchCities(serverId: number, conditions: readonly Property[]): Promise<readonly OnlineCity[]>
  /** Those of the given hunters who are online; at most 50 may be asked for. */
  findOnline(seeker: Hold, capcomIds: readonly string[]): Promise<readonly OnlineHunter[]>
  /** Called with news for players whom this node holds; news may come twice. */
  onLetter(listener: (hold: Hold, news: SocialNews) => void): void
}
