/** What is asked of central itself, call by call: shapes on the wire on one side, those of the link on the other. */
import { randomUUID } from 'node:crypto'
import {
  armSession,
  claimSession,
  type Endpoint,
  type Input,
  type Output,
  Problem,
  writeSettings,
} from '@citygate/schema/contract'
import type { Bytes } from '../pat/index.ts'
import type { Call } from './client.ts'
import { entryLink, fromBase64, hashOf, toBase64 } from './entry-link.ts'
import type { Claimed, EntryLink, Hold, Target } from './link.ts'
import type { SocialLink } from './social.ts'
import { acquaintancesOf, directSocial } from './social-link.ts'

export interface Direct {
  readonly entry: Omit<EntryLink, 'directory'>
  readonly social: Omit<SocialLink, 'onLetter' | 'keeps'>
  claim(ticket: Bytes): Promise<Claimed>
  arm(hold: Hold, serverId: number): Promise<Target>
  settings(hold: Hold, settings: Bytes): Promise<void>
}

/** `lost` hears of holds of which central says that they are another node's. */
export function askCentral(call: Call, epoch: () => number, lost: (hold: Hold) => void): Direct {
  /** For calls that act for a held player. */
  async function act<E extends Endpoint>(hold: Hold, endpoint: E, input: Input<E>): Promise<Output<E>> {
    try {
      return await call(endpoint, input)
    } catch (error) {
      if (error instanceof Problem && error.code === 'fence_lost') lost(hold)
      throw error
    }
  }

  return {
    entry: entryLink(call),
    social: directSocial(call, act, epoch),

    async claim(ticket) {
      const asked = epoch()
      // The same for every repeat of this call: a lost answer is told once more, and costs no other fence.
      const attempt = randomUUID()
      const body = { ticketHash: hashOf(ticket), epoch: asked, attempt }
      const { acquaintances, ...claimed } = await call(claimSession, { body })
      // The call took its time: this start of the node may have ended meanwhile.
      if (epoch() !== asked) throw new Problem('epoch_superseded')
      const settings = claimed.settings === null ? null : fromBase64(claimed.settings)
      return {
        hold: { ...claimed, name: fromBase64(claimed.name), settings },
        acquaintances: acquaintances ? acquaintancesOf(acquaintances) : null,
      }
    },

    async arm(hold, serverId) {
      const target = await act(hold, armSession, {
        params: { capcomId: hold.capcomId },
        body: { epoch: epoch(), fence: hold.fence, serverId },
      })
      return { serverId: target.serverId, ...target.address }
    },

    async settings(hold, settings) {
      const { capcomId, fence } = hold
      const body = { epoch: epoch(), fence, settings: toBase64(settings) }
      await act(hold, writeSettings, { params: { capcomId }, body })
    },
  }
}
