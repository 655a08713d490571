/** Whether central answers, as far as this node can tell now. Heard of from the sync loop and from failed calls. */
import { CentralUnreachable } from './link.ts'

export interface Reach {
  readonly up: boolean
  /** A sync was answered. */
  answered(): void
  /** A sync, or a call that had time enough, was not. */
  silent(): void
  /** Called with each change to "answers again". */
  onUp(listener: () => void): void
  /** Asks central where it is thought to answer; rejects with `CentralUnreachable` at once where it is not. */
  ask<T>(work: () => Promise<T>): Promise<T>
}

/** `doubted`: a call was not answered, and the sync loop should find out what is true. */
export function createReach(doubted: () => void): Reach {
  const listeners = new Set<() => void>()
  let up = true
  return {
    get up() {
      return up
    },
    answered() {
      if (up) return
      up = true
      for (const listener of listeners) listener()
    },
    silent() {
      up = false
    },
    onUp(listener) {
      listeners.add(listener)
    },
    async ask(work) {
      if (!up) throw new CentralUnreachable('central does not answer at present')
      try {
        return await work()
      } catch (error) {
        if (error instanceof CentralUnreachable) {
          up = false
          doubted()
        }
        throw error
      }
    },
  }
}
