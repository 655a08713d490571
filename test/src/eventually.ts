import { inspect } from 'node:util'
import { Refused } from './console/errors.ts'

type Last<T> = { readonly answer: T; readonly wanted: boolean } | { readonly refused: Refused }

/**
 * Asks until the answer is as wanted, and gives it. For what has no event to wait for: public routes and searches, which a sync
 * feeds. A console that is refused meanwhile asks again; anything else that is thrown ends it.
 *
 * @throws Error with the last answer, or the last refusal, when `deadlineMs` is over
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  deadlineMs?: number,
): Promise<T> {
  const last = await lastOf(ask, isWanted, deadlineMs)
  if ('refused' in last) throw last.refused
  if (last.wanted) return last.answer
  throw new Error(`not what was waited for: ${inspect(last.answer, { depth: 8 })}`)
}

/** The same for who has more to say of it when the time is over: whether it came to be. */
export async function cameTrue(ask: () => Promise<boolean>, deadlineMs?: number): Promise<boolean> {
  const last = await lastOf(ask, (is) => is, deadlineMs)
  return 'wanted' in last && last.wanted
}

async function lastOf<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  deadlineMs = 60_000,
): Promise<Last<T>> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const last = await ask().then(
      (answer): Last<T> => ({ answer, wanted: isWanted(answer) }),
      (error: unknown): Last<T> => {
        if (error instanceof Refused) return { refused: error }
        throw error
      },
    )
    if (('wanted' in last && last.wanted) || performance.now() > deadline) return last
    await new Promise((again) => setTimeout(again, 50))
  }
}
