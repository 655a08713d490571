/** What central asks of this node through its mailbox, answered with the next sync (contract, `live.ts`). */
import type { LiveNodeState, LivePlayerState, NodeReport, QuestionAnswer } from '@citygate/schema/contract'
import type { Clock } from './clock.ts'
import type { Holds } from './holds.ts'
import type { Hold, Whereabouts } from './link.ts'

export interface LiveParts {
  readonly clock: Clock
  readonly holds: Holds
  readonly whereabouts: (hold: Hold) => Whereabouts | null
  readonly isProvisional: (hold: Hold) => boolean
  readonly waitingOf: (capcomId: string) => number
  readonly servers: () => readonly { readonly id: number }[]
  readonly report: () => NodeReport
}

interface Question {
  readonly id: string
  readonly about: QuestionAnswer['about']
  readonly subject: string
  readonly validMs: number
}

export interface LiveAnswers {
  ask(question: Question): void
  /** Somebody still waits for an answer. */
  hasNews(): boolean
  /** As of now. The questions come back with `putBack` when the call was not answered. */
  draw(): QuestionAnswer[]
  putBack(answers: readonly QuestionAnswer[]): void
}

const askedAtMost = 100

export function createLiveAnswers(parts: LiveParts): LiveAnswers {
  const { clock } = parts
  const open = new Map<string, { readonly question: Question; readonly until: number }>()
  const drawn = new Map<string, { readonly question: Question; readonly until: number }>()

  function forgetOld(from: Map<string, { readonly until: number }>): void {
    for (const [id, { until }] of from) {
      if (until <= clock.now() || from.size > askedAtMost) from.delete(id)
    }
  }

  function answer({ about, subject }: Question): LiveNodeState | LivePlayerState {
    return about === 'load' ? { report: parts.report(), servers: servers() } : player(subject)
  }

  function player(capcomId: string): LivePlayerState {
    const hold = parts.holds.of(capcomId)
    if (!hold) return null
    const at = parts.whereabouts(hold)
    return {
      ...{ capcomId, fence: hold.fence, serverId: at?.serverId ?? hold.serverId },
      ...{ gate: at?.gate ?? null, city: at?.city ?? null },
      ...{ inQuest: at?.inQuest ?? false, leader: at?.leader ?? false },
      provisional: parts.isProvisional(hold),
      journalWaiting: parts.waitingOf(capcomId),
    }
  }

  function servers(): LiveNodeState['servers'] {
    const places = parts.holds.all().map((hold) => parts.whereabouts(hold) ?? nowhere(hold))
    return parts.servers().map(({ id }) => {
      const here = places.filter(({ serverId }) => serverId === id)
      return { id, population: here.length, gates: groups(here, (at) => at.gate).map(gateOf) }
    })
  }

  return {
    ask(question) {
      open.set(question.id, { question, until: clock.now() + question.validMs })
      forgetOld(open)
    },
    hasNews() {
      forgetOld(open)
      return open.size > 0
    },
    draw() {
      forgetOld(open)
      const answers: QuestionAnswer[] = []
      for (const [id, one] of open) {
        answers.push({ id, about: one.question.about, answer: answer(one.question) })
        drawn.set(id, one)
      }
      open.clear()
      forgetOld(drawn)
      return answers
    },
    putBack(answers) {
      for (const { id } of answers) {
        const one = drawn.get(id)
        if (one) open.set(id, one)
      }
    },
  }
}

const nowhere = ({ serverId }: Hold): Whereabouts => ({
  ...{ serverId, gate: null, city: null, inQuest: false, leader: false },
})

function groups(
  places: readonly Whereabouts[],
  by: (at: Whereabouts) => number | null,
): [id: number, places: Whereabouts[]][] {
  const found = Map.groupBy(places, by)
  found.delete(null)
  return [...found].flatMap(([id, those]) => (id === null ? [] : [[id, those] as [number, Whereabouts[]]]))
}

const gateOf = ([id, places]: [number, Whereabouts[]]) => ({
  ...{ id, population: places.length },
  cities: groups(places, (at) => at.city).map(([city, those]) => ({
    ...{ id: city, population: those.length },
    inQuest: those.filter(({ inQuest }) => inQuest).length,
  })),
})
