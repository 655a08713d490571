/** What this node says with its syncs: the outbox, the journal, answers to questions, and how it is. */
import type { JournalPart, NodeReport } from '@citygate/schema/contract'
import type { Clock } from './clock.ts'
import type { Journal } from './journal/index.ts'
import type { LiveAnswers } from './live.ts'
import type { Draw } from './outbox.ts'
import type { Standing } from './standing.ts'
import type { Speech, SyncAnswer, Voice } from './sync-loop.ts'

export interface VoiceParts {
  readonly clock: Clock
  readonly journal: Journal
  readonly live: LiveAnswers
  readonly standing: Standing
  readonly report: () => NodeReport
  /** There is something to say. */
  readonly poke: () => void
}

export interface NodeVoice extends Voice {
  /** A call was not answered: the next one asks for an answer at once. */
  doubt(): void
  /** The next one tells how it is now. */
  reportSoon(): void
  /** Everything that earlier starts wrote has been decided: what they still hold ends. */
  earlierDone(): void
  /** This start serves nobody any more: when nothing else is left to tell, it says so. */
  goodbye(): void
  /** Central has answered to what was said. */
  answered(said: Speech, journal: SyncAnswer['journal']): void
}

/** What a node tells of itself is as old as this at most, where its syncs are not further apart. */
const reportEveryMs = 5000
/** After a call whose records central did not take. */
const journalRestMs = 1000

export function createVoice(parts: VoiceParts): NodeVoice {
  const { clock, journal, live, standing, poke } = parts
  let earlier: 'waits' | 'done' | 'told' = 'waits'
  /** Central did not take the records of a call: not before this moment. */
  let journalNotBefore = Number.NEGATIVE_INFINITY
  let ending: 'no' | 'last' | 'told' = 'no'
  let doubted = false
  let reportedAt = Number.NEGATIVE_INFINITY

  function journalSpeaks(): boolean {
    // Who is about to end does not rest.
    return journal.hasNews() && (clock.now() >= journalNotBefore || ending === 'last')
  }

  function report() {
    if (clock.now() - reportedAt < reportEveryMs) return null
    reportedAt = clock.now()
    return parts.report()
  }

  function decided(sent: JournalPart | null | undefined, answer: SyncAnswer['journal']): void {
    if (answer) journal.answered(answer)
    else if (sent) {
      journalNotBefore = clock.now() + journalRestMs
      clock.after(journalRestMs, poke)
    }
  }

  // Of what is in the journal central has to decide first: the lease holds the fences until then.
  const mayEnd = () => ending === 'last' && journal.waiting === 0
  const speaks = () => standing.outbox.hasNews() || doubted || journalSpeaks() || live.hasNews()

  return {
    hasNews: () => speaks() || earlier === 'done' || mayEnd(),

    draw(news) {
      doubted = false
      const { outbox, mailSeen, directory, epoch } = standing
      const words = {
        ...outbox.draw(),
        ...{ mailSeen, directoryVersion: directory.version, incarnation: epoch.incarnation },
        journal: news && journalSpeaks() ? journal.draw() : null,
        earlierDone: earlier === 'done',
        answers: news ? live.draw() : [],
        report: report(),
      }
      return { ...words, ending: mayEnd() && !speaks() }
    },

    putBack(speech) {
      standing.outbox.putBack(speech satisfies Draw)
      live.putBack(speech.answers ?? [])
    },

    doubt() {
      doubted = true
    },
    reportSoon() {
      reportedAt = Number.NEGATIVE_INFINITY
    },
    earlierDone() {
      earlier = 'done'
    },
    goodbye() {
      if (ending === 'no') ending = 'last'
    },
    answered(said, answer) {
      if (said.ending) ending = 'told'
      if (said.earlierDone) earlier = 'told'
      decided(said.journal, answer)
    },
  }
}
