/** What central keeps of log-ins, in memory: for tests of the entry servers alone. */
import { type Directory, Problem } from '@citygate/schema/contract'
import type { ChosenHunter, ConsoleRecord, EntryLink, LoginRecord, Slot, Target } from '../../central/link.ts'
import { ascii, type Bytes, latin1 } from '../../pat/index.ts'

/** Where made-up values come from. */
interface Draws {
  supportCode(): string
  capcomId(): string
  ticket(): Bytes
}

interface KnownConsole {
  readonly consoleId: string
  readonly supportCode: string
  slots: readonly Slot[]
}

interface KnownTicket {
  readonly login: string
  readonly consoleId: string
  readonly capcomId: string | null
}

type ListedServer = Directory['servers'][number]

export function listedServer(id: number, more: Partial<ListedServer> = {}): ListedServer {
  return {
    id,
    name: `Server${id}`,
    type: 'open',
    population: 0,
    capacity: 2000,
    status: 'up',
    address: { host: '127.0.0.1', port: 8202 },
    ...more,
  }
}

export class MemoryLink implements EntryLink {
  directory: Directory = { version: 1, servers: [listedServer(1), listedServer(2)], entries: [] }
  /** Makes every following call fail with it. */
  failing: Error | undefined
  /** Server ids that tickets were armed for. */
  readonly armed: number[] = []
  readonly consoles: KnownConsole[] = []
  /** As central of an earlier release: tickets come when they are asked for. */
  makesNoneAhead = false
  /** Tickets that were asked for by themselves. */
  issuedAlone = 0
  readonly #tickets = new Map<string, KnownTicket>()
  readonly #draws: Draws
  #drawn = 0

  constructor(draws: Partial<Draws> = {}) {
    const number = () => String(++this.#drawn).padStart(4, '0')
    this.#draws = {
      supportCode: () => `CODE${number()}`,
      capcomId: () => `ID${number()}`,
      ticket: () => ascii(`TICKET ${number()}`),
      ...draws,
    }
  }

  #check(): void {
    if (this.failing) throw this.failing
  }

  #console(consoleId: string): KnownConsole {
    const known = this.consoles.find((one) => one.consoleId === consoleId)
    if (!known) throw new Problem('console_not_found')
    return known
  }

  async identifyConsole(supportCode: string | null, mediaVersion: string): Promise<ConsoleRecord> {
    this.#check()
    // As the contract of the real one.
    if (mediaVersion.includes('\0')) throw new Problem('bad_request')
    const known = supportCode && this.consoles.find((one) => one.supportCode === supportCode)
    if (known) return { ...known, created: false, issued: this.#ahead(null, known.consoleId, null) }
    const made: KnownConsole = {
      consoleId: crypto.randomUUID(),
      supportCode: supportCode ?? this.#draws.supportCode(),
      slots: [],
    }
    this.consoles.push(made)
    return { ...made, created: true, issued: this.#ahead(null, made.consoleId, null) }
  }

  async chooseHunter(
    ...[consoleId, slot, name, create, login]: Parameters<EntryLink['chooseHunter']>
  ): Promise<ChosenHunter> {
    this.#check()
    const owner = this.#console(consoleId)
    const present = owner.slots.find((one) => one.slot === slot)
    if (present && create && latin1(present.name) !== latin1(name ?? present.name))
      throw new Problem('slot_taken')
    if (!present && !name) throw new Problem('slot_empty')
    const chosen: Slot = {
      slot,
      capcomId: present?.capcomId ?? this.#draws.capcomId(),
      name: Uint8Array.from(name ?? present?.name ?? []),
    }
    owner.slots = [...owner.slots.filter((one) => one.slot !== slot), chosen]
    return { ...chosen, created: !present, issued: this.#ahead(login, consoleId, chosen.capcomId) }
  }

  async issueTicket(login: string | null, consoleId: string, capcomId: string | null) {
    this.#check()
    this.issuedAlone++
    return this.#issue(login, consoleId, capcomId)
  }

  #ahead(...logIn: Parameters<EntryLink['issueTicket']>) {
    return this.makesNoneAhead ? null : this.#issue(...logIn)
  }

  #issue(...[login, consoleId, capcomId]: Parameters<EntryLink['issueTicket']>) {
    const ticket = this.#draws.ticket()
    const made = { login: login ?? crypto.randomUUID(), consoleId, capcomId }
    this.#tickets.set(latin1(ticket), made)
    return { ticket, login: made.login }
  }

  async readTicket(ticket: Bytes): Promise<LoginRecord> {
    this.#check()
    const known = this.#tickets.get(latin1(ticket))
    if (!known) throw new Problem('ticket_unknown')
    return { ...known, slots: this.#console(known.consoleId).slots }
  }

  async endTicket(ticket: Bytes): Promise<void> {
    this.#check()
    const known = this.#tickets.get(latin1(ticket))
    for (const [text, { login }] of this.#tickets) if (login === known?.login) this.#tickets.delete(text)
  }

  async armTicket(ticket: Bytes, serverId: number): Promise<Target> {
    this.#check()
    const known = this.#tickets.get(latin1(ticket))
    if (!known) throw new Problem('ticket_unknown')
    if (known.capcomId === null) throw new Problem('ticket_without_hunter')
    const server = this.directory.servers.find(({ id }) => id === serverId)
    if (!server) throw new Problem('server_not_found')
    if (!server.address || server.status === 'down') throw new Problem('server_down')
    if (server.status === 'full') throw new Problem('server_full')
    this.armed.push(serverId)
    return { serverId, ...server.address }
  }
}
