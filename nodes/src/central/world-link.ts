/** What game handlers ask of central: claims, moves, and what they tell of the players they hold. */
import { armSession, claimSession, Presence, Problem } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import type { Call } from './client.ts'
import { fromBase64, hashOf, toBase64 } from './entry-link.ts'
import type { Holds } from './holds.ts'
import type { Hold, WorldLink } from './link.ts'
import type { Outbox } from './outbox.ts'

export interface WorldParts {
  readonly call: Call
  readonly log: Log
  readonly holds: Holds
  readonly epoch: () => number
  readonly directory: () => WorldLink['directory']
  readonly servers: () => WorldLink['servers']
  readonly outbox: () => Outbox
  /** Something has come into the outbox. */
  readonly poke: () => void
}

export interface WorldSide {
  readonly link: WorldLink
  /** The player of this fence, or of a lower one, is not this node's any more. */
  lose(capcomId: string, fence: number, words?: string): void
  loseAll(): void
  announce(text: string, serverId: number | null): void
}

export function worldLink(parts: WorldParts): WorldSide {
  const { call, holds, log } = parts
  const listeners = new Set<(hold: Hold, words?: string) => void>()
  const hearers = new Set<(text: string, serverId: number | null) => void>()
  /** What central has of a hold's settings, in base64: the same again is not told. */
  const told = new WeakMap<Hold, string>()

  function lost(hold: Hold, words?: string): void {
    parts.outbox().forget(hold)
    const { capcomId, fence } = hold
    if (words === undefined) log.info({ capcomId, fence }, 'a player has been lost to another node')
    else log.info({ capcomId, fence }, 'an operator has ended the session of a player')
    for (const listener of listeners) {
      try {
        listener(hold, words)
      } catch (err) {
        log.error({ err, capcomId: hold.capcomId }, 'telling the loss of a player failed')
      }
    }
  }

  function lose(capcomId: string, fence: number, words?: string): void {
    const hold = holds.lose(capcomId, fence)
    if (hold) lost(hold, words)
  }

  async function claim(ticket: Uint8Array): Promise<Hold> {
    const epoch = parts.epoch()
    const arrived = holds.claiming()
    let hold: Hold | null = null
    try {
      const claimed = await call(claimSession, { body: { ticketHash: hashOf(ticket), epoch } })
      const settings = claimed.settings === null ? null : fromBase64(claimed.settings)
      hold = { ...claimed, name: fromBase64(claimed.name), settings }
    } finally {
      if (!hold) arrived(null)
    }
    // The call took its time: this start of the node may have ended meanwhile.
    if (parts.epoch() !== epoch) {
      arrived(null)
      throw new Problem('epoch_superseded')
    }
    const { kept, older } = arrived(hold)
    if (!kept) throw new Problem('fence_lost')
    if (older) lost(older)
    if (hold.settings) told.set(hold, toBase64(hold.settings))
    return hold
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
      try {
        const target = await call(armSession, {
          params: { capcomId: hold.capcomId },
          body: { epoch: parts.epoch(), fence: hold.fence, serverId },
        })
        return { serverId: target.serverId, ...target.address }
      } catch (error) {
        if (error instanceof Problem && error.code === 'fence_lost') lose(hold.capcomId, hold.fence)
        throw error
      }
    },

    present(hold, at) {
      if (!holds.has(hold)) return
      const { serverId, gate, city, inQuest, leader } = at
      const { capcomId, fence } = hold
      const presence = Presence.safeParse({ capcomId, fence, serverId, gate, city, inQuest, leader })
      if (!presence.success) {
        // Central would refuse the whole call, again and again.
        log.error({ capcomId, at }, 'a place that cannot be told to central')
        return
      }
      parts.outbox().show(presence.data)
      parts.poke()
    },

    settings(hold, settings) {
      const text = toBase64(settings)
      if (!holds.has(hold) || settings.length !== 256 || told.get(hold) === text) return
      told.set(hold, text)
      parts.outbox().settings({ capcomId: hold.capcomId, fence: hold.fence, settings: text })
      parts.poke()
    },

    release(hold, reason) {
      if (!holds.remove(hold)) return
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
      for (const hold of holds.loseAll()) lost(hold)
    },
    announce(text, serverId) {
      for (const hearer of hearers) hearer(text, serverId)
    },
  }
}
