/** The entry of an autonomous node: central's word, and while central is away what this node knows by itself. */
import { randomUUID } from 'node:crypto'
import { Problem, type ServerAssignment } from '@citygate/schema/contract'
import { type Bytes, equalBytes } from '../pat/index.ts'
import type { Direct } from './direct.ts'
import { drawTicket } from './entry-link.ts'
import type { Pending } from './journal/index.ts'
import type { Known } from './known.ts'
import { CentralUnreachable, type EntryLink, type Issued, type Target } from './link.ts'
import type { Reach } from './reach.ts'
import type { LocalTicket, LocalTickets } from './tickets.ts'

export interface OwnEntryParts {
  readonly direct: Direct['entry']
  readonly reach: Reach
  readonly known: Known
  readonly tickets: LocalTickets
  readonly servers: () => readonly ServerAssignment[]
  /** Where the console is to go for a game server of this node; null where it has none. */
  readonly ownAddress: () => { readonly host: string; readonly port: number } | null
  readonly population: (serverId: number) => number
  /** What was written for the hunter has been decided. Rejects with `CentralUnreachable` when it is not in time. */
  readonly decided: (capcomId: string) => Promise<void>
  /** Keeps a hunter's new name, written under the fence of the node's copy. */
  readonly rename: (capcomId: string, name: Bytes) => Promise<Pending>
}

export interface OwnEntry {
  readonly link: Omit<EntryLink, 'directory'>
  /**
   * The way to a game server of this node, without central.
   *
   * @throws Problem `server_down`, `server_full`: the player may choose another one
   */
  armHere(ticket: LocalTicket, serverId: number): Target
}

export function ownEntry(parts: OwnEntryParts): OwnEntry {
  const { direct, reach, known, tickets } = parts

  /** Central's answer, or this node's own while there is none; null is none of both. */
  async function either<T>(
    ask: () => Promise<T>,
    own: () => Promise<T | null> | T | null,
    before: () => Promise<void> = async () => undefined,
  ): Promise<T> {
    try {
      await before()
      return await reach.ask(ask)
    } catch (error) {
      if (!(error instanceof CentralUnreachable)) throw error
      const found = await own()
      if (found === null) throw error
      return found
    }
  }

  /** Hunters whose new name waits in the journal, with the newest decision about it. */
  const renamed = new Map<string, Pending['decided']>()

  async function rename(capcomId: string, name: Bytes): Promise<void> {
    const { decided } = await parts.rename(capcomId, name)
    renamed.set(capcomId, decided)
    void decided.then(() => {
      if (renamed.get(capcomId) === decided) renamed.delete(capcomId)
    })
  }

  const slotOf = (consoleId: string, slot: number) =>
    known.slotsOf(consoleId)?.find((one) => one.slot === slot)

  function armHere(ticket: LocalTicket, serverId: number): Target {
    const server = parts.servers().find(({ id }) => id === serverId)
    const address = parts.ownAddress()
    if (!server || !address) throw new Problem('server_down')
    if (parts.population(serverId) >= server.capacity) throw new Problem('server_full')
    ticket.armed = { serverId, here: true }
    return { serverId, ...address }
  }

  function keep({ ticket, login }: Issued, consoleId: string, capcomId: string | null): void {
    tickets.keep(ticket, { login, consoleId, capcomId, alone: false })
  }

  const link: Omit<EntryLink, 'directory'> = {
    identifyConsole: (supportCode, mediaVersion, source) =>
      either(
        async () => {
          const found = await direct.identifyConsole(supportCode, mediaVersion, source)
          known.keepConsole(found.supportCode, found.consoleId, found.slots)
          if (found.issued) keep(found.issued, found.consoleId, null)
          return found
        },
        () => {
          const found = supportCode === null ? null : known.console(supportCode)
          if (!found || supportCode === null) return null
          return { ...found, supportCode, created: false, issued: null }
        },
      ),

    chooseHunter: (consoleId, slot, name, create, login, source) =>
      either(
        async () => {
          const { created, issued, ...hunter } = await direct.chooseHunter(
            consoleId,
            slot,
            name,
            create,
            login,
            source,
          )
          known.keepSlot(consoleId, hunter)
          if (issued) keep(issued, consoleId, hunter.capcomId)
          return { ...hunter, created, issued }
        },
        async () => {
          const found = slotOf(consoleId, slot)
          // A new hunter needs a Capcom ID, and that is central's to draw.
          if (!found || create) return null
          if (name !== null && !equalBytes(name, found.name)) {
            await rename(found.capcomId, name)
            known.keepSlot(consoleId, { ...found, name })
          }
          return { ...found, name: name ?? found.name, created: false, issued: null }
        },
        async () => {
          // A name that waits in the journal must not come behind the one that is told now.
          const found = slotOf(consoleId, slot)
          if (found && renamed.has(found.capcomId)) await parts.decided(found.capcomId)
        },
      ),

    issueTicket: (login, consoleId, capcomId) =>
      either(
        async () => {
          const issued = await direct.issueTicket(login, consoleId, capcomId)
          keep(issued, consoleId, capcomId)
          return issued
        },
        () => {
          if (known.slotsOf(consoleId) === null) return null
          const ticket = drawTicket()
          const own = login ?? randomUUID()
          tickets.keep(ticket, { login: own, consoleId, capcomId, alone: true })
          return { ticket, login: own }
        },
      ),

    async readTicket(ticket) {
      const local = tickets.find(ticket)
      const own = () => {
        const slots = local && known.slotsOf(local.consoleId)
        if (!local || !slots) return null
        return { login: local.login, consoleId: local.consoleId, capcomId: local.capcomId, slots }
      }
      const alone = local?.alone ? own() : null
      return alone ?? either(() => direct.readTicket(ticket), own)
    },

    async armTicket(ticket, serverId) {
      const local = tickets.find(ticket)
      const own = () => {
        return local?.capcomId ? armHere(local, serverId) : null
      }
      const alone = local?.alone ? own() : null
      if (alone) return alone
      return either(async () => {
        const target = await direct.armTicket(ticket, serverId)
        if (local) local.armed = { serverId, here: false }
        return target
      }, own)
    },

    async endTicket(ticket) {
      const local = tickets.find(ticket)
      tickets.forget(ticket)
      if (local?.alone) return
      await reach.ask(() => direct.endTicket(ticket))
    },
  }

  return { link, armHere }
}
