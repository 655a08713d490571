/** The entry side of a link: what handlers ask goes to the policy in force. */
import type { EntryLink } from './link.ts'
import type { Policy } from './policy.ts'

export function entrySide(policy: () => Policy, directory: () => EntryLink['directory']): EntryLink {
  const entry = () => policy().entry
  return {
    get directory() {
      return directory()
    },
    identifyConsole: (...of) => entry().identifyConsole(...of),
    chooseHunter: (...of) => entry().chooseHunter(...of),
    issueTicket: (login, consoleId, capcomId) => entry().issueTicket(login, consoleId, capcomId),
    readTicket: (ticket) => entry().readTicket(ticket),
    armTicket: (ticket, serverId) => entry().armTicket(ticket, serverId),
    endTicket: (ticket) => entry().endTicket(ticket),
  }
}
