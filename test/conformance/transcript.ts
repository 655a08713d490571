/** Recordings of an independent client against the reference server; their format is in transcripts/README.md. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const ServerName = z.enum(['opn', 'lmp', 'fmp'])

const Recorded = z.discriminatedUnion('dir', [
  z.object({
    dir: z.enum(['in', 'out']),
    step: z.string(),
    conn: ServerName,
    id: z.string().regex(/^[0-9a-f]{8}$/),
    name: z.string(),
    seq: z.int(),
    payload: z.string(),
  }),
  z.object({ dir: z.literal('raw'), step: z.string(), conn: ServerName, bytes: z.string() }),
  z.object({
    dir: z.literal('close'),
    step: z.string(),
    conn: ServerName,
    text: z.enum(['eof', 'local-rst']),
  }),
])

const Transcript = z.object({
  scenario: z.string(),
  steps: z.array(z.string()),
  /** `[hex, label]`: values that were made up in that run. */
  dynamic: z.array(z.tuple([z.string(), z.string()])),
  clients: z.record(z.string(), z.array(Recorded)),
})

export type Recorded = z.infer<typeof Recorded>
export type RecordedFrame = Extract<Recorded, { dir: 'in' | 'out' }>
export type Transcript = z.infer<typeof Transcript>

const folder = new URL('../transcripts/', import.meta.url)

export function loadTranscript(scenario: string): Transcript {
  const text = readFileSync(new URL(`${scenario}.json`, folder), 'utf8')
  return Transcript.parse(JSON.parse(text))
}

export function frameId(frame: RecordedFrame): number {
  return Number.parseInt(frame.id, 16)
}

/** Clients that send something in this step, in their order. */
export function sendersOf(transcript: Transcript, step: string): readonly string[] {
  return Object.entries(transcript.clients)
    .filter(([, frames]) =>
      frames.some(
        (frame) =>
          frame.step === step &&
          (frame.dir === 'raw' || (frame.dir === 'out' && frame.name !== 'AnsLineCheck')),
      ),
    )
    .map(([client]) => client)
}
