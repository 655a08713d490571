import type { Clock } from './clock.ts'
import { CentralUnreachable } from './link.ts'

/** The same promise with an end: rejects with `CentralUnreachable` when central has not decided by then. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const cancel = clock.after(ms, () => reject(new CentralUnreachable(`${what}: no decision in time`)))
  return Promise.race([promise, late]).finally(cancel)
}
