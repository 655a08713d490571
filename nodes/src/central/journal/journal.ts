/**
 * A node's journal (shared-state.md, "Autonomous mode, honestly"): what players changed is on the disk before they
 * are answered, goes to central in order, and is forgotten when central has decided. What central refuses goes to the
 * dead letters. Decisions 0130 to 0132.
 */
import { randomUUID } from 'node:crypto'
import {
  type Change,
  type JournalAnswer,
  type JournalPart,
  journalRecordsAtOnce,
} from '@citygate/schema/contract'
import type { Log } from '../../log.ts'
import { JournalUnavailable } from '../link.ts'
import { type DeadLetters, openDeadLetters } from './dead-letters.ts'
import type { DeadLetter, Written } from './entry.ts'
import { type Files, systemFiles } from './files.ts'
import { pathOf, readJournalFiles } from './read.ts'
import { type Pending, Stream } from './stream.ts'

export interface JournalOptions {
  readonly folder: string
  readonly log: Log
  readonly files?: Files
  /** Of what waits for central; beyond it writes are refused in words. Default 64 MiB. */
  readonly limitBytes?: number
  /** The node's date, for people who read the file. */
  readonly date?: () => Date
}

export type Wish = Pick<Written, 'capcomId' | 'fence' | 'login'> & { readonly change: Change }

export interface Journal {
  /** Binds new records to central's database; what is of another one goes to the dead letters. */
  begin(incarnation: string): Promise<void>
  /** Resolves when the record is on the disk. Rejects with `JournalUnavailable`, and nothing is kept then. */
  append(wish: Wish): Promise<Pending>
  readonly waiting: number
  readonly deadLetters: { readonly count: number; readonly latest: DeadLetter | null }
  waitingOf(capcomId: string): number
  /** Decisions about everything that waits now, or about this player's. */
  decided(capcomId?: string): Promise<void>
  /** Something for the next sync to carry. */
  hasNews(): boolean
  draw(): JournalPart | null
  /** Central has decided, about the part that was drawn last or an earlier one. */
  answered(answer: JournalAnswer): void
  /** Resolves when everything heard so far is on the disk. */
  idle(): Promise<void>
  close(): Promise<void>
}

const defaultLimit = 64 * 1024 * 1024
/** Of one sync. */
const drawnBytes = 256 * 1024
/** A file this big with less than half that counts is written anew. */
const rewriteFrom = 256 * 1024
const groupAtMost = 1000

interface Waiting {
  readonly wish: Wish
  readonly done: (pending: Pending) => void
  readonly refuse: (error: Error) => void
}

