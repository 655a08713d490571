/**
 * What concerns two players, wherever they are: friends, blacklist, tells, and who is online where. The
 * caller is the node that holds the acting player, and says so with its epoch and fence.
 */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import {
  bytes,
  CapcomId,
  CityId,
  Epoch,
  Fence,
  GateId,
  NameBytes,
  Published,
  ServerId,
  SettingsBytes,
} from './types.ts'

/** What the client shows (extras.md 8.3). */
export const friendsAtMost = 50
export const blacklistAtMost = 16
/** Requests that may wait for one hunter's answer. */
export const requestsAtMost = 50
export const foundOnlineAtMost = 100
/** Of a city search: well over the forty that the client asks for. */
export const foundCitiesAtMost = 100

/** Bytes of a message's head, and of its text: well over what the game writes. */
export const messageBytesAtMost = 1024

const acting = z.strictObject({ capcomId: CapcomId })
const both = z.strictObject({ capcomId: CapcomId, other: CapcomId })
const held = { epoch: Epoch, fence: Fence }
const acts = [
  'bad_request',
  'unauthorized',
  'fence_lost',
  'epoch_superseded',
  'incarnation_changed',
  'busy',
] as const

export const Acquaintance = z.object({ capcomId: CapcomId, name: NameBytes })
export type Acquaintance = z.infer<typeof Acquaintance>

/** A message as the console wrote it: the structure MessageInfo, and the text. Relayed unchanged. */
export const Message = z.strictObject({
  info: bytes(0, messageBytesAtMost),
  text: bytes(0, messageBytesAtMost),
})
export type Message = z.infer<typeof Message>

/** `number` rises with every time that somebody asks: asking again is another request. */
export const FriendRequest = z.object({
  number: z.int().min(1),
  from: Acquaintance,
  message: Message,
})
export type FriendRequest = z.infer<typeof FriendRequest>

/** Friends and blocked hunters in the order in which they came, requests oldest first. */
export const Acquaintances = z.object({
  friends: z.array(Acquaintance),
  blacklist: z.array(Acquaintance),
  requests: z.array(FriendRequest),
  /** "Deny friend requests" is on. */
  deniesRequests: z.boolean(),
})
export type Acquaintances = z.infer<typeof Acquaintances>

/** The same as of now: a claim tells it as of its own moment. */
export const readAcquaintances = endpoint({
  name: 'readAcquaintances',
  method: 'POST',
  path: '/v1/sessions/{capcomId}/acquaintances',
  caller: 'node',
  summary: 'Friends, blacklist and waiting friend requests of a held player.',
  params: acting,
  body: z.strictObject(held),
  output: Acquaintances,
  problems: acts,
})

/**
 * Kept until it is answered, also for a hunter who is offline. Asking again replaces the message. His
 * node is told by letter, unless it is the caller, who tells him by itself.
 */
export const askFriend = endpoint({
  name: 'askFriend',
  method: 'PUT',
  path: '/v1/sessions/{capcomId}/friend-requests/{other}',
  caller: 'node',
  summary: 'Ask another hunter for friendship.',
  params: both,
  body: z.strictObject({ ...held, message: Message }),
  output: z.object({
    outcome: z.enum(['asked', 'already-friends']),
    /** Null when they are friends already. */
    request: FriendRequest.nullable(),
  }),
  problems: [...acts, 'player_not_found', 'friend_refused', 'friend_list_full'],
})

/**
 * Both rows of the friendship or none; requests of either to the other end. Without a waiting request
 * nothing is accepted; who is a friend already, is. Nobody is told of a refusal.
 */
export const answerFriend = endpoint({
  name: 'answerFriend',
  method: 'POST',
  path: '/v1/sessions/{capcomId}/friend-requests/{other}/answer',
  caller: 'node',
  summary: 'Accept or refuse a friend request.',
  params: both,
  body: z.strictObject({ ...held, accepted: z.boolean() }),
  output: z.object({
    /** The other hunter; null after a refusal. */
    friend: Acquaintance.nullable(),
    /** The friendship was made by this call. */
    made: z.boolean(),
  }),
  problems: [...acts, 'player_not_found', 'request_not_found', 'friend_list_full'],
})

/** One-sided, as the game has it: the other keeps his row. Nothing to delete is no refusal. */
export const deleteFriend = endpoint({
  name: 'deleteFriend',
  method: 'POST',
  path: '/v1/sessions/{capcomId}/friends/{other}/delete',
  caller: 'node',
  summary: 'Take a hunter off the friend list.',
  params: both,
  body: z.strictObject(held),
  output: z.object({}),
  problems: acts,
})

/** Listing also ends the friendship on both sides, and withdraws requests of either to the other. */
export const setBlacklisted = endpoint({
  name: 'setBlacklisted',
  method: 'PUT',
  path: '/v1/sessions/{capcomId}/blacklist/{other}',
  caller: 'node',
  summary: 'Put a hunter on the blacklist, or take him off.',
  params: both,
  body: z.strictObject({ ...held, listed: z.boolean() }),
  output: z.object({ entry: Acquaintance }),
  problems: [...acts, 'player_not_found', 'blacklist_full'],
})

