/** The way of a log-in: console, hunter, ticket, target, claim (shared-state.md, "The way of a log-in"). */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Acquaintances } from './social.ts'
import {
  Address,
  CapcomId,
  ConsoleId,
  Epoch,
  Fence,
  NameBytes,
  NodeId,
  ServerId,
  SettingsBytes,
  Sha256,
  Time,
} from './types.ts'

/** A used slot of a console; free ones are not listed. */
export const Slot = z.object({ slot: z.int().min(1).max(6), capcomId: CapcomId, name: NameBytes })
export type Slot = z.infer<typeof Slot>

/** Printable ASCII: 1 to 31 bytes. Placeholders of old servers are the node's business (login.md 2.1). */
const SupportCode = z.string().regex(/^[\x21-\x7e]{1,31}$/)

/**
 * Stands for where a console comes from: a hash of its shortened address, made by the entry node; null for the node's own
 * machine and network. What a place creates in an hour is limited, and nothing else is asked of it.
 */
const Source = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .nullable()
  .default(null)

/**
 * The ticket that a console is going to ask for, made in the same step; `login` is drawn by the node with the first
 * ticket of a log-in. Who leaves it out makes one with `issueTicket`.
 */
const NextTicket = z.strictObject({ hash: Sha256, login: z.uuid() })
/** Its end; null or left out: it was not made. */
const ticketUntil = Time.nullable().optional()

/**
 * The console behind a support code. A code that central has never seen is adopted (login.md 3.2);
 * without a code a new console is made and central draws one. The code comes back only here, to
 * the node that the console showed it to.
 */
export const identifyConsole = endpoint({
  name: 'identifyConsole',
  method: 'POST',
  path: '/v1/consoles/identify',
  caller: 'entry',
  secret: true,
  summary: 'Find, adopt or create the console behind a support code.',
  body: z.strictObject({
    supportCode: SupportCode.nullable(),
    mediaVersion: z.string().max(31),
    source: Source,
    ticket: NextTicket.optional(),
  }),
  output: z.object({
    consoleId: ConsoleId,
    supportCode: z.string(),
    created: z.boolean(),
    slots: z.array(Slot),
    ticketUntil,
  }),
  problems: ['bad_request', 'unauthorized', 'forbidden', 'too_many_new', 'busy'],
})

/**
 * Choose slot 1 to 6. An empty slot gets a new hunter with a Capcom ID of central's drawing, so the
 * name is needed there; in a used slot a name replaces the old one. Asking twice for an empty slot
 * with the same name from the same console creates one hunter.
 */
export const chooseHunter = endpoint({
  name: 'chooseHunter',
  method: 'PUT',
  path: '/v1/consoles/{consoleId}/slots/{slot}',
  caller: 'entry',
  summary: 'Choose the hunter of a slot, or create one in a free slot.',
  params: z.strictObject({
    consoleId: ConsoleId,
    slot: z
      .string()
      .regex(/^[1-6]$/)
      .transform(Number),
  }),
  body: z.strictObject({
    name: NameBytes.nullable(),
    /** The console believes the slot to be free (`ReqUserObject` mode 1). */
    create: z.boolean(),
    source: Source,
    ticket: NextTicket.optional(),
  }),
  output: Slot.extend({ created: z.boolean(), ticketUntil }),
  problems: [
    'bad_request',
    'unauthorized',
    'forbidden',
    'console_not_found',
    'slot_empty',
    'slot_taken',
    'too_many_new',
    'busy',
  ],
})

/**
 * A new ticket of a log-in. `login` joins the tickets of one log-in: null starts one, and using a
 * newer ticket of the same log-in ends the older. `capcomId` is null on the first LMP visit.
 */
export const issueTicket = endpoint({
  name: 'issueTicket',
  method: 'POST',
  path: '/v1/tickets',
  caller: 'entry',
  summary: 'Make a ticket known by its hash.',
  body: z.strictObject({
    ticketHash: Sha256,
    login: z.uuid().nullable(),
    consoleId: ConsoleId,
    capcomId: CapcomId.nullable(),
  }),
  output: z.object({ login: z.uuid(), expiresAt: Time }),
  problems: [
    'bad_request',
    'unauthorized',
    'forbidden',
    'console_not_found',
    'player_not_found',
    'ticket_unknown',
    'busy',
  ],
})

