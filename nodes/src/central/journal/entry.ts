/** What stands in a journal file, and in the file of dead letters. */
import { JournalRecord } from '@citygate/schema/contract'
import { z } from 'zod'

/** First in every file. */
export const Head = z.strictObject({
  kind: z.literal('journal'),
  version: z.literal(1),
  stream: z.uuid(),
  /** Of central's database when the stream began. */
  incarnation: z.uuid(),
})
export type Head = z.infer<typeof Head>

export const Written = JournalRecord.extend({
  kind: z.literal('record'),
  /** The node's own date, for people who read it. */
  at: z.iso.datetime(),
})
export type Written = z.infer<typeof Written>

/** Records up to this number are decided; refused ones are in the dead letters. Not synced: it only spares repeats. */
const Settled = z.strictObject({ kind: z.literal('settled'), upTo: z.int().min(0) })

export const Entry = z.discriminatedUnion('kind', [Head, Written, Settled])
export type Entry = z.infer<typeof Entry>

export const DeadLetter = z.strictObject({
  /** When it was refused, and when it was written. */
  at: z.iso.datetime(),
  writtenAt: z.iso.datetime(),
  stream: z.uuid(),
  number: z.int(),
  capcomId: z.string(),
  fence: z.int(),
  reason: z.strictObject({ code: z.string(), detail: z.string() }),
  change: z.looseObject({ kind: z.string() }),
})
export type DeadLetter = z.infer<typeof DeadLetter>