export const setDeniesRequests = endpoint({
  name: 'setDeniesRequests',
  method: 'PUT',
  path: '/v1/sessions/{capcomId}/denies-requests',
  caller: 'node',
  summary: 'Switch "deny friend requests".',
  params: acting,
  body: z.strictObject({ ...held, denies: z.boolean() }),
  output: z.object({}),
  problems: acts,
})

/** Travels as a letter. A sender whom the other blocks is answered as if it had been sent. */
export const tellPlayer = endpoint({
  name: 'tellPlayer',
  method: 'POST',
  path: '/v1/sessions/{capcomId}/tells/{other}',
  caller: 'node',
  summary: 'Send a private message to a player on another node.',
  params: both,
  body: z.strictObject({ ...held, message: Message }),
  output: z.object({ outcome: z.enum(['sent', 'offline']) }),
  problems: [...acts, 'player_not_found'],
})

/** A hunter who is online somewhere. */
export const OnlineHunter = z.object({
  capcomId: CapcomId,
  name: NameBytes,
  /** Null until he has shown settings. */
  settings: SettingsBytes.nullable(),
  serverId: ServerId,
  serverName: z.string(),
  gate: GateId.nullable(),
  city: CityId.nullable(),
  inQuest: z.boolean(),
  /** Of the place where he stands: players in it and below it, and how many it takes. */
  population: z.int(),
  capacity: z.int(),
})
export type OnlineHunter = z.infer<typeof OnlineHunter>

/**
 * By any part of the Capcom ID, and of the name in either case. Left out are the seeker himself, whom he
 * blocks, and who blocks him.
 */
export const searchOnline = endpoint({
  name: 'searchOnline',
  method: 'POST',
  path: '/v1/online/search',
  caller: 'node',
  summary: 'Search hunters who are online anywhere.',
  body: z.strictObject({
    seeker: CapcomId,
    capcomIdPart: z.string().regex(/^[0-9A-Z]{0,6}$/, 'at most six characters, 0-9 and A-Z'),
    namePart: bytes(0, 31),
    /** Each is met by what a hunter publishes, or by his rank (2), or weapon and quest (1). */
    conditions: Published.optional(),
    /** Those of a game server, a gate with its cities, or a city alone. */
    place: z
      .strictObject({ serverId: ServerId, gate: GateId.nullable(), city: CityId.nullable() })
      .optional(),
    limit: z.int().min(1).max(foundOnlineAtMost),
  }),
  output: z.object({ items: z.array(OnlineHunter) }),
  problems: ['bad_request', 'unauthorized', 'player_not_found', 'busy'],
})

/** A city that somebody leads, and who is in it, its leader first. */
export const FoundCity = z.object({
  serverId: ServerId,
  serverName: z.string(),
  gate: GateId,
  city: CityId,
  capacity: z.int(),
  fields: Published,
  members: z.array(
    z.object({
      capcomId: CapcomId,
      name: NameBytes,
      settings: SettingsBytes.nullable(),
      inQuest: z.boolean(),
    }),
  ),
})
export type FoundCity = z.infer<typeof FoundCity>

/** On game servers of the type of `serverId`, which other nodes carry: its own the caller knows better. */
export const searchCities = endpoint({
  name: 'searchCities',
  method: 'POST',
  path: '/v1/online/cities',
  caller: 'node',
  summary: 'Search cities on other nodes.',
  body: z.strictObject({
    serverId: ServerId,
    /** A city is found that publishes each of them. */
    conditions: Published,
    limit: z.int().min(1).max(foundCitiesAtMost),
  }),
  output: z.object({ items: z.array(FoundCity) }),
  problems: ['bad_request', 'unauthorized', 'busy'],
})

/** By exact Capcom IDs, for a friend list: who is not online is not in the answer. */
export const findOnline = endpoint({
  name: 'findOnline',
  method: 'POST',
  path: '/v1/online/find',
  caller: 'node',
  summary: 'Where given hunters are.',
  body: z.strictObject({
    seeker: CapcomId,
    capcomIds: z.array(CapcomId).min(1).max(friendsAtMost),
  }),
  output: z.object({ items: z.array(OnlineHunter) }),
  problems: ['bad_request', 'unauthorized', 'busy'],
})

/**
 * Letters to the node that holds the player `to`. `friend-answer` is an acceptance; `friend-deleted` ends
 * a friendship on the reader's side too, after he has been blocked.
 */
export const socialLetters = [
  z.object({ number: z.int(), kind: z.literal('friend-request'), to: CapcomId, request: FriendRequest }),
  z.object({ number: z.int(), kind: z.literal('friend-answer'), to: CapcomId, by: Acquaintance }),
  z.object({ number: z.int(), kind: z.literal('friend-deleted'), to: CapcomId, by: CapcomId }),
  z.object({
    number: z.int(),
    kind: z.literal('tell'),
    to: CapcomId,
    from: Acquaintance,
    message: Message,
  }),
] as const
export type SocialLetter = z.infer<(typeof socialLetters)[number]>
