/**
 * What a node wrote on its own while central was away or slow: records of its journal, decided by central once
 * and in order (shared-state.md, "Autonomous mode, honestly").
 */
import { z } from 'zod'
import { Message } from './social.ts'
import { CapcomId, Fence, NameBytes, SettingsBytes } from './types.ts'

export const Consistency = z.enum(['autonomous', 'synchronized'])
export type Consistency = z.infer<typeof Consistency>

/**
 * What a held player changed. What concerns two is an intent, and central decides: what allocates (a hunter, a
 * ticket, a seat elsewhere) is none of these.
 */
export const Change = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('settings'), settings: SettingsBytes }),
  z.strictObject({ kind: z.literal('name'), name: NameBytes }),
  z.strictObject({ kind: z.literal('denies-requests'), denies: z.boolean() }),
  z.strictObject({ kind: z.literal('ask-friend'), other: CapcomId, message: Message }),
  z.strictObject({ kind: z.literal('answer-friend'), other: CapcomId, accepted: z.boolean() }),
  z.strictObject({ kind: z.literal('delete-friend'), other: CapcomId }),
  z.strictObject({ kind: z.literal('blacklist'), other: CapcomId, listed: z.boolean() }),
])
export type Change = z.infer<typeof Change>

/**
 * One record. `change` is read record by record: one that central cannot read is refused alone. `number` rises by
 * one within its stream, from 1.
 */
export const JournalRecord = z.strictObject({
  number: z.int().min(1),
  capcomId: CapcomId,
  fence: Fence,
  /**
   * Of a log-in that the node made without central, and left out otherwise. Central may have claimed or adopted the player
   * for this very log-in, and its answer was lost: then the fence is the one before.
   */
  login: z.uuid().optional(),
  change: z.looseObject({ kind: z.string().max(63) }),
})
export type JournalRecord = z.infer<typeof JournalRecord>

export const journalRecordsAtOnce = 200

/** What a sync brings of one journal. A stream is one start of a node: its numbers mean nothing elsewhere. */
export const JournalPart = z.strictObject({
  stream: z.uuid(),
  /** Of central's database, as the node knew it when the records were written. */
  incarnation: z.uuid(),
  /** Refusals up to this number are in the node's dead letters. */
  seen: z.int().min(0),
  records: z.array(JournalRecord).max(journalRecordsAtOnce),
})
export type JournalPart = z.infer<typeof JournalPart>

/** How central decided about a record: told with the first answer only; refusals until the node has `seen` them. */
const Outcome = z.object({
  number: z.int(),
  /** Null when it was done. */
  refused: z.object({ code: z.string(), detail: z.string() }).nullable(),
  /** The answer of the endpoint of the same name, where it has one. */
  result: z.unknown().optional(),
})

export const JournalAnswer = z.object({
  stream: z.uuid(),
  /** Records up to this number are decided and need not come again. */
  applied: z.int(),
  outcomes: z.array(Outcome),
  /**
   * Central cannot have decided what comes before these records: its database is older than the node's memory, or
   * another one. Nothing of the stream will ever be taken.
   */
  ahead: z.boolean(),
})
export type JournalAnswer = z.infer<typeof JournalAnswer>
export type JournalOutcome = z.infer<typeof Outcome>
