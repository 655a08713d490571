/** Content from a folder of the operator's, read again whenever a file in it changes. */
import { existsSync, type FSWatcher, watch } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Bytes } from '../pat/index.ts'
import { emptySlot } from './binaries/calendar.ts'
import { isSandstorm, sandstorm } from './binaries/sandstorm.ts'
import type { Admission, Audience, Content, Language, Versioned } from './content.ts'
import { type Edition, isContentFile, type Reading, type Rules, readEdition, readRules } from './edition.ts'
import { type Kind, kindOf } from './kinds.ts'
import { ContentProblem } from './problem.ts'
import { changes, type Files, readFiles, Shelf } from './shelf.ts'
import { HandedOut, versioned } from './versioned.ts'

/** In a bundle they lie beside the program. */
const beside = fileURLToPath(new URL('./content', import.meta.url))
const defaultFolder = existsSync(beside) ? beside : fileURLToPath(new URL('../../content', import.meta.url))

/** In case the platform misses a change (network drives, folders that are replaced). */
const pollMs = 5_000
/** Editors write a file in several steps. */
const settleMs = 50

const languages = ['en', 'fr', 'de', 'it', 'es', 'ja'] as const satisfies Language[]

export interface ContentEvents {
  /** Files changed and have been read; what could not be used was told before, by `problem`. */
  reread(files: readonly string[]): void
  /** One line: the file, the place, the limit. What was in use before stays in use. */
  problem(message: string): void
}

interface Snapshot {
  readonly own: Files
  readonly rules: Rules
  readonly editions: Readonly<Record<Language, Edition>>
  /** Quest slots that some client may have seen a quest in. */
  readonly usedSlots: number
}

export class ContentFolder implements Content {
  readonly #folder: string
  readonly #events: ContentEvents
  readonly #defaults: Files
  /** Apart, because a console may name the version of one text when it asks for the other. */
  readonly #handedOut = { terms: new HandedOut(), subTerms: new HandedOut(), binaries: new HandedOut() }
  #snapshot: Snapshot
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  /** What was told of a folder that cannot be listed: once, not at every poll. */
  #unreadable: string | undefined
  #reading = false
  #changedMeanwhile = false
  #closed = false

  private constructor(folder: string, events: ContentEvents, defaults: Files, own: Files) {
    this.#folder = folder
    this.#events = events
    this.#defaults = defaults
    this.#snapshot = this.#read(own, undefined)
  }

  /** Makes the folder if it is not there. A file that cannot be used is told, and the default stands in. */
  static async open(folder: string, events: ContentEvents): Promise<ContentFolder> {
    await mkdir(folder, { recursive: true })
    const content = new ContentFolder(folder, events, await readFiles(defaultFolder), await readFiles(folder))
    content.#watch()
    return content
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#watcher?.close()
  }

  admission(mediaVersion: string, audience: Audience): Admission {
    const { status, refusedVersions, wantedVersion } = this.#snapshot.rules.service
    const edition = this.#edition(audience)
    if (refusedVersions.includes(mediaVersion))
      return { status: 'wrong-version', wanted: wantedVersion, text: edition.wrongVersion }
    return status === 'open' ? { status } : { status, text: edition[status] }
  }

  terms(audience: Audience, version?: number): Versioned {
    return this.#handedOut.terms.choose(this.#edition(audience).terms, version)
  }

  subTerms(audience: Audience, version?: number): Versioned {
    return this.#handedOut.subTerms.choose(this.#edition(audience).subTerms, version)
  }

  announcement(audience: Audience): Bytes {
    return this.#edition(audience).announcement
  }

  noCharge(audience: Audience): Bytes {
    return this.#edition(audience).noCharge
  }

  gameTime({ server }: Audience, now: number): number {
    return now + ((server && this.#snapshot.rules.timesAhead.get(server)) ?? 0)
  }

  binary(type: number, audience: Audience, now: number, version?: number): Versioned | null {
    const found = kindOf(type, audience)
    if (!found) return null
    return this.#handedOut.binaries.choose(
      this.#file(found.kind, this.#snapshot.editions[found.language], audience, now),
      version,
    )
  }

  #file(kind: Kind, edition: Edition, audience: Audience, now: number): Versioned {
    const { rules, usedSlots } = this.#snapshot
    const { common, ofServer } = rules.sandstorm
    const calendar = (audience.server && ofServer.get(audience.server)) || common
    const gameTime = this.gameTime(audience, now)
    switch (kind) {
      case 1:
        return edition.options
      case 2:
        return versioned(sandstorm(calendar, gameTime))
      case 3:
        return edition.greeters({
          sandstorm: isSandstorm(calendar, gameTime),
          quests: edition.quests.titles(now, false),
          arena: edition.quests.titles(now, true),
        })
      case 4:
        return edition.tradingPost
      case 5:
        return edition.messages
      case 'empty':
        return emptySlot
      default:
        return edition.quests.file(kind - 6, now, usedSlots)
    }
  }

  #edition(audience: Audience): Edition {
    return this.#snapshot.editions[audience.language]
  }

  #read(own: Files, before: Snapshot | undefined): Snapshot {
    const told = new Set<string>()
    const problem = ({ message }: ContentProblem) => {
      if (!told.has(message)) this.#events.problem(message)
      told.add(message)
    }
    for (const name of own.keys()) {
      if (!isContentFile(name)) problem(new ContentProblem(name, 'no content file has this name'))
    }
    const reading: Reading = {
      shelf: new Shelf(own, this.#defaults),
      defaults: new Shelf(new Map(), this.#defaults),
      problem,
    }
    const rules = readRules(reading, before?.rules)
    const editions = Object.fromEntries(
      languages.map((language) => [language, readEdition(reading, language, before?.editions[language])]),
    ) as Record<Language, Edition>
    const used = Object.values(editions).map(({ quests }) => quests.used)
    return { own, rules, editions, usedSlots: Math.max(before?.usedSlots ?? 0, ...used) }
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.#folder, { recursive: true, persistent: false })
      this.#watcher.on('change', () => this.#changed())
      // Not watched any more: the poll goes on.
      this.#watcher.on('error', () => this.#watcher?.close())
    } catch {
      // The platform or the disk cannot watch: the poll alone.
    }
    this.#lookAgain(pollMs)
  }

  #changed(): void {
    if (this.#reading) this.#changedMeanwhile = true
    else this.#lookAgain(settleMs)
  }

  #lookAgain(afterMs: number): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => void this.#reload(), afterMs)
    this.#timer.unref()
  }

  async #reload(): Promise<void> {
    this.#reading = true
    this.#changedMeanwhile = false
    try {
      const own = await readFiles(this.#folder)
      const changed = changes(this.#snapshot.own, own)
      if (changed.length > 0 && !this.#closed) {
        this.#snapshot = this.#read(own, this.#snapshot)
        this.#events.reread(changed)
      }
      this.#unreadable = undefined
    } catch (error) {
      const message = `${this.#folder}: ${error instanceof Error ? error.message : error}`
      if (message !== this.#unreadable) this.#events.problem(message)
      this.#unreadable = message
    } finally {
      this.#reading = false
      this.#lookAgain(this.#changedMeanwhile ? settleMs : pollMs)
    }
  }
}
