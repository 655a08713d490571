/**
 * Asks central now and then whether consoles reach this node, and says in the log what it found. Where central takes every
 * node's word, or is older than this question, there is nothing to say.
 */
import { checkReach, type Output, Problem } from '@citygate/schema/contract'
import type { Call } from '../central/client.ts'
import type { Clock } from '../central/clock.ts'
import type { Log } from '../log.ts'
import { reachWords } from './reach-words.ts'

export interface ReachOptions {
  readonly call: Call
  readonly clock: Clock
  readonly log: Log
  readonly opnTls: boolean
}

/** Central waits up to ten seconds for each port, all at once. */
const answerMs = 30_000
const afterTroubleMs = 60_000

/** Returns the end of it. */
export function watchReach({ call, clock, log, opnTls }: ReachOptions): () => void {
  let cancel = () => {}
  let ended = false
  let said = ''

  async function ask(): Promise<void> {
    let nextMs = afterTroubleMs
    try {
      const answer = await call(checkReach, { body: { opnTls } }, { deadlineMs: answerMs, repeat: false })
      nextMs = answer.nextMs
      if (!ended) say(answer)
    } catch (error) {
      if (error instanceof Problem && ended === false && isFinal(error)) return
      // Central is away or busy, or was asked a moment ago: sync says what has to be said.
    }
    if (!ended) cancel = clock.after(nextMs, () => void ask())
  }

  /** The same news is not told again and again. */
  function say(answer: Output<typeof checkReach>): void {
    if (!answer.dialled) return
    const troubles = answer.findings.flatMap((finding) => reachWords(finding, answer) ?? [])
    const news = JSON.stringify([answer.listed, troubles])
    if (news === said) return
    said = news
    for (const { is, mend } of troubles) log.warn({ mend }, `${is}. What to do: ${mend}`)
    if (!answer.listed) log.warn({}, 'central does not show this node to consoles until it can reach it')
    else if (troubles.length === 0) log.info({}, 'central has reached this node: consoles are sent here')
  }

  void ask()
  return () => {
    ended = true
    cancel()
  }
}

/** A central that does not know the question. */
function isFinal({ code }: Problem): boolean {
  return (
    code === 'not_found' || code === 'method_not_allowed' || code === 'unauthorized' || code === 'node_banned'
  )
}
