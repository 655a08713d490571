/**
 * Calls in turn: a crowd that logs in at once must not pile up at central, where all would wait for
 * each other until every one of them is too late. Who waits here has not begun: the deadline of a call
 * counts from its turn. The wait has a bound of its own, for a central that does not answer anybody.
 */
import type { Call } from './client.ts'
import type { Clock } from './clock.ts'
import { CentralUnreachable } from './link.ts'

export interface TurnRules {
  readonly clock: Clock
  /** Calls under way at the same time. */
  readonly atOnce: number
  /** Who has no turn by then is refused with `CentralUnreachable`. */
  readonly longestWaitMs: number
}

export function inTurn(call: Call, { clock, atOnce, longestWaitMs }: TurnRules): Call {
  let free = atOnce
  /** In the order of their coming. */
  const line = new Set<() => void>()

  function turn(name: string): Promise<void> {
    return new Promise((go, giveUp) => {
      const take = () => {
        callOff()
        line.delete(take)
        go()
      }
      const callOff = clock.after(longestWaitMs, () => {
        line.delete(take)
        giveUp(new CentralUnreachable(`${name}: no turn in time`))
      })
      line.add(take)
    })
  }

  return async (endpoint, input, options) => {
    if (free > 0) free -= 1
    else await turn(endpoint.name)
    try {
      return await call(endpoint, input, options)
    } finally {
      const [next] = line
      if (next) next()
      else free += 1
    }
  }
}
