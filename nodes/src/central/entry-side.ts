/** The entry side of a link: what handlers ask goes to the policy in force. */
import { hashOf } from './entry-link.ts'
import type { EntryLink } from './link.ts'
import type { Policy } from './policy.ts'
import type { Travellers } from './travellers.ts'

export function entrySide(
  policy: () => Policy,
  directory: () => EntryLink['directory'],
  travellers: Pick<Travellers, 'sent'>,
): EntryLink {
  const entry = () => policy().entry
  return {
    get directory() {
      return directory()
    },
    identifyConsole: (...of) => entry().identifyConsole(...of),
    chooseHunter: (...of) => entry().chooseHunter(...of),
    issueTicket: (login, consoleId, capcomId) => entry().issueTicket(login, consoleId, capcomId),
    readTicket: (ticket) => entry().readTicket(ticket),
    async armTicket(ticket, serverId) {
      const target = await entry().armTicket(ticket, serverId)
      travellers.sent(hashOf(ticket), serverId)
      return target
    },
    endTicket: (ticket) => entry().endTicket(ticket),
  }
}
