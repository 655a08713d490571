/**
 * All texts and files in one language, ready for the wire. A part of it that cannot be read stays as it
 * was in the edition before.
 */
import { z } from 'zod'
import {
  announcementText,
  type Bytes,
  markedUpText,
  messageText,
  noBytes,
  noticeLimit,
} from '../pat/index.ts'
import { type QuestCalendar, questCalendar } from './binaries/calendar.ts'
import { type TimesAhead, timesAhead } from './binaries/day-and-night.ts'
import { greeters, type Today } from './binaries/greeters.ts'
import { messages } from './binaries/messages.ts'
import { options } from './binaries/options.ts'
import { type Quest, quest } from './binaries/quest.ts'
import { type SandstormCalendars, sandstormCalendars } from './binaries/sandstorm.ts'
import { tradingPost } from './binaries/trading-post.ts'
import type { Language, Versioned } from './content.ts'
import { ContentProblem } from './problem.ts'
import type { Shelf } from './shelf.ts'
import type { Source } from './source.ts'
import { versioned } from './versioned.ts'

/** Whom OPN lets in (`service.toml`). */
interface Service {
  readonly status: 'open' | 'closed' | 'maintenance'
  readonly refusedVersions: readonly string[]
  readonly wantedVersion: Bytes
}

/** The same for everybody. */
export interface Rules {
  readonly service: Service
  readonly sandstorm: SandstormCalendars
  readonly timesAhead: TimesAhead
}

export interface Edition {
  readonly terms: Versioned
  readonly subTerms: Versioned
  readonly announcement: Bytes
  readonly noCharge: Bytes
  readonly closed: Bytes
  readonly maintenance: Bytes
  readonly wrongVersion: Bytes
  readonly options: Versioned
  readonly greeters: (today: Today) => Versioned
  readonly tradingPost: Versioned
  readonly messages: Versioned
  readonly quests: QuestCalendar
}

interface Part<T> {
  readonly file: string
  readonly read: (source: Source, questNamed: (name: string) => Quest | null) => T
}

/** The game's buffer for the terms is not known; 16 KB have been tried (login.md 8). */
const largestTerms = 0x4000
const window = (text: string, limit: number) => messageText(text, limit)

const rulesParts: { readonly [K in keyof Rules]: Part<Rules[K]> } = {
  service: { file: 'service.toml', read: service },
  sandstorm: { file: 'sandstorm.toml', read: sandstormCalendars },
  timesAhead: { file: 'day-and-night.toml', read: timesAhead },
}

const editionParts: { readonly [K in keyof Edition]: Part<Edition[K]> } = {
  terms: { file: 'terms.txt', read: terms },
  subTerms: { file: 'sub-terms.txt', read: terms },
  announcement: { file: 'announcement.txt', read: (source) => screen(source, announcement) },
  noCharge: { file: 'no-charge.txt', read: (source) => screen(source, window) },
  closed: { file: 'closed.txt', read: (source) => screen(source, window) },
  maintenance: { file: 'maintenance.txt', read: (source) => screen(source, window) },
  wrongVersion: { file: 'wrong-version.txt', read: (source) => screen(source, window) },
  options: { file: 'options.toml', read: (source) => versioned(options(source)) },
  greeters: { file: 'greeters.toml', read: greetersOfToday },
  tradingPost: { file: 'trading-post.toml', read: (source) => versioned(tradingPost(source)) },
  messages: { file: 'messages.toml', read: (source) => versioned(messages(source)) },
  quests: { file: 'quests/calendar.toml', read: questCalendar },
}

/** Whether a file of the operator's has a name that is read. */
export function isContentFile(name: string): boolean {
  if (name.startsWith('quests/')) return true
  const plain = name.replace(/\.(en|fr|de|it|es|ja)(?=\.\w+$)/, '')
  return [...Object.values(rulesParts), ...Object.values(editionParts)].some(({ file }) => file === plain)
}

export interface Reading {
  readonly shelf: Shelf
  /** The project's own files alone, which can always be read. */
  readonly defaults: Shelf
  readonly problem: (problem: ContentProblem) => void
}

export function readRules(reading: Reading, before: Rules | undefined): Rules {
  return readAll(rulesParts, reading, 'en', before)
}

export function readEdition(reading: Reading, language: Language, before: Edition | undefined): Edition {
  return readAll(editionParts, reading, language, before)
}

function readAll<T extends object>(
  parts: { readonly [K in keyof T]: Part<T[K]> },
  reading: Reading,
  language: Language,
  before: T | undefined,
): T {
  const all: Partial<T> = {}
  for (const key of Object.keys(parts) as (keyof T)[]) {
    all[key] = readPart(parts[key], reading, language, before?.[key])
  }
  return all as T
}

function readPart<T>(part: Part<T>, reading: Reading, language: Language, before: T | undefined): T {
  const from = (shelf: Shelf) => {
    const source = shelf.find(part.file, language)
    if (!source) throw new ContentProblem(part.file, 'is missing')
    return part.read(source, (name) => {
      const found = shelf.find(`quests/${name}.json`, language) ?? shelf.find(`quests/${name}.bin`, language)
      return found && quest(found)
    })
  }
  try {
    return from(reading.shelf)
  } catch (error) {
    if (!(error instanceof ContentProblem)) throw error
    reading.problem(error)
    return before ?? from(reading.defaults)
  }
}

function terms(source: Source): Versioned {
  return versioned(source.field('text', source.text(), largestTerms))
}

/**
 * A text of the screen: with the author's own mark-up if he wrote any, else set by `plain`. An empty file is
 * an empty text.
 */
function screen(source: Source, plain: (text: string, limit: number) => Bytes): Bytes {
  const text = source.text()
  if (text === '') return noBytes
  // Shift-JIS takes no more bytes than UTF-8, so what fits in UTF-8 fits in both.
  const limit = source.lenient ? noticeLimit : Number.POSITIVE_INFINITY
  const set = /<(BODY|END)>/.test(text) ? markedUpText(text, limit) : plain(text, limit)
  return source.field('with its mark-up', new TextDecoder().decode(set), noticeLimit)
}

/** The first line is the title. */
function announcement(text: string, limit: number): Bytes {
  const [title = '', ...lines] = text.split('\n')
  return announcementText({ title, text: lines.join('\n').trim() }, limit)
}

const ServiceFile = z.strictObject({
  status: z.enum(['open', 'closed', 'maintenance']),
  'refused-versions': z.array(z.string()).default([]),
  'wanted-version': z.string().default(''),
})

function service(source: Source): Service {
  const given = source.toml(ServiceFile)
  return {
    status: given.status,
    refusedVersions: given['refused-versions'],
    wantedVersion: source.field('wanted-version', given['wanted-version'], 31),
  }
}

/** Built anew only when the day brings something else. */
function greetersOfToday(source: Source): (today: Today) => Versioned {
  const build = greeters(source)
  let last: { key: string; file: Versioned } | undefined
  return (today) => {
    const key = JSON.stringify(today)
    if (last?.key !== key) last = { key, file: versioned(build(today)) }
    return last.file
  }
}
