/**
 * Which quest stands in which of the ten slots (binary kinds 6 to 15) on which day. The slots are equal;
 * their order is the order of the game's list (extras.md 2.1, 2.2).
 */
import { z } from 'zod'
import { noQuest, type Versioned } from '../content.ts'
import type { Source } from '../source.ts'
import { versioned } from '../versioned.ts'
import { emptied, type Quest } from './quest.ts'

const questSlots = 10

const names = z.array(z.string().regex(/^[\w-]+$/, 'the name of a quest file without its ending'))
const Calendar = z.strictObject({
  /** In the first slots on every day. */
  always: names.default([]),
  /** One list a day, going round; the first is the day of 1 January 1970 (UTC). */
  days: z.array(names).max(366).default([]),
})

interface Slot {
  readonly quest: Quest
  readonly file: Versioned
}

export class QuestCalendar {
  readonly #days: readonly (readonly Slot[])[]
  /** Slots that hold a quest on some day. */
  readonly used: number

  constructor(days: readonly (readonly Slot[])[]) {
    this.#days = days
    this.used = Math.max(0, ...days.map((day) => day.length))
  }

  today(now: number): readonly Slot[] {
    const day = Math.floor(now / 86_400)
    return this.#days[day % this.#days.length] ?? []
  }

  /**
   * The file of slot 0 to 9. A slot that was used at some time, though not today, is a blank file: a client
   * told of no quest would keep the old one (extras.md 2.1). `usedBefore`: slots used before the last reload.
   */
  file(slot: number, now: number, usedBefore: number): Versioned {
    return this.today(now)[slot]?.file ?? (slot < Math.max(this.used, usedBefore) ? blank : emptySlot)
  }

  titles(now: number, arena: boolean): string[] {
    return this.today(now)
      .filter(({ quest }) => quest.arena === arena)
      .map(({ quest }) => quest.title)
  }
}

/** A slot that never held a quest: the client skips it (login.md 7.3). */
export const emptySlot: Versioned = { version: noQuest, bytes: new Uint8Array(0) }
const blank = versioned(emptied)

/** `questNamed` throws a ContentProblem, or gives null where there is no such file. */
export function questCalendar(source: Source, questNamed: (name: string) => Quest | null): QuestCalendar {
  const { always, days } = source.toml(Calendar)
  const slots = new Map<string, Slot>()
  for (const name of new Set([...always, ...days.flat()])) {
    const quest = questNamed(name)
    if (!quest) throw source.problem(`no quest ${name}.json or ${name}.bin beside it`)
    slots.set(name, { quest, file: versioned(quest.bytes) })
  }
  const lists = days.length === 0 ? [always] : days.map((day) => [...always, ...day])
  return new QuestCalendar(
    lists.map((list, day) => {
      const where = days.length === 0 ? 'always' : `days.${day}`
      if (list.length > questSlots)
        throw source.problem(`${where}: ${list.length} quests with those of always, at most ${questSlots}`)
      const chosen = list.flatMap((name) => slots.get(name) ?? [])
      const ids = chosen.map(({ quest }) => quest.id)
      const twice = ids.find((id, i) => ids.indexOf(id) !== i)
      if (twice !== undefined) throw source.problem(`${where}: the quest id ${twice} appears twice`)
      return chosen
    }),
  )
}
