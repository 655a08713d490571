/** What hunters keep of each other, asked of central and told by it; shapes in `social.ts`. */
import {
  answerFriend,
  askFriend,
  deleteFriend,
  type Endpoint,
  findOnline,
  foundCitiesAtMost,
  foundOnlineAtMost,
  type Input,
  type Output,
  publishedAtMost,
  readAcquaintances,
  type SocialLetter,
  searchCities,
  searchOnline,
  setBlacklisted,
  setDeniesRequests,
  tellPlayer,
  type Acquaintance as WireAcquaintance,
  type Acquaintances as WireAcquaintances,
  type OnlineHunter as WireHunter,
  type Message as WireMessage,
  type FriendRequest as WireRequest,
} from '@citygate/schema/contract'
import type { Call } from './client.ts'
import { fromBase64, toBase64 } from './entry-link.ts'
import type { Hold } from './link.ts'
import type {
  Acquaintances,
  FriendRequest,
  Known,
  Message,
  OnlineHunter,
  Property,
  SocialLink,
  SocialNews,
} from './social.ts'

/** How a call for a held player is made. */
type Act = <E extends Endpoint>(hold: Hold, endpoint: E, input: Input<E>) => Promise<Output<E>>

const settingsBytes = 256
const longestName = 31
/** What central takes as a part of a Capcom ID; no hunter has anything else in his. */
const idPart = /^[0-9A-Z]{0,6}$/

export function directSocial(
  call: Call,
  act: Act,
  epoch: () => number,
): Omit<SocialLink, 'onLetter' | 'keeps'> {
  const held = ({ fence }: Hold) => ({ epoch: epoch(), fence })
  const between = ({ capcomId }: Hold, other: string) => ({ capcomId, other })

  return {
    async acquaintances(hold) {
      const params = { capcomId: hold.capcomId }
      return acquaintancesOf(await act(hold, readAcquaintances, { params, body: held(hold) }))
    },
    async askFriend(hold, other, message) {
      const body = { ...held(hold), message: wireMessage(message) }
      const asked = await act(hold, askFriend, { params: between(hold, other), body })
      return asked.request && request(asked.request)
    },
    async answerFriend(hold, asker, accepted) {
      const body = { ...held(hold), accepted }
      const answered = await act(hold, answerFriend, { params: between(hold, asker), body })
      return { friend: answered.friend && known(answered.friend), made: answered.made }
    },
    async deleteFriend(hold, friend) {
      await act(hold, deleteFriend, { params: between(hold, friend), body: held(hold) })
    },
    async setBlacklisted(hold, other, listed) {
      const body = { ...held(hold), listed }
      const { entry } = await act(hold, setBlacklisted, { params: between(hold, other), body })
      return known(entry)
    },
    async setDeniesRequests(hold, denies) {
      const params = { capcomId: hold.capcomId }
      await act(hold, setDeniesRequests, { params, body: { ...held(hold), denies } })
    },
    async tell(hold, other, message) {
      const body = { ...held(hold), message: wireMessage(message) }
      return (await act(hold, tellPlayer, { params: between(hold, other), body })).outcome
    },
    async searchOnline({ capcomId: seeker }, { capcomId, hunterName, conditions, place }) {
      if (!idPart.test(capcomId) || hunterName.length > longestName) return []
      const wanted = {
        capcomIdPart: capcomId,
        namePart: toBase64(hunterName),
        ...(conditions.length > 0 ? { conditions: published(conditions) } : {}),
        ...(place ? { place } : {}),
        limit: foundOnlineAtMost,
      }
      const { items } = await call(searchOnline, { body: { seeker, ...wanted } })
      return items.map(hunter)
    },
    async searchCities(serverId, conditions) {
      const wanted = { serverId, conditions: published(conditions), limit: foundCitiesAtMost }
      const { items } = await call(searchCities, { body: wanted })
      return items.map(({ fields, members, ...city }) => ({
        ...city,
        properties: fields.map(property),
        members: members.map((member) => ({ ...member, ...bytesOf(member) })),
      }))
    },
    async findOnline({ capcomId: seeker }, capcomIds) {
      const { items } = await call(findOnline, { body: { seeker, capcomIds: [...capcomIds] } })
      return items.map(hunter)
    },
  }
}

export const acquaintancesOf = (found: WireAcquaintances): Acquaintances => ({
  friends: found.friends.map(known),
  blacklist: found.blacklist.map(known),
  requests: found.requests.map(request),
  deniesRequests: found.deniesRequests,
})

export const known = ({ capcomId, name }: WireAcquaintance): Known => ({ capcomId, name: fromBase64(name) })

const message = ({ info, text }: WireMessage): Message => ({
  info: fromBase64(info),
  text: fromBase64(text),
})

export const wireMessage = ({ info, text }: Message): WireMessage => ({
  info: toBase64(info),
  text: toBase64(text),
})

export const request = ({ number, from, message: written }: WireRequest): FriendRequest => ({
  number,
  from: known(from),
  message: message(written),
})

/** As many as central takes; the game asks for fewer. */
const published = (properties: readonly Property[]) =>
  properties.slice(0, publishedAtMost).map(({ id, value }) => `${id}:${value ?? ''}`)

function property(text: string): Property {
  const [id, value] = text.split(':')
  return { id: Number(id), value: value ? Number(value) : undefined }
}

const bytesOf = ({ name, settings }: Pick<WireHunter, 'name' | 'settings'>) => ({
  name: fromBase64(name),
  settings: settings === null ? new Uint8Array(settingsBytes) : fromBase64(settings),
})

const hunter = (found: WireHunter): OnlineHunter => ({
  ...found,
  ...bytesOf(found),
})

export function newsOf(letter: SocialLetter): SocialNews {
  switch (letter.kind) {
    case 'friend-request':
      return { kind: letter.kind, request: request(letter.request) }
    case 'friend-answer':
      return { kind: letter.kind, by: known(letter.by) }
    case 'friend-deleted':
      return { kind: letter.kind, by: letter.by }
    case 'tell':
      return { kind: letter.kind, from: known(letter.from), message: message(letter.message) }
  }
}
