/** The one regular call of a node (shared-state.md, "Sync"). */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Consistency, JournalAnswer, JournalPart } from './journal.ts'
import { readKnown } from './known.ts'
import { NodeReport, QuestionAnswer, questionLetters } from './live.ts'
import { Directory } from './node.ts'
import { operatorLetters } from './operators.ts'
import { socialLetters } from './social.ts'
import { CapcomId, CityId, Epoch, Fence, GateId, Published, ServerId, SettingsBytes } from './types.ts'

/** Where a held player stands. `gate` and `city` are null above that level. */
export const Presence = z.strictObject({
  capcomId: CapcomId,
  fence: Fence,
  serverId: ServerId,
  gate: GateId.nullable(),
  city: CityId.nullable(),
  inQuest: z.boolean(),
  /** Leads the city. */
  leader: z.boolean(),
  /** What the player publishes for searches; none when left out. */
  fields: Published.optional(),
  /** Of a leader: what his city publishes. */
  cityFields: Published.optional(),
})
export type Presence = z.infer<typeof Presence>

/**
 * The end of a hold. `left`: out of online mode, the ticket ends with it. `travelling`: on the way
 * to another server; the ticket lives on for its time in transit.
 */
export const Release = z.strictObject({
  capcomId: CapcomId,
  fence: Fence,
  reason: z.enum(['left', 'travelling', 'lost']),
})
export type Release = z.infer<typeof Release>

export const Letter = z.discriminatedUnion('kind', [
  z.object({
    number: z.int(),
    kind: z.literal('session-taken'),
    /** The fence that is no longer the player's: whoever holds it lets go. */
    capcomId: CapcomId,
    fence: Fence,
  }),
  ...socialLetters,
  ...operatorLetters,
  ...questionLetters,
])
export type Letter = z.infer<typeof Letter>

/**
 * As it travels: a letter of a kind that only a newer central knows must not cost an older node the whole
 * answer. It is passed over, and counts as handled.
 */
const TravellingLetter = z.union([Letter, z.looseObject({ number: z.int(), kind: z.string() })])

/** Null for what this release does not know. */
export function knownLetter(letter: z.infer<typeof TravellingLetter>): Letter | null {
  return readKnown(Letter, letter).data ?? null
}

export const syncNode = endpoint({
  name: 'syncNode',
  method: 'POST',
  path: '/v1/nodes/self/sync',
  caller: 'node',
  summary: 'Heartbeat, presence, releases and mail in one call; held open while there is nothing to say.',
  body: z.strictObject({
    epoch: Epoch,
    /** Rises by one with every call of the epoch, from 1. */
    number: z.int().min(1),
    /** Highest number that central has answered: it cannot have forgotten that one. */
    heard: z.int().min(0).default(0),
    /** How long central may hold the call, in milliseconds; 0 asks for an answer at once. */
    holdMs: z.int().min(0).max(25_000),
    draining: z.boolean(),
    presence: z.strictObject({
      /** The generation that central named last; null before the first answer. */
      generation: z.string().max(64).nullable(),
      /** `set` is everybody here, and whoever is not in it is gone. */
      full: z.boolean(),
      set: z.array(Presence).max(10_000),
      /** Players who are no longer shown. A release implies it. */
      gone: z.array(z.strictObject({ capcomId: CapcomId, fence: Fence })).max(10_000),
    }),
    releases: z.array(Release).max(10_000),
    /** Changed settings of held players, written under their fence. */
    settings: z
      .array(z.strictObject({ capcomId: CapcomId, fence: Fence, settings: SettingsBytes }))
      .max(1000)
      .default([]),
    /** Highest letter number that was handled, with none missing before it. */
    mailSeen: z.int().min(0),
    /** The directory version that the node has; central sends the directory anew when it differs. */
    directoryVersion: z.int().min(0),
    /** Of central's database, as the node knows it; another one is refused. */
    incarnation: z.uuid().optional(),
    /** Null where nothing of the node's own journal waits. */
    journal: JournalPart.nullable().default(null),
    /** Everything that earlier starts of this node wrote has been told: what they still hold ends. */
    earlierDone: z.boolean().default(false),
    /** The last word of this start, which serves nobody any more: its lease ends with the call. */
    ending: z.boolean().default(false),
    /** To letters that ask. */
    answers: z.array(QuestionAnswer).max(100).default([]),
    /** Null: as reported last. */
    report: NodeReport.nullable().default(null),
  }),
  output: z.object({
    number: z.int(),
    /** The epoch lives this long from the moment the call was sent, in milliseconds. */
    leaseMs: z.int(),
    presence: z.object({ generation: z.string(), wantFull: z.boolean() }),
    /** Holds that are not this node's (any more): fence too low, or another holder. */
    refused: z.array(z.object({ capcomId: CapcomId, fence: Fence })),
    /** Always carries fresh populations; `directory.version` tells whether more has changed. */
    directory: Directory,
    mail: z.array(TravellingLetter),
    /** What an operator wants of the node, as of now. `drain`: take no new players. */
    orders: z
      .object({
        drain: z.boolean(),
        /** How long quests may go on while it drains. */
        questSeconds: z.int().optional(),
        /** Null: as the node's own setting has it. */
        consistency: Consistency.nullable().optional(),
      })
      .default({ drain: false }),
    /** Nothing where the call brought no records, or they could not be taken now. */
    journal: JournalAnswer.nullable().optional(),
    /** When to call again if there is nothing to say; 0 where central holds calls. */
    nextSyncMs: z.int(),
  }),
  problems: [
    'bad_request',
    'unauthorized',
    'node_banned',
    'epoch_superseded',
    'incarnation_changed',
    'sync_out_of_order',
    'busy',
  ],
})
