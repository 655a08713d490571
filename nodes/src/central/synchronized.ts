/**
 * Central has the only truth: it is asked each time, nothing is kept, and a console has its answer when central has
 * committed. While central is away what needs it is refused in words.
 */
import type { Direct } from './direct.ts'
import type { Policy } from './policy.ts'

/** `ready`: what this node wrote on its own before has been decided. */
export function synchronized(direct: Direct, ready: () => Promise<void>): Policy {
  const { entry, social } = direct
  return {
    name: 'synchronized',
    entry,
    social: {
      ...social,
      keeps: { own: false, othersMs: 0, searchesAlone: false },
      async askFriend(hold, other, message) {
        await ready()
        return social.askFriend(hold, other, message)
      },
      async answerFriend(hold, asker, accepted) {
        await ready()
        return social.answerFriend(hold, asker, accepted)
      },
      async deleteFriend(hold, friend) {
        await ready()
        return social.deleteFriend(hold, friend)
      },
      async setBlacklisted(hold, other, listed) {
        await ready()
        return social.setBlacklisted(hold, other, listed)
      },
      async setDeniesRequests(hold, denies) {
        await ready()
        return social.setDeniesRequests(hold, denies)
      },
    },
    async claim(ticket) {
      await ready()
      return direct.claim(ticket)
    },
    async arm(hold, serverId) {
      await ready()
      return direct.arm(hold, serverId)
    },
    async settings(hold, settings) {
      await ready()
      return direct.settings(hold, settings)
    },
    directory: (told) => told,
    learned: () => undefined,
    heard: () => undefined,
  }
}
