/** What entry handlers ask of central. Tickets are made here and leave the process only as their hash. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  armTicket,
  chooseHunter,
  endTicket,
  identifyConsole,
  issueTicket,
  readTicket,
  type Slot as WireSlot,
} from '@citygate/schema/contract'
import type { Bytes } from '../pat/index.ts'
import type { Call } from './client.ts'
import type { EntryLink, Issued, Slot } from './link.ts'

const ticketBytes = 16

export const drawTicket = (): Bytes => new Uint8Array(randomBytes(ticketBytes))

export function hashOf(ticket: Bytes): string {
  return createHash('sha256').update(ticket).digest('hex')
}

export function fromBase64(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

export function toBase64(bytes: Bytes): string {
  return Buffer.from(bytes).toString('base64')
}

export function entryLink(call: Call): Omit<EntryLink, 'directory'> {
  return {
    async identifyConsole(supportCode, mediaVersion, source = null) {
      const next = nextTicket(null)
      const body = { supportCode, mediaVersion, source, ticket: shownTo(next) }
      const { ticketUntil, ...found } = await call(identifyConsole, { body })
      return { ...found, slots: found.slots.map(slotOf), issued: ticketUntil ? next : null }
    },
    async chooseHunter(consoleId, slot, name, create, login, source = null) {
      const next = nextTicket(login)
      const { ticketUntil, ...chosen } = await call(chooseHunter, {
        params: { consoleId, slot: String(slot) },
        body: { name: name && toBase64(name), create, source, ticket: shownTo(next) },
      })
      return { ...slotOf(chosen), created: chosen.created, issued: ticketUntil ? next : null }
    },
    async issueTicket(login, consoleId, capcomId) {
      const ticket = drawTicket()
      const issued = await call(issueTicket, {
        body: { ticketHash: hashOf(ticket), login, consoleId, capcomId },
      })
      return { ticket, login: issued.login }
    },
    async readTicket(ticket) {
      const record = await call(readTicket, { body: { ticketHash: hashOf(ticket) } })
      return { ...record, slots: record.slots.map(slotOf) }
    },
    async armTicket(ticket, serverId) {
      const target = await call(armTicket, { body: { ticketHash: hashOf(ticket), serverId } })
      return { serverId: target.serverId, ...target.address }
    },
    async endTicket(ticket) {
      await call(endTicket, { body: { ticketHash: hashOf(ticket) } })
    },
  }
}

/** What the console asks for next: made with the step in front of it, which saves a call. */
const nextTicket = (login: string | null): Issued => ({
  ticket: drawTicket(),
  login: login ?? randomUUID(),
})
const shownTo = ({ ticket, login }: Issued) => ({ hash: hashOf(ticket), login })

function slotOf(slot: WireSlot): Slot {
  return { slot: slot.slot, capcomId: slot.capcomId, name: fromBase64(slot.name) }
}
