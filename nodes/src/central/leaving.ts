/** Players who are armed for another node: what they write until they are gone has to be there before them (decision 0137). */
import { Problem } from '@citygate/schema/contract'
import type { Hold } from './link.ts'

export interface Leaving {
  has(hold: Hold): boolean
  /** From before the call on, as its answer may be lost; who is refused is what he was before. */
  unlessRefused<T>(hold: Hold, arm: () => Promise<T>): Promise<T>
  stays(hold: Hold): void
}

export function createLeaving(): Leaving {
  const leaving = new WeakSet<Hold>()
  return {
    has: (hold) => leaving.has(hold),
    async unlessRefused(hold, arm) {
      const before = leaving.has(hold)
      leaving.add(hold)
      try {
        return await arm()
      } catch (error) {
        if (error instanceof Problem && !before) leaving.delete(hold)
        throw error
      }
    },
    stays: (hold) => void leaving.delete(hold),
  }
}
