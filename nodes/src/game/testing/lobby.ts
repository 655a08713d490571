/** Consoles at a game server, without sockets: a link that keeps its books in memory, and lines that tests read. */
import { type Directory, Problem } from '@citygate/schema/contract'
import type { Hold, LossListener, Whereabouts, WorldLink } from '../../central/link.ts'
import { Conversation } from '../../dialogue/conversation.ts'
import { FakeClock, FakeLine, FakeLog } from '../../dialogue/testing/ports.ts'
import {
  AnsConnection,
  type AnyPacket,
  ascii,
  type Body,
  type Bytes,
  ConnectionData,
  decodeFrame,
  encodeFrame,
  type Frame,
  FrameSplitter,
  latin1,
  NtcLayerChatRelayed,
} from '../../pat/index.ts'
import { createFmp } from '../fmp.ts'
import type { Session } from '../session.ts'
import { MemorySocial } from './memory-social.ts'

/** What a console heard: packet name, sequence, and the decoded body. */
export interface Heard {
  readonly name: string
  readonly sequence: number
  readonly body: Body<AnyPacket>
  readonly payload: Bytes
}

class MemoryLink implements WorldLink {
  readonly directory: Directory = {
    version: 7,
    servers: [1, 2].map((id) => ({
      id,
      name: `Valor${id}`,
      type: 'open' as const,
      population: 0,
      capacity: 2000,
      status: 'up' as const,
      address: { host: '192.0.2.1', port: 8202 },
    })),
    entries: [],
  }
  readonly servers = [
    { id: 1, name: 'Valor1', type: 'open' as const, gates: 40, cities: 40, capacity: 2000 },
    { id: 2, name: 'Valor2', type: 'open' as const, gates: 40, cities: 40, capacity: 2000 },
  ]
  /** Where everybody was last said to be, by Capcom ID. */
  readonly whereabouts = new Map<string, Whereabouts>()
  readonly released: string[] = []
  readonly settled = new Map<string, Bytes>()
  readonly armed: string[] = []
  readonly tickets = new Map<string, Hold>()
  /** When set, settings cannot be kept. */
  fault: Error | undefined
  /** When set, claims wait for it. */
  gate: Promise<void> | undefined
  #lost: LossListener = () => undefined
  #announce: (text: string, serverId: number | null) => void = () => undefined
  #fence = 0

  /** A ticket for a hunter on a server. */
  ticket(name: string, serverId = 1, settings: Bytes | null = null): Bytes {
    const text = `ticket of ${name} ${this.#fence}`
    this.#fence += 1
    this.tickets.set(text, {
      capcomId: (name[0] ?? '?').toUpperCase().repeat(6),
      name: ascii(name),
      fence: this.#fence,
      serverId,
      settings,
    })
    return ascii(text)
  }

  async claim(ticket: Bytes): Promise<Hold> {
    await this.gate
    const hold = this.tickets.get(latin1(ticket))
    if (!hold) throw new Problem('ticket_unknown')
    this.tickets.delete(latin1(ticket))
    return hold
  }

  async arm(hold: Hold, serverId: number) {
    // As the contract of the real one: no number of a server.
    if (serverId < 1 || serverId > 65_535) throw new Problem('bad_request')
    const server = this.directory.servers.find(({ id }) => id === serverId)
    if (!server?.address) throw new Problem('server_not_found')
    this.armed.push(`${hold.capcomId} for ${serverId}`)
    return { serverId, ...server.address }
  }

  present(hold: Hold, at: Whereabouts): void {
    this.whereabouts.set(hold.capcomId, at)
  }

  async settings(hold: Hold, settings: Bytes): Promise<void> {
    if (this.fault) throw this.fault
    this.settled.set(hold.capcomId, settings)
  }

  release(hold: Hold, reason: string): void {
    this.released.push(`${hold.capcomId} ${hold.fence} ${reason}`)
  }

  onLost(listener: LossListener): void {
    this.#lost = listener
  }

  lose(hold: Hold, words?: string, over?: boolean): void {
    this.#lost(hold, words, over)
  }

