/** What game handlers ask of central: claims, moves, and what they tell of the players they hold. */
import { Presence, Problem, publishedAtMost } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import { hashOf } from './entry-link.ts'
import type { Holds } from './holds.ts'
import type { Claimed, Hold, LossListener, Whereabouts, WorldLink } from './link.ts'
import type { Outbox } from './outbox.ts'
import type { Policy } from './policy.ts'
import type { Provisional } from './provisional.ts'
import type { Travellers } from './travellers.ts'

export interface WorldParts {
  readonly policy: () => Policy
  readonly log: Log
  readonly holds: Holds
  readonly travellers: Pick<Travellers, 'sent' | 'arrived'>
  readonly provisional: Provisional
  readonly directory: () => WorldLink['directory']
  readonly servers: () => WorldLink['servers']
  readonly outbox: () => Outbox
  /** Something has come into the outbox. */
  readonly poke: () => void
  /** The fence is another's: what this node knows of the player is no ground for anything. */
  readonly forget: (capcomId: string, fence: number) => void
}

export interface WorldSide {
  readonly link: WorldLink
  /** The player of this fence, or of a lower one, is not this node's any more. */
  lose(capcomId: string, fence: number, words?: string): void
  loseAll(): void
  announce(text: string, serverId: number | null): void
  /** Where a held player was told to stand last. */
  whereabouts(hold: Hold): Whereabouts | null
  /** Central knows the hold from now on: what was kept back is told. */
  adopted(hold: Hold): void
}

const settingsBytes = 256

export function worldLink(parts: WorldParts): WorldSide {
  const { holds, log, provisional, travellers } = parts
  const listeners = new Set<LossListener>()
  const hearers = new Set<(text: string, serverId: number | null) => void>()
  const places = new WeakMap<Hold, Whereabouts>()

  function lost(hold: Hold, words?: string, over = false): void {
    parts.outbox().forget(hold)
    provisional.release(hold, null)
    const { capcomId, fence } = hold
    if (over) log.info({ capcomId, fence }, 'a player has been lost with this start of the node')
    else if (words === undefined) log.info({ capcomId, fence }, 'a player has been lost to a newer claim')
    else log.info({ capcomId, fence }, 'central has ended the session of a player')
    for (const listener of listeners) {
      try {
        listener(hold, words, over)
      } catch (err) {
        log.error({ err, capcomId: hold.capcomId }, 'telling the loss of a player failed')
      }
    }
  }

  function lose(capcomId: string, fence: number, words?: string): void {
    const hold = holds.lose(capcomId, fence)
    if (hold) lost(hold, words)
    parts.forget(capcomId, fence)
  }

  async function claim(ticket: Uint8Array): Promise<Hold> {
    const arrived = holds.claiming()
    const policy = parts.policy()
    let claimed: Claimed | null = null
    try {
      claimed = await policy.claim(ticket)
    } finally {
      if (!claimed) arrived(null)
    }
    const { hold, acquaintances } = claimed
    const { kept, older, overtaken } = arrived(hold)
    if (!kept) throw new Problem('fence_lost')
    for (const who of [hashOf(ticket), hold.capcomId]) travellers.arrived(who)
    if (older) lost(older)
    if (acquaintances && !overtaken) policy.learned(hold, acquaintances)
    return hold
  }

  function show(hold: Hold): void {
    const at = places.get(hold)
    if (!at || provisional.has(hold)) return
    const { serverId, gate, city, inQuest, leader, fields = [], cityFields = [] } = at
    const { capcomId, fence } = hold
    const presence = Presence.safeParse({
      ...{ capcomId, fence, serverId, gate, city, inQuest, leader },
      // Most publish nothing: what is left out is none.
      ...(fields.length > 0 ? { fields: fields.slice(0, publishedAtMost) } : {}),
      ...(cityFields.length > 0 ? { cityFields: cityFields.slice(0, publishedAtMost) } : {}),
    })
    if (!presence.success) {
      // Central would refuse the whole call, again and again.
      log.error({ capcomId, at }, 'a place that cannot be told to central')
      return
    }
    parts.outbox().show(presence.data)
    parts.poke()
  }

  const link: WorldLink = {
    get directory() {
      return parts.directory()
    },
    get servers() {
      return parts.servers()
    },
    claim,
    async arm(hold, serverId) {
      const target = await parts.policy().arm(hold, serverId)
      travellers.sent(hold.capcomId, serverId)
      return target
    },

    present(hold, at) {
      if (!holds.has(hold)) return
      places.set(hold, at)
      show(hold)
    },

    async settings(hold, settings) {
      if (!holds.has(hold)) throw new Problem('fence_lost')
      if (settings.length !== settingsBytes) throw new RangeError('settings of another length')
      await parts.policy().settings(hold, settings)
    },

    release(hold, reason) {
      if (!holds.remove(hold)) return
      // Of a log-in that central has not heard of there is nothing to tell.
      if (provisional.release(hold, reason)) return
      parts.outbox().release({ capcomId: hold.capcomId, fence: hold.fence, reason })
      parts.poke()
    },

    onLost(listener) {
      listeners.add(listener)
    },

    onAnnounce(listener) {
      hearers.add(listener)
    },
  }

  return {
    link,
    lose,
    loseAll: () => {
      for (const hold of holds.loseAll()) lost(hold, undefined, true)
    },
    announce(text, serverId) {
      for (const hearer of hearers) hearer(text, serverId)
    },
    whereabouts: (hold) => places.get(hold) ?? null,
    adopted: show,
  }
}
