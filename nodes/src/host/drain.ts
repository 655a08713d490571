/**
 * Empties a node of its players: they are told with a count-down, may finish their quests, and leave with a message
 * (docs/decisions/0161-drain.md). Nobody new is let in meanwhile; that is central's and the link's part.
 */
import type { Clock } from '../central/clock.ts'
import type { Crowd } from '../game/index.ts'

export interface DrainTimes {
  /** For those who are in no quest, from the beginning or from the end of their quest. */
  readonly drainMs: number
  /** From the beginning, for everybody: the longest quest of the game takes 50 minutes. */
  readonly questMs: number
}

export interface Drain {
  /** True when everybody has gone, false when it was called off or time was over with players still here. */
  readonly done: Promise<boolean>
  /** From now on quests have this time; who is in one is told. */
  allow(questMs: number): void
  /** Players are told that they may stay. */
  callOff(): void
  /** The same without a word. */
  end(): void
}

/** Seconds left at which everybody is told. */
const marks = [3600, 1800, 900, 300, 60, 30, 10, 5]
const lookEveryMs = 500
const goodbye = 'This server is being emptied. Please log in again: another one will take you.'
const mayStay = 'This server stays open after all.'

export function drainCrowd(crowd: Crowd, { drainMs, questMs }: DrainTimes, clock: Clock): Drain {
  const begun = clock.now()
  let latest = begun + Math.max(questMs, drainMs)
  /** When a player has to go who is in no quest. */
  const deadlines = new Map<string, number>()
  /** The smallest mark that a player has been told. */
  const told = new Map<string, number>()
  let cancel = () => {}
  let finish: (empty: boolean) => void = () => {}
  const done = new Promise<boolean>((resolve) => {
    finish = resolve
  })

  function look(): void {
    const now = clock.now()
    for (const { capcomId, inQuest } of crowd.members()) {
      // His time begins anew with every look at him in a quest.
      const deadline = inQuest ? now + drainMs : (deadlines.get(capcomId) ?? begun + drainMs)
      deadlines.set(capcomId, deadline)
      const leaves = inQuest ? latest : Math.min(deadline, latest)
      if (leaves <= now) crowd.dismiss(capcomId, goodbye)
      else count(capcomId, Math.ceil((leaves - now) / 1000), inQuest)
    }
    if (crowd.members().length === 0) finish(true)
    else if (now >= latest) finish(false)
    else cancel = clock.after(lookEveryMs, look)
  }

  function count(capcomId: string, secondsLeft: number, inQuest: boolean): void {
    const before = told.get(capcomId)
    const passed = marks.filter((mark) => mark >= secondsLeft).at(-1) ?? Number.POSITIVE_INFINITY
    // A quest's end brings him from a far mark to a near one, never back.
    if (before !== undefined && passed >= before) return
    told.set(capcomId, passed)
    crowd.say(
      inQuest
        ? `This server closes. You may finish your quest, within ${inWords(secondsLeft)}.`
        : `This server closes for you in ${inWords(secondsLeft)}. Please log in again then.`,
      capcomId,
    )
  }

  function allow(newQuestMs: number): void {
    latest = clock.now() + Math.max(newQuestMs, drainMs)
    for (const { capcomId, inQuest } of crowd.members()) if (inQuest) told.delete(capcomId)
    cancel()
    look()
  }

  const end = () => {
    cancel()
    finish(false)
  }

  look()
  return {
    done,
    allow,
    end,
    callOff() {
      for (const { capcomId } of crowd.members()) crowd.say(mayStay, capcomId)
      end()
    },
  }
}

function inWords(seconds: number): string {
  if (seconds < 60) return `${seconds} second${seconds === 1 ? '' : 's'}`
  const minutes = Math.round(seconds / 60)
  return `${minutes} minute${minutes === 1 ? '' : 's'}`
}
