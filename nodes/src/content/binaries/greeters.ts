/**
 * Binary kind 3: what six people of the city say, and which lobby specials are on (login.md 7.5). Texts can
 * differ during a sandstorm, and can name the quests of the day.
 */
import { z } from 'zod'
import type { Bytes } from '../../pat/index.ts'
import { cut } from '../encoding.ts'
import { Layout } from '../layout.ts'
import type { Source } from '../source.ts'

/** In the order of the file. */
const greeterNames = [
  'tool-shop',
  'material-shop',
  'trading-post',
  'quest-receptionist',
  'arena-clerk',
  'guildmaster',
] as const

const Greeter = z.strictObject({
  text: z.string(),
  /** Instead of `text` while a sandstorm blows. */
  sandstorm: z.string().optional(),
  /** Instead of both when the text would name quests and there are none. */
  'no-quests': z.string().optional(),
})

const Greeters = z.strictObject({
  /** Bits 0 to 3; 4 shows all fifteen trades (extras.md 2.6), the others are not understood yet. */
  specials: z.int().min(0).max(15).default(0),
  'tool-shop': Greeter,
  'material-shop': Greeter,
  'trading-post': Greeter,
  'quest-receptionist': Greeter,
  'arena-clerk': Greeter,
  guildmaster: Greeter,
})

/** What changes from day to day. */
export interface Today {
  readonly sandstorm: boolean
  /** Titles of the event quests and of the arena quests. */
  readonly quests: readonly string[]
  readonly arena: readonly string[]
}

/** Texts stand in a text where `{quests}` or `{arena}` is written, one title a line. */
const places = { quests: '{quests}', arena: '{arena}' } as const

/** Reads the texts, checks their lengths, and gives the file for any day. Titles that do not fit are left out. */
export function greeters(source: Source): (today: Today) => Bytes {
  const given = source.toml(Greeters)
  const size = source.japanese ? 256 : 384
  // Where the western flags stand; whether the Japanese game has them is not known.
  const flagsSize = source.japanese ? 0 : 4

  for (const name of greeterNames) {
    for (const [key, text] of Object.entries(given[name])) {
      source.field(`${name}.${key}`, withTitles(text ?? '', [], []), size - 1)
    }
  }

  return (today) => {
    const out = new Layout(6 * size + flagsSize)
    greeterNames.forEach((name, i) => {
      const text = textOfToday(given[name], today)
      const fitting = longestFitting(text, today, (t) => source.encode(t).length < size)
      out.text(i * size, cut(fitting, size - 1, source.encode))
    })
    if (flagsSize > 0) out.u32(6 * size, given.specials)
    return out.bytes
  }
}

function textOfToday(greeter: z.infer<typeof Greeter>, today: Today): string {
  const text = (today.sandstorm ? greeter.sandstorm : undefined) ?? greeter.text
  const missing =
    (text.includes(places.quests) && today.quests.length === 0) ||
    (text.includes(places.arena) && today.arena.length === 0)
  return missing ? (greeter['no-quests'] ?? text) : text
}

/** With as many titles as fit. */
function longestFitting(text: string, today: Today, fits: (text: string) => boolean): string {
  for (let count = Math.max(today.quests.length, today.arena.length); count > 0; count--) {
    const filled = withTitles(text, today.quests.slice(0, count), today.arena.slice(0, count))
    if (fits(filled)) return filled
  }
  return withTitles(text, [], [])
}

function withTitles(text: string, quests: readonly string[], arena: readonly string[]): string {
  return text
    .replaceAll(places.quests, quests.join('\n'))
    .replaceAll(places.arena, arena.join('\n'))
    .trimEnd()
}