/** Reads what earlier starts left. Rejects when the folder cannot be read. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const files = options.files ?? systemFiles
  await files.makeFolder(options.folder)
  const found = await readJournalFiles(files, options.folder)
  const deadLetters = await openDeadLetters(files, options.folder)
  const { log, folder } = options
  const streams: Stream[] = []
  for (const { index, path, head, records, tornBytes, rottenBytes, unread, bytes } of found) {
    if (tornBytes > 0)
      log.warn({ index, tornBytes }, 'the end of a journal was cut: nobody was told that it was kept')
    if (rottenBytes > 0 || unread > 0) {
      log.error({ index, rottenBytes, unread }, 'a journal is damaged: a copy of it is kept beside it')
      await keepCopy(files, `${path}.damaged`, bytes)
    }
    streams.push(new Stream(files, folder, path, head, records))
  }
  return new FolderJournal(options, files, streams, deadLetters, (found.at(-1)?.index ?? 0) + 1)
}

class FolderJournal implements Journal {
  readonly #log: Log
  readonly #files: Files
  readonly #folder: string
  readonly #limit: number
  readonly #date: () => Date
  readonly #dead: DeadLetters
  /** Oldest first; the last one is this start's once `begin` was called. */
  #streams: Stream[]
  #current: Stream | null = null
  #nextIndex: number
  readonly #queue: Waiting[] = []
  /** The group that is being written. */
  #underWay: readonly Waiting[] = []
  /** Everything that touches the files goes one after the other. */
  #chain: Promise<void> = Promise.resolve()
  #writing = false
  #closed = false
  /** Dead letters that could not be written yet. */
  #unwritten: DeadLetter[] = []

  constructor(
    options: JournalOptions,
    files: Files,
    streams: Stream[],
    dead: DeadLetters,
    nextIndex: number,
  ) {
    this.#log = options.log
    this.#folder = options.folder
    this.#limit = options.limitBytes ?? defaultLimit
    this.#date = options.date ?? (() => new Date())
    this.#files = files
    this.#streams = streams
    this.#dead = dead
    this.#nextIndex = nextIndex
  }

  async begin(incarnation: string): Promise<void> {
    for (const stream of this.#streams) {
      if (stream.head.incarnation === incarnation) continue
      this.#giveUp(stream, 'Central’s database was restored since, or is another one.')
    }
    if (this.#current?.head.incarnation !== incarnation) {
      const head = { kind: 'journal', version: 1, stream: randomUUID(), incarnation } as const
      const path = pathOf(this.#folder, this.#nextIndex++, head.stream)
      this.#current = new Stream(this.#files, this.#folder, path, head)
      this.#streams = [...this.#streams, this.#current]
    }
    await this.#tidy()
  }

  append(wish: Wish): Promise<Pending> {
    if (this.#closed || !this.#current) {
      return Promise.reject(new JournalUnavailable('the journal is closed'))
    }
    if (this.#waitingBytes() > this.#limit) {
      return Promise.reject(new JournalUnavailable('the journal is full'))
    }
    return new Promise((done, refuse) => {
      this.#queue.push({ wish, done, refuse })
      if (this.#writing) return
      this.#writing = true
      void this.#inTurn(() => this.#writeQueue())
    })
  }

  /** One group after the other, each with all that came while the one before was written. */
  async #writeQueue(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const group = this.#queue.splice(0, groupAtMost)
        this.#underWay = group
        const current = this.#current
        try {
          if (!current) throw new Error('the journal is closed')
          const at = this.#date().toISOString()
          const written = await current.write(group.map(({ wish }) => ({ at, ...wish })))
          for (const [index, { done }] of group.entries()) {
            const pending = written[index]
            if (pending) done(pending)
          }
        } catch (error) {
          this.#log.error({ reason: String(error) }, 'the journal cannot be written: players are refused')
          for (const { refuse } of group) refuse(new JournalUnavailable(String(error)))
        } finally {
          this.#underWay = []
        }
      }
    } finally {
      this.#writing = false
    }
  }

  get waiting(): number {
    return this.#pendingOf().length + this.#unwrittenOf().length
  }

  get deadLetters() {
    return this.#dead
  }

  waitingOf(capcomId: string): number {
    return this.#pendingOf(capcomId).length + this.#unwrittenOf(capcomId).length
  }

  async decided(capcomId?: string): Promise<void> {
    // What is being written will wait in a moment.
    if (this.#unwrittenOf(capcomId).length > 0) await this.#chain
    await Promise.all(this.#pendingOf(capcomId).map((one) => one.decided))
  }

  #unwrittenOf(capcomId?: string): readonly Waiting[] {
    const all = [...this.#underWay, ...this.#queue]
    return capcomId === undefined ? all : all.filter(({ wish }) => wish.capcomId === capcomId)
  }

  #pendingOf(capcomId?: string): Pending[] {
    const all = this.#streams.flatMap(({ pending }) => pending)
    return capcomId === undefined ? all : all.filter(({ record }) => record.capcomId === capcomId)
  }

  #waitingBytes(): number {
    let sum = 0
    for (const { pending } of this.#streams) for (const { bytes } of pending) sum += bytes
    return sum
  }

  hasNews(): boolean {
    return this.#streams.some(speaks)
  }

  draw(): JournalPart | null {
    const stream = this.#streams.find(speaks)
    if (!stream) return null
    const records: JournalPart['records'] = []
    let bytes = 0
    for (const { record, bytes: own } of stream.pending) {
      if (records.length === journalRecordsAtOnce || (bytes > 0 && bytes + own > drawnBytes)) break
      const { number, capcomId, fence, login, change } = record
      records.push({ number, capcomId, fence, ...(login ? { login } : {}), change })
      bytes += own
    }
    const { stream: id, incarnation } = stream.head
    return { stream: id, incarnation, seen: stream.settledUpTo, records }
  }

  answered({ stream: id, applied, outcomes, ahead }: JournalAnswer): void {
    const stream = this.#streams.find(({ head }) => head.stream === id)
    if (!stream) return
    if (ahead) {
      this.#log.error({ stream: id }, 'central is older than this journal: was an older backup restored?')
      this.#giveUp(stream, 'Central’s database is older than this record.')
      void this.#tidy()
      return
    }
    const refusals = new Map(outcomes.map((outcome) => [outcome.number, outcome]))
    const decided = stream.pending.filter(({ record }) => record.number <= applied)
    if (decided.length === 0) return
    stream.pending = stream.pending.filter(({ record }) => record.number > applied)
    stream.decidedUpTo = Math.max(stream.decidedUpTo, applied)
    const letters: DeadLetter[] = []
    for (const { record, decide, awaited } of decided) {
      const outcome = refusals.get(record.number) ?? { number: record.number, refused: null }
      if (outcome.refused && !awaited) letters.push(this.#letter(stream, record, outcome.refused))
      decide(outcome)
    }
    this.#bury(stream, decided, letters)
    void this.#tidy()
  }

  /** Nothing of the stream will be taken any more. */
  #giveUp(stream: Stream, detail: string): void {
    const reason = { code: 'incarnation_changed', detail }
    const lost = stream.pending
    stream.pending = []
    stream.decidedUpTo = lost.at(-1)?.record.number ?? stream.decidedUpTo
    if (this.#current === stream) {
      this.#current = null
      const head = { ...stream.head, stream: randomUUID() }
      this.#current = new Stream(
        this.#files,
        this.#folder,
        pathOf(this.#folder, this.#nextIndex++, head.stream),
        head,
      )
      this.#streams = [...this.#streams, this.#current]
    }
    const letters = lost.map(({ record }) => this.#letter(stream, record, reason))
    for (const { record, decide } of lost) decide({ number: record.number, refused: reason })
    this.#bury(stream, lost, letters)
  }

  #bury(stream: Stream, decided: readonly Pending[], letters: DeadLetter[]): void {
    stream.unsettled.push(...decided.map(({ record }) => record))
    this.#unwritten.push(...letters)
    for (const { capcomId, reason, change } of letters) {
      this.#log.error(
        { capcomId, code: reason.code, kind: change.kind },
        'central did not take a write: see the dead letters',
      )
    }
  }

  #letter(stream: Stream, record: Written, reason: DeadLetter['reason']): DeadLetter {
    const { number, capcomId, fence, change, at: writtenAt } = record
    const at = this.#date().toISOString()
    return { at, writtenAt, stream: stream.head.stream, number, capcomId, fence, reason, change }
  }

  /** Dead letters first; only then may the journal forget. */
  #tidy(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        const letters = this.#unwritten
        await this.#dead.add(letters)
        this.#unwritten = this.#unwritten.slice(letters.length)
        for (const stream of [...this.#streams]) await this.#forget(stream)
      } catch (error) {
        // It stays in memory and in the file, and is tried again with the next answer.
        this.#log.error({ reason: String(error) }, 'the journal could not be tidied')
      }
    })
  }

  async #forget(stream: Stream): Promise<void> {
    if (stream.unsettled.length > 0 && this.#unwritten.length === 0) {
      stream.settledUpTo = stream.decidedUpTo
      stream.unsettled = []
      stream.stale = true
    }
    if (stream === this.#current) {
      const kept = stream.pending.reduce((sum, { bytes }) => sum + bytes, 0)
      if (stream.size > rewriteFrom && kept < stream.size / 2) await stream.rewrite()
      // With more to come the next group says it.
      else if (stream.done && this.#queue.length === 0) await stream.settle()
      return
    }
    if (!stream.done) return
    await stream.remove()
    this.#streams = this.#streams.filter((one) => one !== stream)
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.#chain.then(work)
    this.#chain = next.catch((error: unknown) => {
      this.#log.error({ reason: String(error) }, 'the journal failed')
    })
    return this.#chain
  }

  idle(): Promise<void> {
    return this.#chain
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#inTurn(async () => {
      for (const stream of this.#streams) {
        if (stream.done) await stream.remove()
        else {
          await stream.settle().catch(() => undefined)
          await stream.close()
        }
      }
    })
  }
}

async function keepCopy(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const copy = await files.create(path)
  try {
    await copy.write(bytes, 0)
    await copy.sync()
  } finally {
    await copy.close()
  }
}

const speaks = (stream: Stream) => stream.pending.length > 0
