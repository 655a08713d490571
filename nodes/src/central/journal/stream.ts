/**
 * One start's records in one file: written in groups, each on the disk before anybody is answered. Only the start that
 * made a stream writes to it; a later one replays what is left and removes the file.
 */
import type { JournalOutcome } from '@citygate/schema/contract'
import type { Entry, Head, Written } from './entry.ts'
import type { Files, JournalFile } from './files.ts'
import { encodeFrame } from './frames.ts'

export interface Pending {
  readonly record: Written
  readonly bytes: number
  /** Resolves with central's decision; never rejects. */
  readonly decided: Promise<JournalOutcome>
  readonly decide: (outcome: JournalOutcome) => void
  /** Somebody is told the decision himself: a refusal is no dead letter then. */
  awaited: boolean
}

/** Entries of one frame when a file is written anew. */
const entriesAtOnce = 1000

export class Stream {
  readonly head: Head
  readonly path: string
  /** Undecided, in order. */
  pending: Pending[]
  /** Decided, while their dead letters are not on the disk. */
  unsettled: Written[] = []
  /** Of decided records. */
  decidedUpTo = 0
  /** Refusals up to it are in the dead letters; the file may forget what is before. */
  settledUpTo = 0
  /** The file has records that are settled. */
  stale = false
  readonly #files: Files
  readonly #folder: string
  #file: JournalFile | null = null
  #size = 0
  #lastNumber: number

  constructor(files: Files, folder: string, path: string, head: Head, records: readonly Written[] = []) {
    this.#files = files
    this.#folder = folder
    this.path = path
    this.head = head
    this.pending = records.map((record) => pendingOf(record))
    this.#lastNumber = records.at(-1)?.number ?? 0
    const first = records[0]?.number ?? 1
    this.decidedUpTo = first - 1
    this.settledUpTo = first - 1
  }

  get size(): number {
    return this.#size
  }

  /**
   * Puts a group behind the others: on the disk when it resolves. When it rejects nothing of it counts, and the file
   * is not believed any more: an fsync that failed once may succeed without having written (decision 0131).
   */
  async write(group: readonly Omit<Written, 'number' | 'kind'>[]): Promise<Pending[]> {
    const records = group.map((record, index) => ({
      kind: 'record' as const,
      ...record,
      number: this.#lastNumber + index + 1,
    }))
    await this.#put(records)
    this.#lastNumber += records.length
    const written = records.map((record) => pendingOf(record))
    this.pending.push(...written)
    return written
  }

  /** Tells the file what is settled, so that a restart has less to repeat. */
  async settle(): Promise<void> {
    if (!this.stale || !this.#file) return
    await this.#put([])
  }

  async #put(records: readonly Written[]): Promise<void> {
    if (!this.#file) await this.rewrite()
    const file = this.#file
    if (!file) throw new Error('the journal has no file')
    const mark: Entry[] = this.stale ? [{ kind: 'settled', upTo: this.settledUpTo }] : []
    const frame = encodeFrame([...mark, ...records])
    try {
      await file.write(frame, this.#size)
      await file.sync()
    } catch (error) {
      await this.#distrust()
      throw error
    }
    this.#size += frame.length
    this.stale = false
  }

  /** A new file with what still counts, in the place of the one before. */
  async rewrite(): Promise<void> {
    await this.#distrust()
    const beside = `${this.path}.new`
    const file = await this.#files.create(beside)
    try {
      const entries: Entry[] = [
        this.head,
        ...(this.settledUpTo > 0 ? [{ kind: 'settled' as const, upTo: this.settledUpTo }] : []),
        ...this.unsettled,
        ...this.pending.map(({ record }) => record),
      ]
      let size = 0
      for (let from = 0; from < entries.length; from += entriesAtOnce) {
        const frame = encodeFrame(entries.slice(from, from + entriesAtOnce))
        await file.write(frame, size)
        size += frame.length
      }
      await file.sync()
      await this.#files.rename(beside, this.path, this.#folder)
      this.#size = size
      this.stale = false
    } catch (error) {
      await file.close().catch(() => undefined)
      throw error
    }
    this.#file = file
  }

  /** True where every record is settled: nothing of the file is needed. */
  get done(): boolean {
    return this.pending.length === 0 && this.unsettled.length === 0
  }

  async remove(): Promise<void> {
    await this.close()
    await this.#files.remove(this.path)
    this.#size = 0
  }

  async close(): Promise<void> {
    await this.#distrust()
  }

  async #distrust(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close().catch(() => undefined)
  }
}

function pendingOf(record: Written): Pending {
  const { promise, resolve } = Promise.withResolvers<JournalOutcome>()
  return {
    record,
    bytes: JSON.stringify(record.change).length + 150,
    decided: promise,
    decide: resolve,
    awaited: false,
  }
}