  onAnnounce(listener: (text: string, serverId: number | null) => void): void {
    this.#announce = listener
  }

  announce(text: string, serverId: number | null): void {
    this.#announce(text, serverId)
  }
}

/** One console's end of a connection. */
export class Console {
  readonly line = new FakeLine()
  readonly #conversation: Conversation<Session>
  #sequence = 0

  constructor(lobby: Lobby) {
    const { clock, log } = lobby
    this.#conversation = new Conversation({ kind: lobby.fmp, line: this.line, clock, log })
    clock.pass(1500)
    this.hears()
  }

  /** Everything that came since the last call. */
  hears(): readonly Heard[] {
    return [...new FrameSplitter(0x20000).push(this.line.take())].map(heard)
  }

  /** Sends a packet and gives what this console hears at once. */
  says<P extends AnyPacket>(packet: P, body: Body<P>): readonly Heard[] {
    this.#sequence += 1
    this.#conversation.receive(encodeFrame(packet, this.#sequence, body))
    return this.hears()
  }

  /** The same, after promises have settled. */
  async asks<P extends AnyPacket>(packet: P, body: Body<P>): Promise<readonly Heard[]> {
    const now = this.says(packet, body)
    await settled()
    return [...now, ...this.hears()]
  }

  async introduces(ticket: Bytes): Promise<readonly Heard[]> {
    const connectionData = ConnectionData.of({ patTicket: ticket, mediaVersion: ascii('1001301045') })
    this.#conversation.receive(encodeFrame(AnsConnection, 0, { connectionData }))
    await settled()
    return this.hears()
  }

  async hangsUp(): Promise<void> {
    this.#conversation.gone()
    await settled()
  }
}

export class Lobby {
  readonly link = new MemoryLink()
  readonly social = new MemorySocial()
  readonly clock = new FakeClock()
  readonly log = new FakeLog()
  readonly fmp = createFmp({
    link: this.link,
    social: this.social,
    content: {
      admission: () => ({ status: 'open' }),
      terms: () => ({ version: 1, bytes: ascii('terms') }),
      subTerms: () => ({ version: 1, bytes: ascii('terms') }),
      announcement: () => ascii(''),
      noCharge: () => ascii(''),
      gameTime: ({ server = 0 }, now) => now + 1000 * server,
      binary: (type) => (type === 5 ? { version: 9, bytes: ascii('messages') } : null),
    },
    clock: this.clock,
    log: this.log,
  })

  connect(): Console {
    return new Console(this)
  }

  /** A hunter who has been let in. */
  async enter(name: string, serverId = 1): Promise<Console> {
    const console = this.connect()
    this.social.know({ capcomId: (name[0] ?? '?').toUpperCase().repeat(6), name: ascii(name) })
    await console.introduces(this.link.ticket(name, serverId))
    return console
  }
}

export const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

function heard(frame: Frame): Heard {
  const decoded = decodeFrame(frame, 'server')
  if (!decoded) throw new Error(`unknown packet ${frame.id.toString(16)}`)
  const payload = frame.payload.slice()
  return { name: decoded.spec.name, sequence: frame.sequence, body: decoded.body, payload }
}

/** `AnsLayerDown 3` for each packet. */
export const names = (packets: readonly Heard[]): readonly string[] =>
  packets.map(({ name, sequence }) => `${name} ${sequence}`)

/** What the player reads of these: lines of the server's own voice, and the words of refusals. */
export const readable = (packets: readonly Heard[]): string =>
  packets
    .filter(({ name }) => name === NtcLayerChatRelayed.name || name.endsWith('Alert'))
    .map(({ body }) => body as { readonly message?: Bytes; readonly text?: Bytes })
    .map(({ message, text }) => latin1(message ?? text ?? new Uint8Array()))
    .join(' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/ +/g, ' ')
    .trim()

/** The body of the first such packet among those heard. */
export function read<P extends AnyPacket>(packet: P, heard: readonly Heard[]): Body<P> {
  const found = heard.find(({ name }) => name === packet.name)
  if (!found) throw new Error(`no ${packet.name} among ${names(heard).join(', ')}`)
  return found.body as Body<P>
}
