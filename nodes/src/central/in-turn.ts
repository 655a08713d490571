/**
 * Calls in turn: a crowd that logs in at once must not pile up at central, where all would wait for
 * each other until every one of them is too late. Who waits here has not begun: the deadline of a call
 * counts from its turn.
 */
import type { Call } from './client.ts'

/** At most `atOnce` calls are under way; the others wait in line. */
export function inTurn(call: Call, atOnce: number): Call {
  let free = atOnce
  const line: (() => void)[] = []

  return async (endpoint, input, options) => {
    if (free > 0) free -= 1
    else await new Promise<void>((go) => line.push(go))
    try {
      return await call(endpoint, input, options)
    } finally {
      const next = line.shift()
      if (next) next()
      else free += 1
    }
  }
}
