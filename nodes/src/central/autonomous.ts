/**
 * The node's copy of a player is good while his lease lasts; what he writes is in the journal before he is answered,
 * and goes to central in batches. While central is away his console is let in again from what this node knows.
 */
import type { Change, Directory, ServerAssignment } from '@citygate/schema/contract'
import { Problem } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import type { Bytes } from '../pat/index.ts'
import type { Clock } from './clock.ts'
import type { Copies } from './copies.ts'
import type { Direct } from './direct.ts'
import { toBase64 } from './entry-link.ts'
import type { Holds } from './holds.ts'
import type { Journal, Pending } from './journal/index.ts'
import type { Known } from './known.ts'
import type { Leaving } from './leaving.ts'
import { CentralUnreachable, type Claimed, type Hold } from './link.ts'
import { ownEntry } from './own-entry.ts'
import { ownSocial } from './own-social.ts'
import type { Policy } from './policy.ts'
import type { Provisional } from './provisional.ts'
import type { Reach } from './reach.ts'
import type { SocialNews } from './social.ts'
import { createTickets } from './tickets.ts'
import { within } from './within.ts'

export interface AutonomousParts {
  readonly direct: Direct
  readonly clock: Clock
  readonly log: Log
  readonly reach: Reach
  readonly holds: Holds
  readonly journal: Journal
  readonly known: Known
  readonly copies: Copies
  readonly leaving: Leaving
  readonly provisional: Provisional
  readonly incarnation: () => string
  readonly servers: () => readonly ServerAssignment[]
  readonly ownAddress: () => { readonly host: string; readonly port: number } | null
  /** How long a console waits for central's decision about what concerns two. */
  readonly decisionMs: number
  /** Something has come into the journal. */
  readonly poke: () => void
  readonly tell: (hold: Hold, news: SocialNews) => void
}

/** For central to decide what must be decided first: a console waits for it. */
const commitMs = 5000

export function autonomous(parts: AutonomousParts): Policy {
  const { direct, reach, journal, known, copies, leaving, provisional, holds, clock } = parts
  const tickets = createTickets(clock, (capcomId) => holds.of(capcomId) !== null)

  async function write(hold: Hold, change: Change): Promise<Pending> {
    await provisional.settled(hold)
    if (!holds.has(hold)) throw new Problem('fence_lost')
    const { capcomId, fence } = hold
    const login = provisional.loginOf(hold)
    const pending = await journal.append({ capcomId, fence, ...(login ? { login } : {}), change })
    parts.poke()
    if (leaving.has(hold)) await commit(capcomId)
    return pending
  }

  async function commit(capcomId?: string): Promise<void> {
    if (capcomId === undefined ? journal.waiting === 0 : journal.waitingOf(capcomId) === 0) return
    if (!reach.up) throw new CentralUnreachable('central does not answer at present')
    parts.poke()
    await within(clock, commitMs, journal.decided(capcomId), 'the journal')
  }

  /** From the copy that this node took under its own last fence, on this node alone. */
  function letIn(ticket: Bytes, inDoubt: boolean): Claimed | null {
    const local = tickets.find(ticket)
    if (!local?.capcomId || !local.armed) return null
    const { login, hash, consoleId, capcomId } = local
    const { serverId } = local.armed
    const copy = known.copy(capcomId)
    if (!copy || copy.incarnation !== parts.incarnation()) return null
    if (!parts.servers().some(({ id }) => id === serverId)) return null
    const { name, settings, fence, incarnation } = copy
    const hold = { capcomId, name, settings, fence, serverId }
    local.armed = null
    parts.log.warn({ capcomId, fence }, 'central does not answer: a player is let in provisionally')
    provisional.begin(hold, incarnation, { login, ticketHash: hash, consoleId }, inDoubt)
    // Where central answers and only did not in time, nothing else tells of its return.
    if (reach.up) clock.after(0, provisional.adoptAll)
    return { hold, acquaintances: null }
  }

  const social = ownSocial({
    direct: direct.social,
    ...{ reach, clock, holds, known, write, tell: parts.tell },
    ...{ copyOf: copies.of, decisionMs: parts.decisionMs },
    confirmed: provisional.confirmed,
  })

  const entry = ownEntry({
    direct: direct.entry,
    ...{ reach, known, tickets, servers: parts.servers, ownAddress: parts.ownAddress },
    population: holds.population,
    decided: commit,
    async rename(capcomId, name) {
      const copy = known.copy(capcomId)
      if (!copy) throw new CentralUnreachable('a name is central’s to change')
      const change = { kind: 'name', name: toBase64(name) } as const
      const login = provisional.doubtfulLogin(capcomId)
      const pending = await journal.append({
        ...{ capcomId, fence: copy.fence, change },
        ...(login ? { login } : {}),
      })
      copy.name = name
      known.changed()
      return pending
    },
  })

  return {
    name: 'autonomous',
    entry: entry.link,
    social: social.link,

    async claim(ticket) {
      const local = tickets.find(ticket)
      // Central knows nothing of such an arming: it hears of the player with his adoption.
      if (local?.alone || local?.armed?.here) {
        const alone = letIn(ticket, false)
        if (!alone) throw new Problem('ticket_not_armed')
        return alone
      }
      let inDoubt = false
      try {
        // A claim raises the fence: what was written under the one before has to be decided first.
        await commit(local?.capcomId ?? undefined)
        inDoubt = true
        const claimed = await reach.ask(() => direct.claim(ticket))
        if (local) local.armed = null
        copies.claimed(claimed.hold)
        return claimed
      } catch (error) {
        if (!(error instanceof CentralUnreachable)) throw error
        const alone = letIn(ticket, inDoubt)
        if (!alone) throw error
        return alone
      }
    },

    async arm(hold, serverId) {
      const local = tickets.of(hold.capcomId)
      try {
        await provisional.confirmed(hold)
        await commit(hold.capcomId)
        const target = await reach.ask(() => leaving.unlessRefused(hold, () => direct.arm(hold, serverId)))
        if (local) local.armed = { serverId, here: false }
        return target
      } catch (error) {
        // A seat elsewhere is central’s to give; the game servers of this node are its own.
        if (!(error instanceof CentralUnreachable) || !local) throw error
        const target = entry.armHere(local, serverId)
        leaving.stays(hold)
        return target
      }
    },

    async settings(hold, settings) {
      if (copies.has(hold, settings)) return
      await write(hold, { kind: 'settings', settings: toBase64(settings) })
      copies.wrote(hold, settings)
    },

    directory: (told) => (reach.up ? told : ownServers(told, parts.servers())),
    learned: social.learned,
    heard: social.heard,
  }
}

/** Where central does not answer nobody can be sent to another node. */
function ownServers(told: Directory, own: readonly ServerAssignment[]): Directory {
  const ids = new Set(own.map(({ id }) => id))
  const servers = told.servers.map((server) =>
    ids.has(server.id) ? server : { ...server, status: 'down' as const, address: null },
  )
  // A log-in that begins here goes on here: whose entry is named by nobody takes its own.
  return { ...told, servers, entries: [] }
}
