/** The social side of a link: what handlers ask goes to the policy, and news goes to handlers. */
import type { SocialLetter } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import type { Holds } from './holds.ts'
import type { Hold } from './link.ts'
import type { Policy } from './policy.ts'
import type { SocialLink, SocialNews } from './social.ts'
import { newsOf } from './social-link.ts'

export interface SocialSide {
  readonly link: SocialLink
  heard(letter: SocialLetter): void
  /** News from this node itself. */
  tell(hold: Hold, news: SocialNews): void
}

export function socialSide(policy: () => Policy, holds: Holds, log: Log): SocialSide {
  const listeners = new Set<(hold: Hold, news: SocialNews) => void>()
  const social = () => policy().social

  function tell(hold: Hold, news: SocialNews): void {
    for (const listener of listeners) {
      try {
        listener(hold, news)
      } catch (err) {
        log.error({ err, capcomId: hold.capcomId, kind: news.kind }, 'news could not be delivered')
      }
    }
  }

  return {
    link: {
      get keeps() {
        return social().keeps
      },
      acquaintances: (hold) => social().acquaintances(hold),
      askFriend: (hold, other, message) => social().askFriend(hold, other, message),
      answerFriend: (hold, asker, accepted) => social().answerFriend(hold, asker, accepted),
      deleteFriend: (hold, friend) => social().deleteFriend(hold, friend),
      setBlacklisted: (hold, other, listed) => social().setBlacklisted(hold, other, listed),
      setDeniesRequests: (hold, denies) => social().setDeniesRequests(hold, denies),
      tell: (hold, other, message) => social().tell(hold, other, message),
      searchOnline: (hold, wanted) => social().searchOnline(hold, wanted),
      searchCities: (serverId, conditions) => social().searchCities(serverId, conditions),
      findOnline: (hold, capcomIds) => social().findOnline(hold, capcomIds),
      onLetter(listener) {
        listeners.add(listener)
      },
    },
    heard(letter) {
      const hold = holds.of(letter.to)
      if (!hold) {
        holds.missed(letter.to)
        log.debug({ capcomId: letter.to, kind: letter.kind }, 'a letter for a player who has left')
        return
      }
      const news = newsOf(letter)
      policy().heard(hold, news)
      tell(hold, news)
    },
    tell,
  }
}
