/** Opening an epoch, for as long as it takes central to answer. */
import { type Input, type Output, Problem, registerNode } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import type { Call } from './client.ts'
import type { Clock } from './clock.ts'
import { CentralUnreachable } from './link.ts'
import { backOffMs } from './pace.ts'

export type Registration = Input<typeof registerNode>['body']
export type Epoch = Output<typeof registerNode> & {
  /** When the call was sent that opened it, by the node's own clock: the lease counts from then. */
  readonly sentAt: number
}

/**
 * Tries until central answers. Rejects with the `Problem` of a refusal, and with what the signal
 * names as its reason.
 */
export async function register(
  options: { call: Call; clock: Clock; random: () => number; log: Log; signal: AbortSignal },
  registration: Registration,
): Promise<Epoch> {
  const { call, clock, log, signal } = options
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted()
    const sentAt = clock.now()
    try {
      return { ...(await call(registerNode, { body: registration }, { signal })), sentAt }
    } catch (error) {
      signal.throwIfAborted()
      const retry = error instanceof CentralUnreachable || (error instanceof Problem && error.status === 503)
      if (!retry) throw error
      const waitMs = backOffMs(failures, options.random())
      log.warn(
        { failures, waitMs: Math.round(waitMs), reason: String(error) },
        'central does not answer: trying again',
      )
      await pause(clock, waitMs, signal)
    }
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done, { once: true })
  })
}
