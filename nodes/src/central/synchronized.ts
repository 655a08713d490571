/**
 * Central has the only truth: it is asked each time, nothing is kept, and a console has its answer when central has
 * committed. While central is away what needs it is refused in words.
 */
import type { Copies } from './copies.ts'
import type { Direct } from './direct.ts'
import type { Leaving } from './leaving.ts'
import type { Hold } from './link.ts'
import type { Policy } from './policy.ts'

export interface SynchronizedParts {
  readonly direct: Direct
  /** What this node wrote on its own before has been decided. Rejects with `CentralUnreachable` when it is not in time. */
  readonly drained: () => Promise<void>
  /** Rejects with `CentralUnreachable` while central does not know of the hold. */
  readonly confirmed: (hold: Hold) => Promise<void>
  /** Not read here: kept for the day on which the node is autonomous again. */
  readonly copies: Pick<Copies, 'claimed' | 'wrote' | 'doubt'>
  readonly leaving: Leaving
}

export function synchronized({ direct, drained, confirmed, copies, leaving }: SynchronizedParts): Policy {
  const { entry, social } = direct

  /** The same for a player about whom nothing of this node's own is left to be decided. */
  function ready<Rest extends unknown[], T>(work: (hold: Hold, ...rest: Rest) => Promise<T>) {
    return async (hold: Hold, ...rest: Rest): Promise<T> => {
      await drained()
      await confirmed(hold)
      return work(hold, ...rest)
    }
  }

  /** The same for a write: whether it was done or not, the node's copy may be another now. */
  function writing<Rest extends unknown[], T>(work: (hold: Hold, ...rest: Rest) => Promise<T>) {
    return ready((hold: Hold, ...rest: Rest) => {
      copies.doubt(hold)
      return work(hold, ...rest)
    })
  }

  return {
    name: 'synchronized',
    entry: {
      ...entry,
      async chooseHunter(...of) {
        await drained()
        return entry.chooseHunter(...of)
      },
    },
    social: {
      ...social,
      keeps: { own: false, othersMs: 0, searchesAlone: false },
      acquaintances: ready(social.acquaintances),
      askFriend: writing(social.askFriend),
      answerFriend: writing(social.answerFriend),
      deleteFriend: writing(social.deleteFriend),
      setBlacklisted: writing(social.setBlacklisted),
      setDeniesRequests: writing(social.setDeniesRequests),
      tell: ready(social.tell),
    },
    async claim(ticket) {
      await drained()
      const claimed = await direct.claim(ticket)
      copies.claimed(claimed.hold)
      return claimed
    },
    arm: ready((hold, serverId) => leaving.unlessRefused(hold, () => direct.arm(hold, serverId))),
    settings: writing(async (hold, settings) => {
      await direct.settings(hold, settings)
      copies.wrote(hold, settings)
    }),
    directory: (told) => told,
    learned: () => undefined,
    heard: copies.doubt,
  }
}