/** The log-in behind a ticket, for the second LMP visit. Counts as a use: older tickets of the log-in end. */
export const readTicket = endpoint({
  name: 'readTicket',
  method: 'POST',
  path: '/v1/tickets/read',
  caller: 'entry',
  summary: 'The log-in behind a ticket.',
  body: z.strictObject({ ticketHash: Sha256 }),
  output: z.object({
    login: z.uuid(),
    consoleId: ConsoleId,
    capcomId: CapcomId.nullable(),
    slots: z.array(Slot),
  }),
  problems: ['bad_request', 'unauthorized', 'forbidden', 'ticket_unknown', 'busy'],
})

/**
 * Where the bearer of a ticket is on his way to, for a host with several nodes behind one port: a choice that was
 * made elsewhere is not known there. Only what concerns the node that asks and those that tell the same FMP address.
 */
export const findTicket = endpoint({
  name: 'findTicket',
  method: 'POST',
  path: '/v1/tickets/find',
  caller: 'node',
  summary: 'The node of this host for which a ticket is armed.',
  body: z.strictObject({ ticketHash: Sha256 }),
  output: z.object({ nodeId: NodeId.nullable() }),
  problems: ['bad_request', 'unauthorized', 'busy'],
})

/**
 * A console that leaves online mode from LMP (`ReqShut` 1): the tickets of its log-in end at once. What a
 * node holds is left alone, and so is a ticket that is unknown: there is nothing to end.
 */
export const endTicket = endpoint({
  name: 'endTicket',
  method: 'POST',
  path: '/v1/tickets/end',
  caller: 'entry',
  summary: 'End a log-in that has not reached a game server.',
  body: z.strictObject({ ticketHash: Sha256 }),
  output: z.object({}),
  problems: ['bad_request', 'unauthorized', 'forbidden', 'busy'],
})

/** Where an armed ticket leads, and the seat that is kept there for 60 s. */
const Target = z.object({ serverId: ServerId, address: Address, seatUntil: Time })

/**
 * At LMP the console asks for two addresses, a spare and the best: both stay armed, the later one is
 * the target and holds the only seat.
 */
export const armTicket = endpoint({
  name: 'armTicket',
  method: 'POST',
  path: '/v1/tickets/arm',
  caller: 'entry',
  summary: 'Arm a ticket for a claim by the node of a game server, and reserve a seat there.',
  body: z.strictObject({ ticketHash: Sha256, serverId: ServerId }),
  output: Target,
  problems: [
    'bad_request',
    'unauthorized',
    'forbidden',
    'ticket_unknown',
    'ticket_without_hunter',
    'server_not_found',
    'server_down',
    'server_full',
    'busy',
  ],
})

/** The same by the node that holds the player: a server change from inside the game. Replaces earlier targets. */
export const armSession = endpoint({
  name: 'armSession',
  method: 'POST',
  path: '/v1/sessions/{capcomId}/arm',
  caller: 'node',
  summary: 'Arm a held player’s ticket for another game server.',
  params: z.strictObject({ capcomId: CapcomId }),
  body: z.strictObject({ epoch: Epoch, fence: Fence, serverId: ServerId }),
  output: Target,
  problems: [
    'bad_request',
    'unauthorized',
    'fence_lost',
    'epoch_superseded',
    'incarnation_changed',
    'player_not_found',
    'ticket_unknown',
    'server_not_found',
    'server_down',
    'server_full',
    'busy',
  ],
})

/**
 * Claim the player of a ticket for this node's epoch. Disarms the ticket and confirms the seat; the
 * fence rises. A session that is live elsewhere is taken over, and its holder told by letter. The same
 * attempt asked again, because its answer was lost, is the same claim.
 */
export const claimSession = endpoint({
  name: 'claimSession',
  method: 'POST',
  path: '/v1/sessions',
  caller: 'node',
  summary: 'Claim the player of an armed ticket.',
  body: z.strictObject({
    ticketHash: Sha256,
    epoch: Epoch,
    /** Drawn by the node for each connection that shows a ticket. */
    attempt: z.uuid().optional(),
  }),
  output: z.object({
    capcomId: CapcomId,
    name: NameBytes,
    fence: Fence,
    serverId: ServerId,
    /** The settings that the hunter showed last; null before the first time. */
    settings: SettingsBytes.nullable(),
    /** As of the claim: what comes behind it is told by letter. */
    acquaintances: Acquaintances.optional(),
  }),
  problems: [
    'bad_request',
    'unauthorized',
    'forbidden',
    'ticket_unknown',
    'ticket_not_armed',
    'ticket_without_hunter',
    'player_banned',
    'node_banned',
    'server_full',
    'epoch_superseded',
    'incarnation_changed',
    'busy',
  ],
})
