/**
 * Binary kind 1: server types, the clock of day and night, and what players choose from when they found
 * a city. Layouts of the western (5132 bytes) and of the Japanese game (3580): login.md 7.4.
 */
import { z } from 'zod'
import type { Bytes } from '../../pat/index.ts'
import type { Encode } from '../encoding.ts'
import { Layout } from '../layout.ts'
import type { Source } from '../source.ts'

/** In the order of their numbers, 1 to 4. */
const typeNames = ['open', 'rookie', 'expert', 'recruiting'] as const

const rank = z.int().min(0).max(0xffff)
const ranks = z.tuple([rank, rank])
const label = z.string().min(1)
const enabled = z.boolean().default(true)
/** The client counts 30 frames a second, in a u16. */
const seconds = z.int().min(0).max(2184)

const ServerType = z.strictObject({ name: label, description: z.string(), ranks })

const Options = z.strictObject({
  /** `base`: game time (UTC seconds) at which a day began. */
  clock: z.strictObject({ base: z.int().min(0).max(0xffffffff), period: z.int().min(1).max(0xffffffff) }),
  'cool-down': z.strictObject({ greeters: seconds, search: seconds, others: seconds }),
  types: z.strictObject({ open: ServerType, rookie: ServerType, expert: ServerType, recruiting: ServerType }),
  seekings: z
    .array(
      z.strictObject({ text: label, types: z.array(z.enum(typeNames)).default([...typeNames]), enabled }),
    )
    .max(32),
  'rank-limits': z.array(z.strictObject({ name: label, ranks, binding: z.boolean(), enabled })).max(8),
  /** Offered always, or from one rank to another, or to those who have met an item of the game. */
  goals: z
    .array(
      z.strictObject({
        name: label,
        ranks: ranks.optional(),
        item: z.int().min(0).max(0xffff).optional(),
        enabled,
      }),
    )
    .max(64),
})

interface Sizes {
  /** Bytes of each field, with the NUL that ends it. */
  readonly typeName: number
  readonly description: number
  readonly seeking: number
  readonly name: number
  /** What the menu copies of a type's description. */
  readonly descriptionShown: number
  readonly tail: number
}

const westernSizes: Sizes = {
  typeName: 24,
  description: 168,
  seeking: 48,
  name: 30,
  descriptionShown: 127,
  tail: 64,
}
const japaneseSizes: Sizes = {
  typeName: 16,
  description: 112,
  seeking: 32,
  name: 20,
  descriptionShown: 111,
  tail: 0,
}

/** What the menu copies of a type's name. */
const typeNameShown = 15

/** The cool-downs whose use is known (login.md 7.4): before the greeters are asked again, and of the search. */
const greetersCoolDown = 0
const searchCoolDown = 4

export function options(source: Source): Bytes {
  const given = source.toml(Options)
  const sizes = source.japanese ? japaneseSizes : westernSizes
  const at = offsets(sizes)
  const out = new Layout(at.end)

  typeNames.forEach((type, i) => {
    const { name, description, ranks } = given.types[type]
    const offset = i * (sizes.typeName + sizes.description)
    out.text(offset, source.field(`types.${type}.name`, name, typeNameShown))
    const shown = source.japanese ? japaneseLines(description, source.encode) : description
    const text = source.field(`types.${type}.description`, shown, sizes.descriptionShown)
    out.text(offset + sizes.typeName, text)
    out.u16(at.rankRanges + 4 * i, ...ranks)
  })

  out.u32(at.clock, given.clock.base, given.clock.period)

  given.seekings.forEach(({ text, types, enabled }, i) => {
    const offset = at.seekings + i * (sizes.seeking + 4)
    out.text(offset, source.field(`seekings.${i}.text`, text, sizes.seeking - 1))
    out.u8(offset + sizes.seeking, 0, Number(enabled), typeMask(types), 0)
  })

  given['rank-limits'].forEach(({ name, ranks, binding, enabled }, i) => {
    const offset = at.rankLimits + i * (sizes.name + 6)
    out.text(offset, source.field(`rank-limits.${i}.name`, name, sizes.name - 1))
    out.u8(offset + sizes.name, Number(enabled), Number(binding))
    out.u16(offset + sizes.name + 2, ...ranks)
  })

  given.goals.forEach(({ name, ranks, item, enabled }, i) => {
    if (ranks && item !== undefined) throw source.problem(`goals.${i}: has both ranks and an item`)
    const offset = at.goals + i * (sizes.name + 6)
    out.text(offset, source.field(`goals.${i}.name`, name, sizes.name - 1))
    out.u8(offset + sizes.name, Number(enabled), ranks ? 1 : item !== undefined ? 2 : 0)
    out.u16(offset + sizes.name + 2, ...(ranks ?? [item ?? 0, 0]))
  })

  const coolDown = given['cool-down']
  for (let i = 0; i < 8; i++) {
    const wait =
      i === greetersCoolDown ? coolDown.greeters : i === searchCoolDown ? coolDown.search : coolDown.others
    out.u16(at.coolDowns + 2 * i, wait * 30)
  }
  return out.bytes
}

function offsets(sizes: Sizes) {
  const unknown1 = 4 * (sizes.typeName + sizes.description)
  const clock = unknown1 + 4
  const seekings = clock + 8
  const rankLimits = seekings + 32 * (sizes.seeking + 4)
  const goals = rankLimits + 8 * (sizes.name + 6)
  const rankRanges = goals + 64 * (sizes.name + 6)
  const coolDowns = rankRanges + 4 * 4
  return { clock, seekings, rankLimits, goals, rankRanges, coolDowns, end: coolDowns + 8 * 2 + sizes.tail }
}

/** Bit n = type n + 1. All types are written 0xff, as the reference does. */
function typeMask(types: readonly (typeof typeNames)[number][]): number {
  let mask = 0
  for (const type of types) mask |= 1 << typeNames.indexOf(type)
  return mask === 0b1111 ? 0xff : mask
}

/** The Japanese menu has lines of 24 bytes and no line ends. */
function japaneseLines(text: string, encode: Encode): string {
  return text
    .split('\n')
    .map((line) => line + ' '.repeat((24 - (encode(line).length % 24)) % 24))
    .join('')
    .trimEnd()
}
