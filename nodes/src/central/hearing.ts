/** What central's answers to syncs do to this node: orders, letters, and holds that are not its own any more. */
import { type Consistency, knownLetter, type Letter, type SocialLetter } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import type { Draining } from './draining.ts'
import type { Holds } from './holds.ts'
import type { Hold } from './link.ts'
import type { LiveAnswers } from './live.ts'
import type { Provisional } from './provisional.ts'
import type { Reach } from './reach.ts'
import { hearDirectory, type Standing } from './standing.ts'
import type { Speech, SyncAnswer } from './sync-loop.ts'
import type { Travellers } from './travellers.ts'
import type { NodeVoice } from './voice.ts'
import type { WorldSide } from './world-link.ts'

export interface HearingParts {
  readonly log: Log
  readonly standing: Standing
  readonly voice: NodeVoice
  readonly reach: Reach
  readonly holds: Holds
  readonly travellers: Travellers
  readonly provisional: Provisional
  readonly world: WorldSide
  readonly live: LiveAnswers
  readonly draining: Draining
  readonly social: { heard(letter: SocialLetter): void }
  /** How the node is to keep shared data; true when that changes something. */
  readonly order: (consistency: Consistency | null) => boolean
  /** There is something to say. */
  readonly poke: () => void
}

/** For every answer that is newer than those before it, and what the call had said. */
export function createHearing(parts: HearingParts): (answer: SyncAnswer, said: Speech) => void {
  const { log, standing, voice, reach, holds, provisional, world, live, draining } = parts

  /** Of a provisional player the adoption decides: what is told here may be of his hold from before. */
  function loseUnlessProvisional({ capcomId, fence }: Pick<Hold, 'capcomId' | 'fence'>): void {
    const held = holds.of(capcomId)
    if (!held || !provisional.has(held)) world.lose(capcomId, fence)
  }

  function read(letter: Letter): void {
    switch (letter.kind) {
      case 'session-taken':
        loseUnlessProvisional(letter)
        break
      case 'kick':
        world.lose(letter.capcomId, letter.fence, letter.text)
        break
      case 'announce':
        world.announce(letter.text, letter.serverId)
        break
      case 'question':
        live.ask(letter)
        parts.poke()
        break
      case 'orders':
        // It has brought the answer whose orders are read.
        break
      default:
        parts.social.heard(letter)
    }
  }

  function readMail(mail: SyncAnswer['mail']): void {
    for (const letter of [...mail].sort((a, b) => a.number - b.number)) {
      if (letter.number <= standing.mailSeen) continue
      standing.mailSeen = letter.number
      const known = knownLetter(letter)
      if (known) read(known)
      else log.warn({ kind: letter.kind }, 'a letter of a kind that this release does not know')
    }
  }

  return (answer, said) => {
    hearDirectory(standing, answer.directory, parts.travellers)
    standing.outbox.heard(answer.presence)
    voice.answered(said, answer.journal)
    reach.answered()
    if (parts.order(answer.orders.consistency ?? null)) {
      // It is told at once how it is now.
      voice.reportSoon()
      voice.doubt()
    }
    // Letters first: they say why a hold is lost, a refusal only that it is.
    readMail(answer.mail)
    for (const refused of answer.refused) loseUnlessProvisional(refused)
    draining.ordered(answer.orders.drain, answer.orders.questSeconds)
  }
}
