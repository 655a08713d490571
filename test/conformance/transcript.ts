/** Recordings of an independent client against the reference server; their format is in transcripts/README.md. */
import { readFileSync } from 'node:fs'

type ServerName = 'opn' | 'lmp' | 'fmp'

export interface RecordedFrame {
  /** `in` = from the server. */
  readonly dir: 'in' | 'out'
  /** What the script was doing. */
  readonly step: string
  readonly conn: ServerName
  /** Eight hex digits. */
  readonly id: string
  readonly name: string
  readonly seq: number
  /** Hex, without the header. */
  readonly payload: string
}

export type Recorded =
  | RecordedFrame
  | { readonly dir: 'raw'; readonly step: string; readonly conn: ServerName; readonly bytes: string }
  | {
      readonly dir: 'close'
      readonly step: string
      readonly conn: ServerName
      readonly text: 'eof' | 'local-rst'
    }

export interface Transcript {
  readonly scenario: string
  readonly steps: readonly string[]
  /** `[hex, label]`: values that were made up in that run. */
  readonly dynamic: readonly (readonly [string, string])[]
  readonly clients: Readonly<Record<string, readonly Recorded[]>>
}

const folder = new URL('../transcripts/', import.meta.url)

export function loadTranscript(scenario: string): Transcript {
  const text = readFileSync(new URL(`${scenario}.json`, folder), 'utf8')
  return JSON.parse(text) as Transcript
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
