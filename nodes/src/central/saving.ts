/** What this node knows of consoles and hunters, written now and then: each time costs a whole file. */
import type { Log } from '../log.ts'
import type { Clock } from './clock.ts'
import type { Known } from './known.ts'

const everyMs = 30_000

export interface Saving {
  /** Writes it once more, with the copies that a good end leaves to the next start. */
  end(): Promise<void>
}

export function keepSaving({ known, clock, log }: { known: Known; clock: Clock; log: Log }): Saving {
  let ended = false
  let cancel = later()

  function later(): () => void {
    return clock.after(everyMs, () => {
      void save().finally(() => {
        if (!ended) cancel = later()
      })
    })
  }

  function save(ending?: 'ending'): Promise<void> {
    return known.save(ending).catch((error: unknown) => {
      log.warn({ reason: String(error) }, 'what is known could not be saved')
    })
  }

  return {
    end() {
      ended = true
      cancel()
      return save('ending')
    },
  }
}
